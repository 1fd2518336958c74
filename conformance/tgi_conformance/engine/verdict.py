"""The verdict of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.results.comparison import KEPT
from tgi_conformance.results.levels import Level, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.results.report import Result


def verdict_of(results: Iterable[Result], reason: str, *, strict: bool) -> tuple[Verdict, str]:
    """Derive the verdict from the results that count, and explain it if needed.

    `reason` is why the run ended early; empty if it did not.
    """
    if reason:
        return Verdict.COULD_NOT_TELL, reason
    results = tuple(result for result in results if result.scored)
    errors = [result for result in results if result.outcome is Outcome.ERROR]
    if errors:
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        return Verdict.INTERNAL_ERROR, f"{errors[0].id}{more}: {errors[0].reason}"
    binding = [result for result in results if result.level is Level.MUST]
    broken = {Outcome.FAILED, Outcome.KNOWN_DEVIATION} if strict else {Outcome.FAILED}
    if any(result.outcome in broken for result in binding):
        return Verdict.DOES_NOT_CONFORM, ""
    unknown = [result for result in binding if result.outcome is Outcome.INCONCLUSIVE]
    if unknown:
        noun = "requirement is" if len(unknown) == 1 else "requirements are"
        return Verdict.COULD_NOT_TELL, f"{len(unknown)} {noun} inconclusive: {unknown[0].reason}"
    # A run that selected no MUST, such as one of --id, has checked something also where that failed.
    checked = {result.outcome for result in binding or results} & (KEPT if binding else {*KEPT, *broken})
    if not checked:
        return Verdict.COULD_NOT_TELL, "no requirement could be checked"
    return Verdict.CONFORMS, ""
