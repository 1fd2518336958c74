"""The pytest fixtures: servers with settings, faults and variants, closed when the session ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tgi_reference.settings import Settings, SettingsError

if TYPE_CHECKING:
    from tgi_reference.pytest_plugin import ServerFactory
    from tgi_reference.server import Running

pytest_plugins = ["pytester"]
FAULT = "one-stop-string-too-many"


def test_each_call_gives_a_server_of_its_own(tgi_server: Running, tgi_server_factory: ServerFactory) -> None:
    small = tgi_server_factory(Settings(max_total_tokens=64, max_input_tokens=32))

    assert small.url != tgi_server.url
    assert 64 == httpx.get(f"{small.url}/info").json()["max_total_tokens"]
    assert 1024 == httpx.get(f"{tgi_server.url}/info").json()["max_total_tokens"]


def test_a_server_has_the_faults_and_variants_that_are_asked_for(tgi_server_factory: ServerFactory) -> None:
    stops = {"inputs": "a", "parameters": {"max_new_tokens": 1, "stop": ["!"] * 5}}
    broken = tgi_server_factory(Settings(), faults=[FAULT])
    indented = tgi_server_factory(Settings(faults=(FAULT,)), variants=["pretty-printed"])

    assert 422 == httpx.post(f"{tgi_server_factory().url}/generate", json=stops).status_code
    assert 200 == httpx.post(f"{broken.url}/generate", json=stops).status_code
    assert 200 == httpx.post(f"{indented.url}/generate", json=stops).status_code
    assert "\n  " in httpx.get(f"{indented.url}/info").text
    with pytest.raises(SettingsError, match="no-such-fault"):
        tgi_server_factory(faults=["no-such-fault"])


def test_servers_end_with_the_session(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import httpx

        def test_servers_run(tgi_server_factory):
            servers = [tgi_server_factory(), tgi_server_factory()]
            assert [200, 200] == [httpx.get(f"{one.url}/health").status_code for one in servers]
            print("URLS", *(one.url for one in servers))
        """
    )
    done = pytester.runpytest_subprocess("-s", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=1)
    (line,) = [line for line in done.outlines if "URLS" in line]
    urls = line.rpartition("URLS ")[2].split()

    assert 2 == len(urls)
    for url in urls:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url.rstrip('.')}/health")
