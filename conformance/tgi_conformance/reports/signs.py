"""How outcomes and verdicts are shown, the same in every report: a name, a sign, a class."""

from __future__ import annotations

from attrs import frozen

from tgi_conformance.levels import Outcome, Verdict


@frozen
class Sign:
    """What stands for an outcome: its class in pages, a character, and its name in the past tense."""

    slug: str
    sign: str
    title: str


OUTCOMES = {
    Outcome.FAIL: Sign("fail", "✕", "failed"),
    Outcome.INCONCLUSIVE: Sign("inconclusive", "?", "inconclusive"),
    Outcome.KNOWN_DEVIATION: Sign("known", "≈", "known deviation"),
    Outcome.UNSUPPORTED: Sign("unsupported", "–", "unsupported"),  # noqa: RUF001 - a dash is what is meant
    Outcome.PASS: Sign("pass", "✓", "passed"),
}
"""From the worst to the best, which is also the order in which findings are read."""

VERDICTS = {
    Verdict.CONFORMS: Sign("pass", "✓", "Conforms"),
    Verdict.DOES_NOT_CONFORM: Sign("fail", "✕", "Does not conform"),
    Verdict.COULD_NOT_TELL: Sign("inconclusive", "?", "Could not tell"),
}
