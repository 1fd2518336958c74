"""-q, -v and -vv: what is printed besides the report, and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from tgi_conformance.cli.main import main

if TYPE_CHECKING:
    from tgi_reference.server import Running

SMOKE = ["--depth", "smoke", "--only", "info"]


@pytest.fixture(autouse=True)
def _away(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> Result:
    done = CliRunner().invoke(main, ["run", *words])
    assert 0 == done.exit_code, done.output
    return done


def test_quiet_prints_the_verdict_and_why(tgi_server: Running) -> None:
    done = run(tgi_server.url, *SMOKE, "-q")

    verdict = f"{tgi_server.url} conforms. No requirement fails."
    assert f"{verdict}\npassed: no MUST requirement fails\n" == done.stdout
    assert "" == done.stderr


def test_quiet_prints_a_line_for_each_of_several(tgi_server: Running) -> None:
    other = tgi_server.url.replace("127.0.0.1", "localhost")
    done = run(tgi_server.url, other, *SMOKE, "-q")

    assert 2 == len(done.stdout.splitlines())
    assert 2 == done.stdout.count(": passed: no MUST requirement fails\n")


def test_verbose_prints_each_outcome_as_it_comes(tgi_server: Running) -> None:
    done = run(tgi_server.url, *SMOKE, "-v")

    assert (
        "[ 50%] passed           info.answer-fits-the-document\n"
        "[100%] passed           info.limits-fit-together\n"
    ) == done.stderr
    assert run(tgi_server.url, *SMOKE).stdout.splitlines()[0] == done.stdout.splitlines()[0]


def test_verbose_gives_reasons_and_names_of_targets(tgi_server: Running) -> None:
    other = tgi_server.url.replace("127.0.0.1", "localhost")
    done = run(tgi_server.url, other, "--gentle", "--only", "authentication", "-v")
    lines = done.stderr.splitlines()

    assert {"127.0.0.1", "localhost"} == {line.partition("-")[0] for line in lines}
    assert all(re.search(r": \[ *\d+%\] \w+ +authentication\.\S+", line) for line in lines)
    assert any(re.search(r"unsupported +authentication\.\S+: \w", line) for line in lines)


def test_twice_verbose_prints_each_request_without_secrets(
    tgi_server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "sesame-open")
    url = tgi_server.url.replace("//", "//user:pass-word@")
    done = run(url, *SMOKE, "--api-key-env", "SECRET", "-vv")

    assert re.search(rf"^GET {re.escape(tgi_server.url)}/info: 200, \d+ bytes in", done.stderr, re.MULTILINE)
    assert re.search(rf"^POST {re.escape(tgi_server.url)}/generate: 200", done.stderr, re.MULTILINE)
    assert "sesame-open" not in done.output
    assert "pass-word" not in done.output


def test_a_request_without_an_answer_is_printed_too() -> None:
    done = CliRunner().invoke(main, ["run", "http://127.0.0.1:9", "-vv"])

    assert 3 == done.exit_code
    assert "GET http://127.0.0.1:9/info: no connection" in done.stderr


def test_they_cancel_each_other(tgi_server: Running) -> None:
    assert run(tgi_server.url, *SMOKE).stdout.splitlines()[0] in run(tgi_server.url, *SMOKE, "-qv").stdout


def test_the_environment_sets_them(tgi_server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TGI_CONFORMANCE_QUIET", "1")

    assert 2 == len(run(tgi_server.url, *SMOKE).output.splitlines())
