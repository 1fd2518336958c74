"""docs/documents.md shows what becomes of documents today, as far as they are in this repository."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "documents.md"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    found = importlib.util.spec_from_file_location("documents", ROOT / "benchmarks" / "documents.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_rows_of_our_own_documents_are_fresh(benchmark: ModuleType) -> None:
    done = CliRunner().invoke(benchmark.main, ["--page", str(PAGE)])
    assert (0, "") == (done.exit_code, done.stderr)
    assert "| fastapi-library.json |" in done.stdout


def test_a_stale_row_is_told_and_written_anew(benchmark: ModuleType, tmp_path: Path) -> None:
    folder, page = tmp_path / "documents", tmp_path / "page.md"
    folder.mkdir()
    (folder / "spec_old.json").write_text('{"swagger": "2.0"}')
    row = "| other.json | T 1 | 3.0.3 | 2 | 2 | 0 | 1.0 | whole |"
    table = "\n".join([benchmark.BEGIN, *benchmark.HEAD, row, benchmark.END])
    page.write_text(f"# Title\n\n{table}\nAfter\n")

    stale = CliRunner().invoke(benchmark.main, [str(folder), "--page", str(page)])
    assert (1, f"{page}: the row of spec_old.json is stale, run with --write\n") == (
        stale.exit_code,
        stale.stderr,
    )
    assert 0 == CliRunner().invoke(benchmark.main, [str(folder), "--page", str(page), "--write"]).exit_code
    assert 0 == CliRunner().invoke(benchmark.main, [str(folder), "--page", str(page)]).exit_code

    text = page.read_text()
    assert row in text
    assert re.search(r"\| spec\\_old.json \| .*OpenAPI 2 \(swagger .*swagger2openapi", text)
    assert text.startswith("# Title\n")
    assert text.endswith("After\n")


def test_every_document_of_the_page_is_whole_or_has_a_reason(benchmark: ModuleType) -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in benchmark.rows_of(PAGE.read_text()).values()
    ]
    assert len(rows) >= 10
    for name, _, _, operations_in, operations_out, _, _, result in rows:
        assert operations_in == operations_out, name
        assert bool(operations_in) == (result == "whole"), name
