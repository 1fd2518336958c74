"""`--profile`: what a run checks, how it ends, and the commands that read its report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from tgi_conformance.cli.main import main
from tgi_conformance.config.profiles import profiles_of
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Depth
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SMOKE = ("--depth", "smoke")
COUNTS = "generate.generated-tokens-are-counted"
ONE_MORE = ("generated-tokens-are-one-more",)


def command(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def report_of(
    file: Path, *words: str, faults: tuple[str, ...] = (), variants: tuple[str, ...] = ()
) -> Result:
    with running(Settings(quiet=True, faults=faults, variants=variants)) as server:
        done = command("run", server.url, *SMOKE, *words, "--json", str(file))
    assert file.exists(), done.output
    return done


def read(file: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return value


def ids(*profiles: str) -> set[str]:
    return {
        one.id
        for one in requirements()
        if Depth.SMOKE.includes(one.depth) and not set(profiles).isdisjoint(profiles_of(one))
    }


def test_several_profiles_are_checked_together_and_judged_apart(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    done = report_of(file, "--profile", "native", "--profile", "openai", faults=ONE_MORE)
    report = read(file)

    assert ids("native", "openai") == {one["id"] for one in report["requirements"]}
    assert {"native": "does not conform", "openai": "conforms"} == {
        one["name"]: one["verdict"] for one in report["profiles"]
    }
    assert 1 == done.exit_code


def test_only_the_profiles_asked_for_decide_about_the_end(tmp_path: Path) -> None:
    done = report_of(tmp_path / "a.json", "--profile", "openai", faults=ONE_MORE)

    assert 0 == done.exit_code, done.output
    assert "profiles  openai: conforms" in done.output


def test_a_profile_that_is_not_offered_ends_with_1(tmp_path: Path) -> None:
    words = ("--profile", "native", "--profile", "sagemaker", "--badge", str(tmp_path / "badge.json"))
    done = report_of(tmp_path / "a.json", *words, variants=("native-routes-only",))

    assert 1 == done.exit_code
    assert "failed: profile sagemaker is not offered: POST /invocations answered 404" in done.output
    assert "native: conforms; sagemaker: not offered" == read(tmp_path / "badge.json")["message"]


def test_every_report_names_the_profiles(tmp_path: Path) -> None:
    files = {form: tmp_path / f"report.{form}" for form in ("html", "markdown")}
    flags = [word for form, file in files.items() for word in (f"--{form}", str(file))]
    report_of(tmp_path / "a.json", *flags, variants=("openai-routes-only",))
    page, markdown = (file.read_text("utf-8") for file in files.values())

    assert "| native | – `not offered` |" in markdown  # noqa: RUF001 - the sign of what is unsupported
    assert "| openai | ✓ `conforms` |" in markdown
    assert '<h2 id="profiles-title">Profiles</h2>' in page
    assert "<dt>sagemaker</dt>" in page


def test_list_shows_the_requirements_of_profiles() -> None:
    listed = json.loads(command("list", "--profile", "sagemaker", "--profile", "operations", "--json").output)
    wanted = {"sagemaker", "operations"}

    assert [one.id for one in requirements() if not wanted.isdisjoint(profiles_of(one))] == [
        entry["id"] for entry in listed
    ]


@pytest.mark.parametrize("words", [("run", "http://127.0.0.1:9"), ("list",)], ids=["run", "list"])
def test_an_unknown_profile_is_wrong_usage(words: tuple[str, ...]) -> None:
    done = command(*words, "--profile", "opnai")

    assert 2 == done.exit_code
    assert "unknown profile 'opnai'; did you mean 'openai'?" in done.output


def test_compare_and_accept_take_what_a_profile_includes(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    report_of(good)
    report_of(bad, faults=ONE_MORE)
    pair = (str(good), str(bad))

    assert 1 == command("compare", *pair).exit_code
    assert 1 == command("compare", *pair, "--profile", "native").exit_code
    assert 0 == command("compare", *pair, "--profile", "openai").exit_code
    assert COUNTS in command("accept", str(bad), "--profile", "native").output
    nothing = command("accept", str(bad), "--profile", "openai")
    assert 2 == nothing.exit_code
    assert "nothing to accept" in nothing.output


def test_a_report_without_the_profile_cannot_be_compared_by_it(tmp_path: Path) -> None:
    file = tmp_path / "native.json"
    report_of(file, "--profile", "native")
    done = command("compare", str(file), str(file), "--profile", "operations")

    assert 2 == done.exit_code
    assert "no requirement of operations" in done.output


def test_a_matrix_shows_the_profiles_of_each_deployment(tmp_path: Path) -> None:
    native, openai, table = tmp_path / "native.json", tmp_path / "openai.json", tmp_path / "matrix.md"
    report_of(native, variants=("native-routes-only",))
    report_of(openai, variants=("openai-routes-only",))
    done = command("compare", str(native), str(openai), "--markdown", str(table))
    conforms, absent = "✓ <code>conforms</code>", "– <code>not offered</code>"  # noqa: RUF001 - as above

    assert f"| profile <code>native</code> | {conforms} | {absent} |" in table.read_text("utf-8")
    assert "profiles  tgi: " in done.output


def test_a_rerun_sends_what_the_run_of_a_profile_sent(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    with running(Settings(quiet=True, faults=("usage-is-missing",))) as server:
        command("run", server.url, *SMOKE, "--profile", "openai", "--json", str(first))
        command("run", "--rerun", str(first), "--json", str(second))
    failed = [one for one in read(first)["requirements"] if one["outcome"] == "failed"]
    again = read(second)["requirements"]

    assert failed
    assert [one["id"] for one in failed] == [one["id"] for one in again]
    assert all('"model"' in one["curl"] for one in (*failed, *again))
