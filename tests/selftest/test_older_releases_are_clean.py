"""An older release is judged by what it and its document promise, whichever of the two a gateway hides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.selftest.altered import altered
from tests.selftest.documented import release
from tests.selftest.runs import BOUNDS, Chosen, alarms, deviations

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.engine.run import run
from tgi_conformance.http.target import Target
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Outcome, Verdict
from tgi_reference.injection.call import Reply
from tgi_reference.injection.hooks import Catalogue
from tgi_reference.releases import RELEASES
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_conformance.results.report import Report
    from tgi_reference.injection.call import Call
    from tgi_reference.injection.hooks import Injection


HIDDEN = Catalogue("release")


@HIDDEN.reply("info")
def no_info(_: Call) -> Reply | None:
    """`/info` is hidden."""
    return Reply(404)


@HIDDEN.reply("docs", "document")
def no_document(_: Call) -> Reply | None:
    """The document is hidden."""
    return Reply(404)


QUIET = Settings(quiet=True)


@HIDDEN.body("document")
def other_default(body: bytes, _: Call) -> bytes:
    """The document tells another default than its release has."""
    document = json.loads(body)
    document["components"]["schemas"]["GenerateParameters"]["properties"]["do_sample"]["default"] = "true"
    return json.dumps(document).encode()


HIDING = {"as it is": (), "without /info": (no_info,), "without a document": (no_document,)}


def report_of(*alterations: Injection, settings: Settings = QUIET) -> Report:
    with altered(alterations, settings) as url:
        return run(RunConfig(Target(url), deviations=shipped_deviations(), bounds=BOUNDS))


@pytest.mark.slow
@pytest.mark.parametrize("names", HIDING)
def test_tgi_2_4_1_conforms(names: str) -> None:
    report = report_of(*HIDING[names], settings=evolve(QUIET, release=RELEASES["2.4.1"]))

    assert {} == alarms(report)
    assert Verdict.CONFORMS is report.verdict
    unsupported = {one.id for one in report.having(Outcome.UNSUPPORTED)}
    assert "chat-completions.tool-arguments-are-json-text" in unsupported
    assert "generate.answer-fits-the-document" not in unsupported


@pytest.mark.parametrize("version", ["1.0.3", "1.4.5", "2.0.4"])
def test_document_is_held_to_that_of_its_release(version: str) -> None:
    held = "document.document-is-that-of-its-release"
    outcomes = []
    for alterations in ((release(version),), (release(version), other_default)):
        with altered(alterations, Settings(quiet=True)) as url:
            report = run(Chosen(Target(url), deviations=deviations(), bounds=BOUNDS, patterns=(held,)))
        outcomes += [result.outcome for result in report.requirements]

    assert [Outcome.PASSED, Outcome.FAILED] == outcomes


@pytest.mark.slow
@pytest.mark.parametrize("no_tokenizer", [False, True])
def test_tgi_2_0_4_conforms(no_tokenizer: bool) -> None:
    settings = evolve(QUIET, release=RELEASES["2.0.4"], no_tokenizer=no_tokenizer)
    report = report_of(settings=settings)

    assert {} == alarms(report)
    assert Verdict.CONFORMS is report.verdict


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.0.3", "1.4.5"])
def test_release_as_its_document_has_it_conforms(version: str) -> None:
    report = report_of(release(version))

    assert {} == alarms(report)
    assert Verdict.CONFORMS is report.verdict
    passed = {one.id for one in report.having(Outcome.PASSED)}
    assert {"generate.max-new-tokens-is-a-limit", "generate-stream.tokens-make-up-the-text"} <= passed
