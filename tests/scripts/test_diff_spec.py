"""The command that compares two documents: files and servers, three formats, three exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import Reply

if TYPE_CHECKING:
    from tests.conftest import Site

ROOT = Path(__file__).parents[2]
INTERFACES = ROOT / "tests" / "data" / "interface"
OLD, NEW = INTERFACES / "tgi-2.4.1.json", INTERFACES / "tgi-3.3.7.json"


def diff_spec(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "diff_spec.py"), *map(str, arguments)]
    return subprocess.run(  # noqa: S603 (the project's own command)
        command, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("output", "start"),
    [
        ("text", "Text Generation Inference 2.4.1 -> Text Generation Inference 3.3.6-dev0: 10 changes ("),
        ("markdown", "# Text Generation Inference 2.4.1 → "),
        ("json", "{\n"),
    ],
)
def test_prints_changes_between_two_files(output: str, start: str) -> None:
    done = diff_spec(OLD, NEW, "--format", output)
    assert (1, start, "") == (done.returncode, done.stdout[: len(start)], done.stderr)


def test_the_same_is_no_change() -> None:
    assert diff_spec(OLD, OLD).returncode == 0


def test_compares_a_file_with_a_server(site: Site) -> None:
    site.replies["/openapi.json"] = Reply(NEW.read_bytes())
    done = diff_spec(OLD, site.url, "--format", "json")
    assert done.returncode == 1
    value = json.loads(done.stdout)
    assert (str(OLD), f"{site.url}/openapi.json") == (value["old"]["source"], value["new"]["source"])
    assert diff_spec(f"{site.url}/openapi.json", NEW).returncode == 0


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("absent.json", None, "absent.json: cannot be read (No such file or directory)"),
        ("spec.yaml", "openapi: 3.0.3", "#/paths: missing or empty"),
        ("cut.json", '{"openapi": "3.0.3", "pa', "truncated: ends at byte 24"),
    ],
)
def test_a_file_that_is_no_document_is_one_line(
    name: str, content: str | None, expected: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content)
    done = diff_spec(OLD, file)
    assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert done.stderr.startswith("diff_spec.py: ")
    assert expected in done.stderr


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f'"{sys.executable}" "{ROOT / "scripts" / "diff_spec.py"}" "{OLD}" "{NEW}" | head -c 1'
    done = subprocess.run(  # noqa: S602 (the project's own command)
        command, shell=True, capture_output=True, text=True, check=False, timeout=60
    )
    assert ("T", "") == (done.stdout, done.stderr)
