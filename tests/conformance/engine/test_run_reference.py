"""The suite against the reference server: it conforms within its budget, and no secret is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from click.testing import CliRunner
from tests.conformance.hostile import answer, answering, hostile

from tgi_conformance.cli.main import main
from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.config.selection import Selection
from tgi_conformance.engine.run import run
from tgi_conformance.http.target import Target
from tgi_conformance.reports.json_report import write_json
from tgi_conformance.reports.junit import write_junit
from tgi_conformance.requirements import requirements
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Depth, Level, Outcome, Verdict
from tgi_reference.compose import running
from tgi_reference.fidelity import FIDELITIES
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.results.report import Report
    from tgi_reference.server import Running

MOST = {Depth.SMOKE: (60, 600), Depth.STANDARD: (1_100, 10_000)}


def options(url: str, depth: Depth = Depth.SMOKE, seed: int = 0) -> RunConfig:
    return RunConfig(Target(url), depth, seed, deviations=shipped_deviations())


def failures(report: Report) -> list[tuple[str, str, str]]:
    unkept = {Outcome.FAILED, Outcome.INCONCLUSIVE}
    return [(r.id, r.actual, r.reason) for r in report.requirements if r.outcome in unkept]


def assert_conforms(report: Report) -> None:
    most_requests, most_tokens = MOST[report.depth]

    assert [] == failures(report)
    assert (Verdict.CONFORMS, "") == (report.verdict, report.reason)
    assert report.requests <= most_requests
    assert report.generated_tokens <= most_tokens


@pytest.mark.parametrize("seed", [1, 2])
def test_the_reference_server_conforms_at_depth_smoke(seed: int, tgi_server: Running) -> None:
    assert_conforms(run(options(tgi_server.url, seed=seed)))


@pytest.mark.parametrize(("fidelity", "seed"), [("tgi", 3), ("documented", 4)])
def test_the_reference_server_conforms(fidelity: str, seed: int) -> None:
    with running(Settings(fidelity=FIDELITIES[fidelity], quiet=True)) as server:
        chosen = options(server.url, Depth.STANDARD, seed)
        own = tuple(evolve(one, shipped=False) for one in chosen.deviations)  # so that stale ones are named
        report = run(evolve(chosen, deviations=own))
    checked = [one.id for one in requirements() if Depth.STANDARD.includes(one.depth)]

    assert_conforms(report)
    assert checked == [result.id for result in report.requirements]
    assert {"version", "model_id"} <= set(report.server)
    if fidelity == "tgi":
        assert () == report.stale_deviations


def test_strict_runs_fail_on_known_deviations(tgi_server: Running) -> None:
    report = run(evolve(options(tgi_server.url), strict=True, selection=Selection(only=("models",))))

    assert Verdict.DOES_NOT_CONFORM is report.verdict
    assert [Outcome.KNOWN_DEVIATION] == [result.outcome for result in report.broken]


def test_without_the_shipped_deviations_known_ones_fail(tgi_server: Running) -> None:
    report = run(evolve(options(tgi_server.url), deviations=(), selection=Selection(only=("models",))))

    assert Verdict.DOES_NOT_CONFORM is report.verdict


def test_only_and_skip_choose_routes(tgi_server: Running) -> None:
    chosen = run(
        evolve(options(tgi_server.url), selection=Selection(only=("info", "health"), skip=("health",)))
    )
    nothing = run(evolve(options(tgi_server.url), selection=Selection(only=("info",), skip=("info",))))

    assert {"info"} == {result.route for result in chosen.requirements}
    assert (Verdict.COULD_NOT_TELL, "no requirement could be checked") == (nothing.verdict, nothing.reason)


def test_a_server_that_answers_everything_with_braces_does_not_conform() -> None:
    with hostile(answering(answer(b"{}"))) as server:
        report = run(options(server.url))
    failed = {result.route for result in report.having(Outcome.FAILED) if result.level is Level.MUST}

    assert Verdict.DOES_NOT_CONFORM is report.verdict
    assert {
        "generate",
        "generate-stream",
        "root",
        "chat-completions",
        "info",
        "tokenize",
        "document",
    } <= failed
    assert [] == [one.id for one in report.requirements if "the suite failed" in one.reason]


def test_an_unreachable_deployment_could_not_be_told() -> None:
    with hostile(answering(b"")) as gone:
        url = gone.url
    report = run(options(url))

    assert Verdict.COULD_NOT_TELL is report.verdict
    assert "cannot be reached" in report.reason
    assert () == report.requirements


KEY = "sesame-open-now"
HEADER = "team-red-header"


def test_key_and_headers_are_sent_and_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    arguments = ["--api-key-env", "MY_KEY", "--header", f"X-Team: {HEADER}", "--depth", "smoke"]
    files = [tmp_path / "report.json", tmp_path / "report.xml"]
    with running(Settings(api_key=KEY, quiet=True)) as server:
        done = CliRunner().invoke(
            main, ["run", server.url, *arguments, "--json", str(files[0]), "--junit", str(files[1])]
        )
    written = [done.output, *(path.read_text("utf-8") for path in files)]

    assert 0 == done.exit_code, done.output
    assert [] == [text for text in written if KEY in text or HEADER in text]
    assert "conforms" == json.loads(written[1])["verdict"]


def test_failures_do_not_show_the_key() -> None:
    """A server that says back what it was sent breaks every promise and has nothing to show for it."""

    def echoing(connection: object) -> None:
        while data := connection.request():  # type: ignore[attr-defined]
            connection.send(answer(data))  # type: ignore[attr-defined]

    with hostile(echoing) as server:
        given = evolve(
            options(server.url).target, headers=(("X-Team", HEADER), ("Authorization", f"Bearer {KEY}"))
        )
        report = run(evolve(options(server.url), target=given))
    written = write_json(report) + write_junit(report)

    assert Verdict.DOES_NOT_CONFORM is report.verdict
    assert KEY not in written
    assert HEADER not in written


@pytest.mark.parametrize("key", [None, "another-key"])
def test_a_deployment_that_requires_a_key_could_not_be_told(
    key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", key or "")
    given = ["--api-key-env", "MY_KEY"] if key else []
    with running(Settings(api_key=KEY, quiet=True)) as server:
        done = CliRunner().invoke(main, ["run", server.url, "--depth", "smoke", *given])

    assert 3 == done.exit_code
    assert ("the key in $MY_KEY was refused" if key else "the deployment requires an API key") in done.output
    assert "another-key" not in done.output
