"""`list` and `explain`: the catalogue as people and programs ask for it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from tgi_conformance.cli import main
from tgi_conformance.kinds import OF_FAMILY, OWN
from tgi_conformance.levels import Depth, Level
from tgi_conformance.routes import requirements

ID = "generate.max-new-tokens-is-a-limit"


def asked(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def listed(*words: str) -> list[str]:
    return [entry["id"] for entry in json.loads(asked("list", "--json", *words).output)]


def test_list_shows_every_requirement_in_a_line() -> None:
    lines = asked("list").output.splitlines()

    assert [r.id for r in requirements()] == [line.split()[2] for line in lines]
    assert [r.statement for r in requirements()] == [line.split(maxsplit=3)[3] for line in lines]


def test_list_filters_by_route_level_and_depth() -> None:
    every = requirements()

    assert [r.id for r in every if r.route in {"info", "health"}] == listed(
        "--route", "info", "--route", "/health"
    )
    assert [r.id for r in every if r.level is Level.SHOULD] == listed("--level", "should")
    assert [r.id for r in every if r.depth is Depth.SMOKE] == listed("--depth", "smoke")
    assert [r.id for r in every if r.depth in {Depth.SMOKE, Depth.STANDARD}] == listed("--depth", "standard")


def test_list_says_that_nothing_is_asked_for() -> None:
    assert (
        "no requirement is asked for by that\n" == asked("list", "--route", "info", "--level", "MAY").output
    )
    assert [] == listed("--route", "info", "--level", "MAY")


def test_list_as_json_has_what_a_requirement_says_of_itself() -> None:
    (entry,) = [e for e in json.loads(asked("list", "--json").output) if e["id"] == ID]

    assert ("MUST", "smoke", "tokens", "POST /generate") == (
        entry["level"],
        entry["depth"],
        entry["kind"],
        entry["operation"],
    )
    assert {
        "id",
        "level",
        "depth",
        "kind",
        "operation",
        "statement",
        "source",
        "why",
        "needs",
        "since",
    } == set(entry)


def test_explain_shows_everything_that_is_known() -> None:
    output = asked("explain", "root.top-p-outside-its-bounds-is-refused").output

    (requirement,) = [r for r in requirements() if r.id == "root.top-p-outside-its-bounds-is-refused"]
    flat = " ".join(output.split())
    for text in (requirement.statement, requirement.source, requirement.why, "MUST", "POST /", "parameters"):
        assert text in flat
    assert "known TGI" in flat
    assert max(map(len, output.splitlines())) <= 110


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
def test_a_misspelt_name_is_told_in_one_line(words: list[str], complaint: str) -> None:
    result = asked(*words)

    assert 2 == result.exit_code
    assert complaint in result.output
    assert 1 == len(result.output.splitlines())


def test_every_family_has_a_kind() -> None:
    modules = {r.check.__module__ for r in requirements()}
    families = {module.rpartition(".")[2] for module in modules if ".families." in module}

    assert set() == families - set(OF_FAMILY)
    assert {OWN, *OF_FAMILY.values()} >= {r.kind for r in requirements()}
    assert "streams" == next(r.kind for r in requirements() if r.id == "generate-stream.terminator")
