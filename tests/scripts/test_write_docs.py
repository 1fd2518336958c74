"""The pages that `nox -s docs` writes list every requirement, fault and variant, and link to files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tgi_conformance.requirements import requirements
from tgi_reference.injection.catalogues import all_faults, all_variants
from write_docs import MATRIX, OUT, main

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The pages by name, written anew."""
    out = tmp_path_factory.mktemp("pages") / "docs"
    result = CliRunner().invoke(main, ["--out", str(out)])
    assert 0 == result.exit_code, result.output
    return {path.name: path.read_text("utf-8") for path in out.iterdir()}


def rows(page: str) -> list[list[str]]:
    """The cells of each row of the page's tables, without the heads."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |")) for line in lines]
    return [row for row in cells if row[0] not in {"requirement", "name", "---"}]


def test_the_page_of_requirements_has_a_row_for_each(pages: Mapping[str, str]) -> None:
    listed = [(row[0].split("**")[1], *row[1:4]) for row in rows(pages["requirements.md"])]
    expected = [
        (one.id.partition(".")[2], one.level.value, one.depth.value, one.category) for one in requirements()
    ]

    assert sorted(expected) == sorted(listed)


def test_the_page_of_faults_has_a_row_for_each(pages: Mapping[str, str]) -> None:
    expected = [one.name for one in (*all_faults(), *all_variants())]

    assert expected == [row[0] for row in rows(pages["faults.md"])]


def test_a_fault_names_what_catches_it(pages: Mapping[str, str]) -> None:
    matrix = json.loads(MATRIX.read_text("utf-8"))
    caught = {name for names in matrix.values() for name in names}
    named = {row[0] for row in rows(pages["faults.md"]) if len(row) == 3 and row[2].strip()}

    assert caught == named


def test_links_of_the_pages_lead_to_files(pages: Mapping[str, str]) -> None:
    links = {link for page in pages.values() for link in re.findall(r"\]\(([^)# ]+)", page)}
    files = {link for link in links if "://" not in link}

    assert {"../../spec/openapi.json", "../../docs/behaviour.md", "requirements.md"} <= files
    assert [] == [link for link in files - set(pages) if not (OUT / link).resolve().is_file()]


def test_the_matrix_names_only_what_there_is() -> None:
    matrix = json.loads(MATRIX.read_text("utf-8"))

    assert set() == set(matrix) - {r.id for r in requirements()}
    assert set() == {name for names in matrix.values() for name in names} - {f.name for f in all_faults()}
