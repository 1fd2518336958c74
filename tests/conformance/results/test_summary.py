"""The first sentence of a verdict, for readers who know neither the API nor the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.reports.samples import BAD, GOOD, NONE, STRICT, result

from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_conformance.results.report import WHOLE_RUN
from tgi_conformance.results.summary import SUBJECTS, known_deviations, listed, report_summary

if TYPE_CHECKING:
    from tgi_conformance.results.report import Result

ROUTES = ("generate", "generate-stream", "root", "invocations", "completions", "metrics")


def failures(
    categories: dict[str, int], level: Level = Level.MUST, routes: tuple[str, ...] = ROUTES
) -> list[Result]:
    """Give failures of these categories, as many of each, on all the routes in turn."""
    listed_ = [category for category, count in categories.items() for _ in range(count)]
    return [
        evolve(
            result(f"n{n}", Outcome.FAILED, level, category=category),
            id=f"{routes[n % len(routes)]}.{level.value.lower()}-{n}",
        )
        for n, category in enumerate(listed_)
    ]


def summary(*results: Result) -> str:
    return report_summary(evolve(BAD, requirements=results))


def test_must_and_should_are_counted_apart() -> None:
    must = failures({"tokens": 20, "parity": 5})
    should = failures({"metrics": 1}, Level.SHOULD, ("metrics",))

    assert ("25 MUST and 1 SHOULD requirements fail on 6 routes; most concern token counts.") == summary(
        *must, *should
    )


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        ({"streams": 7}, "7 MUST requirements fail on 6 routes; all concern event streams."),
        (
            {"streams": 4, "tools": 3, "stops": 2, "headers": 1},
            "10 MUST requirements fail on 6 routes; most concern event streams and tool calls.",
        ),
        (
            {"streams": 2, "tools": 2, "stops": 2, "headers": 2, "keys": 1, "load": 2},
            "11 MUST requirements fail on 6 routes; most concern event streams, tool calls and stop strings.",
        ),
        (dict.fromkeys(list(SUBJECTS)[:12], 1), "12 MUST requirements fail on 6 routes."),
        ({"of an older version": 7}, "7 MUST requirements fail on 6 routes."),
        ({"streams": 1}, "1 MUST requirement fails on the generate route; it concerns event streams."),
    ],
)
def test_a_few_subjects_are_named(categories: dict[str, int], expected: str) -> None:
    assert expected == summary(*failures(categories))


def test_the_whole_run_is_no_route() -> None:
    whole = failures({"streams": 2}, routes=(WHOLE_RUN,))

    assert "2 MUST requirements fail; all concern event streams." == summary(*whole)
    assert "4 MUST requirements fail on the root route; all concern event streams." == summary(
        *whole, *failures({"streams": 2}, routes=("root",))
    )


def test_a_run_that_conforms_says_so() -> None:
    known = "No requirement fails; 1 known deviation of TGI itself."

    assert known == report_summary(GOOD)
    assert "No requirement fails." == report_summary(evolve(GOOD, requirements=GOOD.requirements[:1]))
    assert "1 MUST requirement fails on the generate route; it concerns the members of answers." == (
        report_summary(STRICT)
    )


@pytest.mark.parametrize(
    ("of_tgi", "own", "expected"),
    [
        (2, 0, "2 known deviations of TGI itself"),
        (2, 1, "3 known deviations: 2 of TGI itself, 1 from --deviations"),
        (0, 1, "1 known deviation from --deviations"),
    ],
)
def test_what_the_user_accepted_is_not_called_one_of_tgi(of_tgi: int, own: int, expected: str) -> None:
    known = [result(f"n{n}", Outcome.KNOWN_DEVIATION, accepted=n >= of_tgi) for n in range(of_tgi + own)]

    assert expected == known_deviations(known)


def test_a_run_that_could_not_tell_judges_nothing() -> None:
    unknown = [result(f"n{n}", Outcome.INCONCLUSIVE, reason="no connection") for n in range(2)]
    some = evolve(NONE, requirements=tuple(unknown))

    assert "Nothing could be checked." == report_summary(NONE)
    assert "2 requirements are inconclusive, so this run does not judge the deployment." == (
        report_summary(some)
    )


def test_an_internal_error_is_not_the_deployments() -> None:
    report = evolve(
        BAD, verdict=Verdict.INTERNAL_ERROR, requirements=(result("n", Outcome.ERROR, reason="oops"),)
    )

    assert (
        "tgi-conformance itself failed on 1 requirement, so this run does not judge the deployment."
    ) == report_summary(report)


def test_every_category_has_a_subject() -> None:
    assert {requirement.category for requirement in requirements()} == set(SUBJECTS)


@pytest.mark.parametrize(
    ("words", "expected"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words: list[str], expected: str) -> None:
    assert expected == listed(words)
