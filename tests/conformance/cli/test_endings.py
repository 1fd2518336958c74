"""A run ends right: stopped by a signal, with an output that takes nothing, against a server that hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from tests.conformance.hostile import hostile

from tgi_conformance.cli.main import main
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conformance.hostile import Connection

RUN = [sys.executable, "-m", "tgi_conformance.cli.main", "run"]
SMOKE = ["--depth", "smoke", "--only", "info"]


@pytest.fixture(scope="module")
def slow() -> Iterator[str]:
    with running(Settings(quiet=True, token_latency=0.02)) as server:
        yield server.url


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return monkeypatch


def hanging(connection: Connection) -> None:
    connection.request()
    connection.over.wait(60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_with_a_partial_report(slow: str, tmp_path: Path, number: int) -> None:
    file = tmp_path / "report.json"
    routes = ["--only", "generate", "--only", "info", "--only", "tokenize"]
    command = [*RUN, slow, "--json", str(file), "--concurrency", "2", *routes]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr is not None
        process.stderr.readline()  # a quarter of the run is done
        process.send_signal(number)
        started = time.monotonic()
        out, err = process.communicate(timeout=60)
        seconds = time.monotonic() - started

    report = json.loads(file.read_text("utf-8"))
    assert 3 == process.returncode
    assert "stopping…" in err
    assert out.endswith("inconclusive: the run was interrupted\n")
    assert ("could not tell", "the run was interrupted") == (report["verdict"], report["reason"])
    assert report["requirements"]
    assert seconds < 25  # about one on a machine that has nothing else to do


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")  # noqa: PTH110
def test_an_output_that_takes_nothing_loses_no_report(tgi_server: Any, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(  # noqa: S603
            [*RUN, tgi_server.url, *SMOKE, "--json", str(file)],
            stdout=full,
            stderr=full,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            check=False,
            timeout=120,
        )

    assert 0 == done.returncode
    assert "conforms" == json.loads(file.read_text("utf-8"))["verdict"]


def test_a_pipe_that_is_closed_changes_no_exit_status(tgi_server: Any) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(  # noqa: S603
        [*RUN, tgi_server.url, *SMOKE], stdout=writer, stderr=subprocess.PIPE, check=False, timeout=120
    )
    os.close(writer)

    assert (0, b"") == (done.returncode, done.stderr[-200:] if b"Error" in done.stderr else b"")


def test_a_server_that_hangs_is_named_soon(direct: pytest.MonkeyPatch) -> None:
    with hostile(hanging) as server:
        started = time.monotonic()
        done = CliRunner().invoke(main, ["run", server.url, "--timeout", "0.4"])
        seconds = time.monotonic() - started

    assert 3 == done.exit_code
    assert "cannot be reached: no answer in time" in done.output
    assert seconds < 5


def test_the_run_ends_in_time_though_its_first_probe_hangs(direct: pytest.MonkeyPatch) -> None:
    with hostile(hanging) as server:
        started = time.monotonic()
        done = CliRunner().invoke(main, ["run", server.url, "--max-seconds", "1"])
        seconds = time.monotonic() - started

    assert 3 == done.exit_code
    assert seconds < 4


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("HTTP_PROXY", "ht!tp://x y", "HTTP_PROXY in the environment: expected a proxy URL"),
        ("ALL_PROXY", "ftp://h:1", "ALL_PROXY in the environment: expected a proxy URL"),
        (
            "SSL_CERT_FILE",
            "/nowhere/at/all",
            "SSL_CERT_FILE or SSL_CERT_DIR in the environment: cannot be read",
        ),
    ],
)
def test_an_environment_that_cannot_be_used_is_one_line(
    direct: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    direct.setenv(name, value)
    done = CliRunner().invoke(main, ["run", "http://127.0.0.1:9"])

    assert 2 == done.exit_code
    assert line in done.output
    assert 1 == len(done.output.splitlines())


def test_a_proxy_that_is_not_there_is_named_without_its_password(direct: pytest.MonkeyPatch) -> None:
    direct.setenv("ALL_PROXY", "http://user:sesame-open@127.0.0.1:9")
    done = CliRunner().invoke(main, ["run", "http://deployment.test"])

    assert 3 == done.exit_code
    assert "no connection through the proxy http://127.0.0.1:9" in done.output
    assert "sesame-open" not in done.output


def test_the_proxy_of_the_environment_may_be_ignored(direct: pytest.MonkeyPatch, tgi_server: Any) -> None:
    direct.setenv("ALL_PROXY", "http://127.0.0.1:9")
    done = CliRunner().invoke(main, ["run", tgi_server.url, *SMOKE, "--no-proxy-env"])

    assert 0 == done.exit_code, done.output


def test_a_proxy_is_used(direct: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def proxy(connection: Connection) -> None:
        asked.append(connection.request() or b"")
        connection.send(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with hostile(proxy) as server:
        direct.setenv("HTTP_PROXY", server.url)
        CliRunner().invoke(main, ["run", "http://deployment.test", "--depth", "smoke"])

    assert asked[0].startswith(b"GET http://deployment.test/info HTTP/1.1\r\n")


@pytest.mark.parametrize("suffix", ["/v1", "/generate", "/docs", "/v1/chat/completions"])
def test_a_url_that_ends_in_a_route_is_answered_with_the_one_that_works(suffix: str, tgi_server: Any) -> None:
    done = CliRunner().invoke(main, ["run", f"{tgi_server.url}{suffix}"])

    assert 3 == done.exit_code
    assert f"TGI answers at {tgi_server.url}: use that URL" in done.output


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TGI_CONFORMANCE_DETPH", "smoke")
    done = CliRunner().invoke(main, ["run", "http://127.0.0.1:9"])

    assert 2 == done.exit_code
    assert (
        "unknown environment variable 'TGI_CONFORMANCE_DETPH'; did you mean 'TGI_CONFORMANCE_DEPTH'?"
        in done.output
    )
