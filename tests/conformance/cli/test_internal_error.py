"""A failure of the suite itself ends with 4 and says so; it passes for no break of the deployment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import evolve
from click.testing import CliRunner
from tests.conformance.reports.samples import BAD, result

from tgi_conformance.cli import run as command
from tgi_conformance.cli.main import main
from tgi_conformance.reports.junit import write_junit
from tgi_conformance.reports.markdown import write_markdown
from tgi_conformance.reports.signs import REPORT_IT
from tgi_conformance.results.levels import Outcome, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from click.testing import Result

    from tgi_conformance.results.report import Report

ERROR = result("crashes", Outcome.ERROR, reason="IndexError: tuple index out of range at streams.py:180")
FAILED = evolve(
    BAD,
    requirements=(*BAD.requirements, ERROR),
    verdict=Verdict.INTERNAL_ERROR,
    reason=f"{ERROR.id}: {ERROR.reason}",
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["run", "http://127.0.0.1:9", *arguments])


def giving(report: Report) -> Any:
    return lambda *_: report


def test_an_error_in_a_check_exits_with_4_and_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "run", giving(FAILED))
    done = run("--json", str(tmp_path / "report.json"), "--fail-on", "should")

    assert 4 == done.exit_code
    assert REPORT_IT in done.output
    assert "internal error generate.crashes: IndexError" in done.output
    assert "internal error" == json.loads((tmp_path / "report.json").read_text("utf-8"))["verdict"]


def test_an_error_in_the_run_exits_with_4_and_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> Report:
        raise LookupError("no such thing: sesame-open-now")

    monkeypatch.setattr(command, "run", failing)
    monkeypatch.setenv("KEY", "sesame-open-now")
    done = run("--api-key-env", "KEY")

    assert 4 == done.exit_code
    assert "LookupError" in done.output
    assert "please report" in done.output
    assert "sesame" not in done.output


def test_an_error_is_no_failure_in_a_report() -> None:
    junit = write_junit(evolve(FAILED, requirements=(ERROR,)))

    assert 'errors="1"' in junit
    assert 'failures="0"' in junit
    assert REPORT_IT in junit
    assert REPORT_IT in write_markdown(FAILED)
