"""The pages of requirements and of faults tell what the catalogues and the matrix say, and are fresh."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tgi_conformance.requirements import requirements
from tgi_reference.injection.catalogues import all_faults

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "write_docs.py"


def test_pages_are_fresh() -> None:
    command = [sys.executable, str(SCRIPT), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own

    assert (0, "") == (done.returncode, done.stderr)


def test_page_names_each_requirement_once() -> None:
    page = (ROOT / "docs" / "requirements.md").read_text("utf-8")

    assert [] == [r.id for r in requirements() if f"**{r.id.partition('.')[2]}**" not in page]


def test_matrix_names_only_what_there_is() -> None:
    matrix = json.loads((ROOT / "docs" / "fault-matrix.json").read_text("utf-8"))

    assert set() == set(matrix) - {r.id for r in requirements()}
    assert set() == {name for names in matrix.values() for name in names} - {f.name for f in all_faults()}
