"""The report as a self-contained HTML file."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_common.plural import counted
from tgi_conformance.reports.finding_view import FindingView, finding_view
from tgi_conformance.reports.load_table import HEAD, load_line, load_rows, percentiles_line
from tgi_conformance.reports.page import write_page
from tgi_conformance.reports.route_matrix import route_matrix, urgent_outcomes
from tgi_conformance.reports.signs import OUTCOMES, VERDICTS, Sign, outcomes_of, profile_sign
from tgi_conformance.reports.sources import sources_of
from tgi_conformance.results.causes import causes_of
from tgi_conformance.results.evidence import cut
from tgi_conformance.results.levels import Level
from tgi_conformance.results.summary import report_summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_conformance.results.causes import Cause
    from tgi_conformance.results.load_figures import LoadFigures
    from tgi_conformance.results.report import Report, Result

LARGEST = 2_000_000  # bytes of the file
# Characters of the texts of a finding, and of one that needs no attention; the first pair that fits is used.
SIZES = ((6000, 6000), (6000, 600), (6000, 100), (2000, 100), (1000, 100), (500, 100), (250, 100), (100, 100))
MOST_CAUSES = 40
MOST_IDS = 60
MOST_MEMBERS = 60
SHORT = 160
ORDER = list(OUTCOMES)


@frozen
class Tile:
    """How many results have an outcome, and their share on a bar of length 100."""

    outcome: Sign
    count: int
    start: str
    width: str


@frozen
class CauseView:
    """A cause of failures: the promise, the symptom, and the requirement that stands for it as `example`."""

    level: str
    title: str
    symptom: str
    expected: str
    why: str
    counts: str
    routes: str
    ids: tuple[str, ...]
    more: int
    example: FindingView


def write_html(report: Report) -> str:
    """Return the report as a page below two megabytes; the more findings, the shorter their texts."""
    write = partial(_write, report, causes_of(report.broken)[:MOST_CAUSES], _values(report))
    text = write(SIZES[0])
    if len(text.encode()) <= LARGEST:
        return text
    fitting = bisect_left(SIZES[:-1], True, lo=1, key=lambda sizes: len(write(sizes).encode()) <= LARGEST)
    return write(SIZES[fitting])


def _write(report: Report, causes: Sequence[Cause], values: dict[str, Any], sizes: tuple[int, int]) -> str:
    size, rest = sizes
    return write_page(
        "report.html.j2",
        findings=_findings(report, size, rest),
        causes=[_cause(cause, size) for cause in causes],
        **values,
    )


def _findings(report: Report, size: int, rest: int) -> list[FindingView]:
    urgent = urgent_outcomes(report)
    ordered = sorted(report.requirements, key=lambda result: (ORDER.index(result.outcome), _binding(result)))
    return [finding_view(result, size if result.outcome in urgent else rest) for result in ordered]


def _binding(result: Result) -> int:
    return list(Level).index(result.level)


def _values(report: Report) -> dict[str, Any]:
    return {
        "report": report,
        "version": report.version,
        "verdict": VERDICTS[report.verdict],
        "sentence": report_summary(report),
        "facts": list(_facts(report)),
        "tiles": list(_tiles(report.requirements)),
        "server": [_member(*item) for item in list(report.server.items())[:MOST_MEMBERS]],
        "model": cut(str(report.server.get("model_id", "")), SHORT),
        "profiles": [
            (one.name, profile_sign(one), one.told, cut(one.reason, SHORT)) for one in report.profiles
        ],
        "stale": [cut(line, 500) for line in report.stale_deviations[:MOST_MEMBERS]],
        "levels": [level.value for level in Level],
        "matrix": route_matrix(report),
        "more_causes": max(len(causes_of(report.broken)) - MOST_CAUSES, 0),
        "sources": sources_of(report.requirements),
        "shown_first": _shown_first(report),
        "load": _load(report.load) if report.load else None,
    }


def _load(load: LoadFigures) -> dict[str, Any]:
    return {"head": HEAD, "rows": load_rows(load), "line": load_line(load), "note": percentiles_line()}


def _facts(report: Report) -> Iterator[str]:
    yield f"depth {report.depth.value}"
    yield f"seed {report.seed}"
    if report.strict:
        yield "strict"
    if report.gentle:
        yield report.left_out_summary
    if report.scored_by:
        yield f"set {report.scored_by.name} {report.scored_by.digest}"
        yield report.unscored_summary
    yield counted(len(report.requirements), "requirement")
    yield report.requests_summary
    yield counted(report.generated_tokens, "generated token")
    yield f"{report.seconds:.1f} s"
    yield f"started {report.started}"


def _member(name: str, value: Any) -> tuple[str, str]:
    return cut(str(name), 80), cut(str(value), 300)


def _tiles(results: Sequence[Result]) -> Iterator[Tile]:
    counts = Counter(result.outcome for result in results)
    total, start = max(sum(counts.values()), 1), 0.0
    for outcome in outcomes_of(results):
        width = counts[outcome] / total * 100
        yield Tile(OUTCOMES[outcome], counts[outcome], f"{start:.3f}", f"{width:.3f}")
        start += width


def _cause(cause: Cause, size: int) -> CauseView:
    return CauseView(
        level=cause.level.value,
        title=cause.title,
        symptom=cut(cause.actual, SHORT),
        expected=cut(cause.expected, SHORT),
        why=cause.why,
        counts=", ".join(f"{count} {level.value}" for level, count in cause.counts.items()),
        routes=", ".join(cause.routes),
        ids=cause.ids[:MOST_IDS],
        more=max(len(cause.ids) - MOST_IDS, 0),
        example=finding_view(cause.first, size),
    )


def _shown_first(report: Report) -> list[str]:
    """Show first what needs attention, or everything if nothing does."""
    urgent = [outcome for outcome in urgent_outcomes(report) if report.having(outcome)]
    return [OUTCOMES[outcome].slug for outcome in urgent or ORDER]
