"""How every report shows outcomes and verdicts: a name, a symbol, a CSS class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.results.levels import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.results.profiles import ProfileResult
    from tgi_conformance.results.report import Result


@frozen
class Sign:
    """How an outcome or a verdict is shown: a CSS class, a symbol and a name."""

    slug: str
    sign: str
    title: str


OUTCOMES = {
    Outcome.ERROR: Sign("error", "!", "internal error"),
    Outcome.FAILED: Sign("failed", "✕", "failed"),
    Outcome.INCONCLUSIVE: Sign("inconclusive", "?", "inconclusive"),
    Outcome.INTERMITTENT: Sign("intermittent", "~", "intermittent"),
    Outcome.KNOWN_DEVIATION: Sign("known", "≈", "known deviation"),
    Outcome.UNSUPPORTED: Sign("unsupported", "–", "unsupported"),  # noqa: RUF001 - a dash is what is meant
    Outcome.PASSED: Sign("passed", "✓", "passed"),
}
"""From the worst to the best, which is also the order in which findings are read."""

SELDOM = {Outcome.ERROR, Outcome.INTERMITTENT}
"""Shown as a column only if a result has it."""

REPORT_IT = (
    "An internal error is a bug in tgi-conformance, not in the deployment. Please report it to the "
    "maintainers and attach the file that --json FILE writes."
)

VERDICTS = {
    Verdict.INTERNAL_ERROR: Sign("error", "!", "Internal error"),
    Verdict.CONFORMS: Sign("passed", "✓", "Conforms"),
    Verdict.DOES_NOT_CONFORM: Sign("failed", "✕", "Does not conform"),
    Verdict.COULD_NOT_TELL: Sign("inconclusive", "?", "Could not tell"),
}


def profile_sign(profile: ProfileResult) -> Sign:
    """How the verdict on a profile is shown: as that of a run, or as what is not offered."""
    if profile.verdict is None:
        return OUTCOMES[Outcome.UNSUPPORTED]
    return VERDICTS[profile.verdict]


def outcomes_of(results: Iterable[Result]) -> list[Outcome]:
    """Return the outcomes for which a report of these results has a column, passed first."""
    there = {result.outcome for result in results}
    ordered = [Outcome.PASSED, *(outcome for outcome in OUTCOMES if outcome is not Outcome.PASSED)]
    return [outcome for outcome in ordered if outcome not in SELDOM or outcome in there]
