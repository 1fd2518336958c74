"""`list` and `explain`: the catalogue as people and programs ask for it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import tgi_conformance.reports
from tgi_conformance.cli.main import main
from tgi_conformance.requirements import load_requirements, requirements
from tgi_conformance.results.levels import Depth, Level

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tgi_conformance.requirements import LoadRequirement

ID = "generate.max-new-tokens-is-a-limit"
LOADED = "generate.counts-add-up-under-load"
SCALE = Path(__file__).parents[3] / "docs" / "scale.md"
REPORTS = Path(tgi_conformance.reports.__file__).parent


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


def test_list_shows_what_load_checks_if_asked() -> None:
    every = [one.id for one in load_requirements()]

    assert every == listed("--load")
    assert set() == set(every) & set(listed())
    assert [one for one in every if one.startswith("health.")] == listed("--load", "--only", "/health")
    assert [one for one in every if one.startswith("info.")] == listed(
        "--load", "--profile", "native", "--only", "info"
    )
    assert [] == listed("--load", "--level", "should")


def test_what_load_checks_fits_the_schema_of_the_list() -> None:
    schema = json.loads((REPORTS / "catalogue.schema.json").read_text("utf-8"))

    Draft202012Validator(schema).validate(json.loads(asked("list", "--load", "--json").output))


def test_explain_describes_what_load_checks(snapshot: SnapshotAssertion) -> None:
    assert snapshot == asked("explain", "chat-completions.streamed-counts-add-up-under-load").output


@pytest.mark.parametrize("one", load_requirements(), ids=lambda one: one.id)
def test_explain_knows_every_id_of_load(one: LoadRequirement) -> None:
    flat = " ".join(asked("explain", one.id).output.split())

    assert all(text in flat for text in (one.statement, one.source, one.why, one.fails_if, "MUST"))


def test_the_page_says_what_load_checks() -> None:
    row = r"^\| `(?:health\.|info\.)?([\w-]+)` \| (.+) \|$"
    rows = dict(re.findall(row, SCALE.read_text("utf-8"), re.MULTILINE))
    slugs = {one.id.partition(".")[2].removeprefix("streamed-"): one for one in load_requirements()}

    assert {slug: one.fails_if for slug, one in slugs.items()} == rows


@pytest.mark.parametrize(
    "words",
    [
        ["run", "http://127.0.0.1:9", "--id", LOADED],
        ["run", "http://127.0.0.1:9", "--only", LOADED],
        ["list", "--only", LOADED],
    ],
)
def test_an_id_of_load_is_told_where_it_is_not_known(words: list[str]) -> None:
    result = asked(*words)
    told = "`tgi-conformance load URL` checks this, not `run` (`tgi-conformance list --load`)"

    assert (2, f"Error: {LOADED}: {told}\n") == (result.exit_code, result.output)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["explain", "generate.max-new-token-is-limit"], f"did you mean '{ID}'?"),
        (["explain", ""], "unknown requirement ''"),
        (["explain", f"{LOADED}s"], f"did you mean '{LOADED}'?"),
        (["list", "--route", "generat"], "did you mean 'generate'?"),
        (["list", "--load", "--only", "counts-add-upp"], "unknown route, category or requirement"),
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
