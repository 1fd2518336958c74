"""Which requirements a run checks: `--only`, `--skip`, `--id` and `--rerun`."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from tgi_conformance.cli.main import main
from tgi_conformance.config.selection import Selection, selecting_word
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Outcome
from tgi_reference.compose import running
from tgi_reference.releases import RELEASES
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tgi_conformance.requirements import Requirement
    from tgi_reference.server import Running

COUNTS, ROOT_COUNTS = (f"{route}.generated-tokens-are-counted" for route in ("generate", "root"))
FEW = 10  # requests


@pytest.fixture(scope="module")
def broken() -> Iterator[Running]:
    with running(Settings(quiet=True, faults=("generated-tokens-are-one-more",))) as server:
        yield server


def command(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def report_of(tmp_path: Path, *words: str) -> tuple[int, dict[str, Any]]:
    file = tmp_path / "of-a-run.json"
    done = command("run", *words, "--json", str(file))
    assert file.exists(), done.output
    return done.exit_code, json.loads(file.read_text("utf-8"))


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {result["id"]: result["outcome"] for result in report["requirements"]}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("info", lambda one: one.id.startswith("info.")),
        ("/info", lambda one: one.id.startswith("info.")),
        ("/", lambda one: one.id.startswith("root.")),
        ("stops", lambda one: one.category == "stops"),
        ("generated data", lambda one: one.category == "generated data"),
        ("generated-data", lambda one: one.category == "generated data"),
        (COUNTS, lambda one: one.id == COUNTS),
        ("generate.*stop*", lambda one: fnmatchcase(one.id, "generate.*stop*")),
    ],
)
def test_a_word_selects_a_route_a_category_or_ids(word: str, expected: Callable[[Requirement], bool]) -> None:
    every = requirements()
    only, skip = Selection(only=(selecting_word(word),)), Selection(skip=(selecting_word(word),))
    wanted = [one.id for one in every if expected(one)]

    assert wanted
    assert wanted == [one.id for one in every if only.includes(one)]
    assert [one.id for one in every if not expected(one)] == [one.id for one in every if skip.includes(one)]


def test_the_last_word_of_skip_wins_over_only() -> None:
    selection = Selection(only=("generate",), skip=("generate.*stop*",))
    selected = [one.id for one in requirements() if selection.includes(one)]

    assert COUNTS in selected
    assert not [name for name in selected if "stop" in name]


@pytest.mark.parametrize(
    ("word", "near"), [("stpos", "stops"), ("/inof", "/info"), (COUNTS[:-1], COUNTS), ("generat", "generate")]
)
def test_the_nearest_word_is_named(word: str, near: str) -> None:
    with pytest.raises(
        UsageError, match=f"unknown route, category or requirement '{word}'; did you mean '{near}'"
    ):
        selecting_word(word)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--only", "info", "--skip", "info"], "no requirement of depth standard is selected"),
        (["--only", "xyzzy.*"], "unknown route, category or requirement 'xyzzy.*'"),
        (["--id", "generate.generated-token-are-counted"], f"did you mean '{COUNTS}'"),
        (["--rerun", "absent.json"], "absent.json: cannot be read"),
    ],
)
def test_what_selects_nothing_is_wrong_usage(words: list[str], message: str) -> None:
    done = command("run", "http://127.0.0.1:9", *words)

    assert (2, 1) == (done.exit_code, len(done.output.splitlines()))
    assert message in done.output


def test_list_selects_as_run_does() -> None:
    words = ("--only", "stops", "--only", "info", "--skip", "*.streamed-*", "--depth", "standard")
    selection = Selection(only=("stops", "info"), skip=("*.streamed-*",))
    wanted = [one.id for one in requirements() if selection.includes(one)]

    assert wanted == [entry["id"] for entry in json.loads(command("list", "--json", *words).output)]


def test_an_id_reproduces_a_finding_in_a_few_requests(broken: Running, tmp_path: Path) -> None:
    code, report = report_of(tmp_path, broken.url, "--id", COUNTS, "--id", ROOT_COUNTS)

    assert 1 == code
    assert {COUNTS: "failed", ROOT_COUNTS: "failed"} == outcomes(report)
    assert report["requests"] <= FEW


def test_an_id_passes_where_nothing_is_broken(tgi_server: Running, tmp_path: Path) -> None:
    code, report = report_of(tmp_path, tgi_server.url, "--id", COUNTS)

    assert (0, {COUNTS: "passed"}) == (code, outcomes(report))
    assert report["requests"] <= FEW


def test_an_id_below_must_is_judged_too(tgi_server: Running, tmp_path: Path) -> None:
    name = next(one.id for one in requirements() if one.level.value == "SHOULD" and one.category == "headers")
    code, report = report_of(tmp_path, tgi_server.url, "--id", name)

    assert (0, "conforms") == (code, report["verdict"])


def test_an_id_of_what_is_not_offered_is_unsupported(tmp_path: Path) -> None:
    with running(Settings(quiet=True, release=RELEASES["2.0.4"], no_tokenizer=True)) as server:
        code, report = report_of(tmp_path, server.url, "--id", "tokenize.tokens-cover-the-text")

    (result,) = report["requirements"]
    assert (3, "unsupported", "POST /tokenize answered 404") == (code, result["outcome"], result["reason"])


def test_rerun_checks_what_did_not_pass(broken: Running, tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    command("run", broken.url, "--depth", "smoke", "--seed", "7", "--json", str(first))
    before = json.loads(first.read_text("utf-8"))
    code, after = report_of(tmp_path, "--rerun", str(first))
    _, other = report_of(tmp_path, broken.url, "--rerun", str(first), "--seed", "8")

    failed = {name for name, outcome in outcomes(before).items() if outcome == Outcome.FAILED.value}
    assert COUNTS in failed
    assert (1, dict.fromkeys(failed, "failed")) == (code, outcomes(after))
    assert ("smoke", 7, 8) == (after["depth"], after["seed"], other["seed"])
    assert after["requests"] < before["requests"]


def test_a_rerun_of_what_passed_is_wrong_usage(tgi_server: Running, tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    command("run", tgi_server.url, "--depth", "smoke", "--only", "info", "--json", str(first))
    done = command("run", "--rerun", str(first))

    assert 2 == done.exit_code
    assert "every requirement passed, is a known deviation or is unsupported" in done.output
