"""`compare`: its exit status, its files, its complaints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from tests.conformance.reports.samples import NONE
from tests.conformance.reports.test_matrix import AFTER, BEFORE

from tgi_conformance.cli.main import main
from tgi_conformance.reports.json_report import write_json

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, report in (("before", BEFORE), ("after", AFTER), ("none", NONE)):
        (tmp_path / f"{name}.json").write_text(write_json(report), "utf-8")
    return tmp_path


def compared(folder: Path, *names: str, flags: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(main, ["compare", *(str(folder / f"{name}.json") for name in names), *flags])


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["before", "after"], 1),
        (["before", "before"], 0),
        (["after", "before"], 1),
        (["before", "before", "after"], 1),
        (["before", "none"], 3),
        (["none", "after"], 3),
    ],
)
def test_a_regression_ends_with_1(folder: Path, names: list[str], status: int) -> None:
    assert status == compared(folder, *names).exit_code


def test_pages_are_written(folder: Path) -> None:
    page, markdown = folder / "m.html", folder / "m.md"
    compared(folder, "before", "after", flags=("--html", str(page), "--markdown", str(markdown)))

    assert "after compared with before" in page.read_text("utf-8")
    assert "**broke: 2**" in markdown.read_text("utf-8")


@pytest.mark.parametrize(
    ("names", "flags", "complaint"),
    [
        (["before"], (), "a second report"),
        (["before", "nowhere"], (), "cannot be read"),
        (["before", "after"], ("--html", "/nowhere/m.html"), "does not exist"),
    ],
)
def test_wrong_usage_is_a_one_line_error(
    folder: Path, names: list[str], flags: tuple[str, ...], complaint: str
) -> None:
    result = compared(folder, *names, flags=flags)

    assert 2 == result.exit_code
    assert complaint in result.stderr
    assert 1 == len(result.stderr.splitlines())
