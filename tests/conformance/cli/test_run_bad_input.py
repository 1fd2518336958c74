"""Bad input on the command line gives one clear line and an exit code, not a traceback."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.conformance.hostile import JSON, OK, answer, answering, hostile

from tgi_conformance.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "tgi_conformance.cli.main", "run"]
NOWHERE = "http://127.0.0.1:9"


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it in its own process, where pytest cannot hide a traceback."""
    return subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def assert_one_line(arguments: list[str], *words: str) -> None:
    done = CliRunner().invoke(main, ["run", *arguments])
    (line,) = done.stderr.splitlines()

    assert 2 == done.exit_code
    assert [] == [word for word in words if word not in line]
    assert line.startswith("Error: ")
    assert "" == done.stdout


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """Give a folder with a report in it that is as it was when the test is over."""
    (tmp_path / "report.json").write_text("kept")
    before = sorted(tmp_path.iterdir())
    yield tmp_path
    assert "kept" == (tmp_path / "report.json").read_text()
    assert before == sorted(tmp_path.iterdir())


WRONG = {
    "no url": (["nothing"], ("nothing", "expected a URL")),
    "no argument": ([], ("Missing argument", "URL")),
    "a misspelt level": ([NOWHERE, "--depth", "smok"], ("--depth", "'smok'", "'smoke'", "'standard'")),
    "a misspelt route": (
        [NOWHERE, "--only", "generat"],
        ("unknown route, category or requirement 'generat'", "did you mean 'generate'?"),
    ),
    "a misspelt path": ([NOWHERE, "--skip", "/v1/chat/completion"], ("did you mean", "/v1/chat/completions")),
    "a misspelt flag": ([NOWHERE, "--sed", "1"], ("--sed", "--seed")),
    "a seed that is none": ([NOWHERE, "--seed", "-1"], ("--seed", "-1")),
    "a header that is none": ([NOWHERE, "--header", "sesame"], ("--header", "expected NAME:VALUE")),
    "no key": ([NOWHERE, "--api-key-env", "NO_SUCH_KEY"], ("NO_SUCH_KEY", "not set")),
    "no folder": ([NOWHERE, "--json", "no/such/report.json"], ("no/such/report.json", "does not exist")),
    "no deviations": ([NOWHERE, "--deviations", "no-such.yaml"], ("no-such.yaml", "cannot be read")),
    "no certificates": ([NOWHERE, "--ca", "no-such.pem"], ("no-such.pem", "PEM")),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG.keys())
def test_wrong_usage_is_one_line(arguments: list[str], words: tuple[str, ...]) -> None:
    assert_one_line(arguments, *words)


def test_an_unwritable_output_is_found_before_anything_is_sent(kept: Path) -> None:
    assert_one_line([NOWHERE, "--json", str(kept)], str(kept), "directory")


def test_the_installed_command_prints_one_line() -> None:
    done = command(NOWHERE, "--depth", "smok")

    assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))


def test_two_reports_do_not_share_a_file(kept: Path) -> None:
    path = str(kept / "report.json")

    assert_one_line([NOWHERE, "--json", path, "--junit", path], path, "the same file")


def test_deviations_that_match_no_requirement_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("- {requirement: generate.nope, seen: {}, instead: a, versions: '>=1', evidence: b}\n")

    assert_one_line([NOWHERE, "--deviations", str(path)], "'generate.nope'", "no requirement")


PAGE = answer(b"<!doctype html><title>Hello</title>", OK + b"Content-Type: text/html\r\n")
NOT_FOUND = answer(b"", b"HTTP/1.1 404 Not Found\r\n")
LOCKED = answer(b"", b"HTTP/1.1 401 Unauthorized\r\n")
CUT = answer(b'{"openapi": "3.0.3", "paths"', JSON)
TELLS_NOTHING = {
    "a web site": (PAGE, "no answer looks like one of TGI", "text/html"),
    "nothing at all": (NOT_FOUND, "no answer looks like one of TGI", "404"),
    "a locked one": (LOCKED, "the deployment requires an API key", "401"),
}


@pytest.mark.parametrize(("answered", "said", "seen"), TELLS_NOTHING.values(), ids=TELLS_NOTHING.keys())
def test_a_server_that_is_no_open_tgi_could_not_be_told(answered: bytes, said: str, seen: str) -> None:
    with hostile(answering(answered)) as server:
        done = CliRunner().invoke(main, ["run", server.url])

    assert (3, "") == (done.exit_code, done.stderr)
    assert said in done.stdout.splitlines()[-1]
    assert seen in done.stdout.splitlines()[-1]


def test_an_unreachable_deployment_has_a_report(tmp_path: Path) -> None:
    files = [tmp_path / "report.json", tmp_path / "report.xml"]
    done = command(NOWHERE, "--json", str(files[0]), "--junit", str(files[1]))

    assert (3, "") == (done.returncode, done.stderr)
    assert "cannot be reached" in done.stdout.splitlines()[-1]
    assert all("cannot be reached" in path.read_text("utf-8") for path in files)


def test_a_wrong_key_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sesame-open-now")
    with hostile(answering(LOCKED)) as server:
        done = CliRunner().invoke(main, ["run", server.url, "--api-key-env", "MY_KEY"])

    assert 3 == done.exit_code
    assert "the key in $MY_KEY was refused" in done.stdout
    assert "sesame" not in done.stdout + done.stderr


def test_a_truncated_document_is_a_finding() -> None:
    with hostile(answering(CUT)) as server:
        done = CliRunner().invoke(main, ["run", server.url, "--only", "document", "--depth", "smoke"])

    assert (1, "") == (done.exit_code, done.stderr)
    assert "document.document-is-whole" in done.stdout
    assert "truncated" in done.stdout


def test_the_verdict_is_printed_even_if_a_report_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()

    def removing(connection: object) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        answering(NOT_FOUND)(connection)  # type: ignore[arg-type]

    with hostile(removing) as server:
        done = command(server.url, "--json", str(folder / "report.json"))

    assert 2 == done.returncode
    assert "no answer looks like one of TGI" in done.stdout
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
