"""`list` and `explain`: the catalogue as people and programs ask for it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tgi_conformance.cli.main import main
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Depth, Level

ID = "generate.max-new-tokens-is-a-limit"


def asked(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def listed(*words: str) -> list[str]:
    return [entry["id"] for entry in json.loads(asked("list", "--json", *words).output)]


def test_list_shows_a_requirement_per_line() -> None:
    rows = [re.split(" {2,}", line, maxsplit=4) for line in asked("list").output.splitlines()]

    expected = [[r.level.value, r.depth.value, r.category, r.id, r.statement] for r in requirements()]
    assert expected == rows


def test_list_filters_by_route_level_and_depth() -> None:
    every = requirements()

    assert [r.id for r in every if r.route in {"info", "health"}] == listed(
        "--route", "info", "--route", "/health"
    )
    assert [r.id for r in every if r.level is Level.SHOULD] == listed("--level", "should")
    assert [r.id for r in every if r.depth is Depth.SMOKE] == listed("--depth", "smoke")
    assert [r.id for r in every if r.depth in {Depth.SMOKE, Depth.STANDARD}] == listed("--depth", "standard")


def test_list_says_that_nothing_matches() -> None:
    assert "no requirement matches\n" == asked("list", "--route", "info", "--level", "MAY").output
    assert [] == listed("--route", "info", "--level", "MAY")


def test_list_as_json_describes_a_requirement() -> None:
    (entry,) = [e for e in json.loads(asked("list", "--json").output) if e["id"] == ID]

    assert ("MUST", "smoke", "tokens", "POST /generate") == (
        entry["level"],
        entry["depth"],
        entry["category"],
        entry["operation"],
    )
    assert {
        "id",
        "level",
        "depth",
        "category",
        "profiles",
        "operation",
        "statement",
        "source",
        "why",
        "needs",
        "since",
    } == set(entry)


def test_explain_describes_a_requirement() -> None:
    output = asked("explain", "root.top-p-outside-its-bounds-is-refused").output

    (requirement,) = [r for r in requirements() if r.id == "root.top-p-outside-its-bounds-is-refused"]
    flat = " ".join(output.split())
    for text in (requirement.statement, requirement.source, requirement.why, "MUST", "POST /", "parameters"):
        assert text in flat
    assert "known TGI" in flat
    assert max(map(len, output.splitlines())) <= 110


def test_explain_names_the_category_and_the_line_of_the_check() -> None:
    (requirement,) = [r for r in requirements() if r.id == ID]
    fields = dict(
        line.split(maxsplit=1) for line in asked("explain", ID).output.splitlines()[2:] if line.strip()
    )
    file, _, line = fields["check"].rpartition(":")

    assert requirement.category == fields["category"]
    declaration = Path(file).read_text("utf-8").splitlines()[int(line) - 1 :]
    assert declaration[0].lstrip().startswith("@")
    assert requirement.declared.__name__ in "\n".join(declaration[:20])


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["explain", "generate.max-new-token-is-limit"], f"did you mean '{ID}'?"),
        (["explain", ""], "unknown requirement ''"),
        (["list", "--route", "generat"], "did you mean 'generate'?"),
        (["list", "--level", "must-not"], "must-not"),
        (["list", "--depth", "deep"], "deep"),
    ],
)
def test_a_misspelt_name_is_a_one_line_error(words: list[str], complaint: str) -> None:
    result = asked(*words)

    assert 2 == result.exit_code
    assert complaint in result.output
    assert 1 == len(result.output.splitlines())


def test_every_requirement_names_its_category() -> None:
    assert [] == [one.id for one in requirements() if not one.category]
    assert "streams" == next(one.category for one in requirements() if one.id == "generate-stream.terminator")
