"""The outcome of a run in one sentence, for readers who know neither the API nor the suite."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tgi_common.plural import counted
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_conformance.results.report import WHOLE_RUN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.results.report import Report, Result

SUBJECTS = {
    "answers": "the members of answers",
    "batches": "several prompts in one request",
    "documents": "the OpenAPI document",
    "generated data": "generated requests",
    "grammars": "answers bound by a grammar",
    "headers": "HTTP headers",
    "keys": "API keys",
    "limits": "limits on length and number",
    "load": "behaviour under load",
    "metrics": "metrics",
    "parameters": "the types and bounds of parameters",
    "parity": "equal answers on different routes",
    "refusals": "the refusal of bad requests",
    "route-specific": "single routes",
    "sampling": "sampling",
    "state": "effects of one request on the next",
    "stops": "stop strings",
    "streams": "event streams",
    "tokens": "token counts",
    "tools": "tool calls",
}
"""What the requirements of a category concern."""

MOST_SUBJECTS = 3


def report_summary(report: Report) -> str:
    """Say in one or two sentences what is wrong with the deployment, MUST and SHOULD counted apart."""
    broken = report.broken
    if report.verdict is Verdict.COULD_NOT_TELL:
        return _inconclusive(report)
    if report.verdict is Verdict.INTERNAL_ERROR:
        errors = counted(len(report.having(Outcome.ERROR)), "requirement")
        return f"tgi-conformance itself failed on {errors}, so this run does not judge the deployment."
    if broken:
        return _broken(broken)
    known = report.having(Outcome.KNOWN_DEVIATION)
    if known:
        return f"No requirement fails; {known_deviations(known)}."
    return "No requirement fails."


def known_deviations(known: Sequence[Result]) -> str:
    """Count known deviations: those of TGI itself apart from those that the user accepted."""
    own = sum(result.accepted for result in known)
    of_tgi = len(known) - own
    if not own:
        return f"{counted(of_tgi, 'known deviation')} of TGI itself"
    total = counted(len(known), "known deviation")
    if not of_tgi:
        return f"{total} from --deviations"
    return f"{total}: {of_tgi} of TGI itself, {own} from --deviations"


def _broken(results: Sequence[Result]) -> str:
    counts = Counter(result.level for result in results)
    levels = listed([f"{counts[level]:,} {level.value}" for level in Level if counts[level]])
    verb = "requirement fails" if len(results) == 1 else "requirements fail"
    clauses = [f"{levels} {verb}{_where(results)}", _concern(results)]
    return f"{'; '.join(filter(None, clauses))}."


def _where(results: Sequence[Result]) -> str:
    routes = list(dict.fromkeys(result.route for result in results if result.route != WHOLE_RUN))
    if not routes:
        return ""
    return f" on the {routes[0]} route" if len(routes) == 1 else f" on {len(routes)} routes"


def _concern(results: Sequence[Result]) -> str:
    """Name the few subjects that more than half of the requirements concern; empty if they are not few."""
    counts = Counter(result.category for result in results if result.category in SUBJECTS)
    chosen: list[str] = []
    for category, _ in counts.most_common(MOST_SUBJECTS):
        chosen.append(category)
        if sum(counts[name] for name in chosen) * 2 > len(results):
            break
    else:
        return ""
    subjects = listed([SUBJECTS[name] for name in chosen])
    if len(results) == 1:
        return f"it concerns {subjects}"
    whole = sum(counts[name] for name in chosen) == len(results)
    return f"{'all' if whole else 'most'} concern {subjects}"


def _inconclusive(report: Report) -> str:
    count = len(report.having(Outcome.INCONCLUSIVE))
    if not count:
        return "Nothing could be checked."
    verb = "is" if count == 1 else "are"
    return f"{counted(count, 'requirement')} {verb} inconclusive, so this run does not judge the deployment."


def listed(words: Sequence[str]) -> str:
    """Write words as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
