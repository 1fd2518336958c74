"""The report as a self-contained HTML file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_common.plural import counted
from tgi_conformance.reports.finding_view import finding_view
from tgi_conformance.reports.page import write_page
from tgi_conformance.reports.signs import OUTCOMES, VERDICTS, Sign, outcomes_of, profile_sign
from tgi_conformance.results.causes import causes_of
from tgi_conformance.results.evidence import cut
from tgi_conformance.results.levels import Level, Outcome
from tgi_conformance.results.report import ROUTE_SPECIFIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_conformance.results.causes import Cause
    from tgi_conformance.results.report import Report, Result

LARGEST = 2_000_000  # bytes of the file
SIZES = (6000, 2000, 1000, 500, 250, 100)  # characters of a finding's texts; the first that fits is used
MOST_CAUSES = 40
MOST_IDS = 60
MOST_MEMBERS = 60
SHORT = 160
ORDER = list(OUTCOMES)
URGENT = (Outcome.ERROR, Outcome.FAILED, Outcome.INCONCLUSIVE)


@frozen
class Tile:
    """How many results have an outcome, and their share on a bar of length 100."""

    outcome: Sign
    count: int
    start: str
    width: str


@frozen
class Cell:
    """The requirements of one route and category: the worst outcome, and how many of them have it."""

    category: str
    worst: Sign
    shown: str
    label: str


@frozen
class Row:
    """A route in the matrix; None where it has no requirement of a category."""

    route: str
    cells: tuple[Cell | None, ...]


@frozen
class CauseView:
    """A cause that several failed requirements share."""

    level: str
    actual_short: str
    expected_short: str
    why: str
    count: int
    ids: tuple[str, ...]
    more: int


def write_html(report: Report) -> str:
    """Return the report as a page below two megabytes; the more findings, the shorter their texts."""
    values = _values(report)
    text = ""
    for size in SIZES:
        text = write_page("report.html.j2", findings=_findings(report, size), **values)
        if len(text.encode()) <= LARGEST:
            break
    return text


def _findings(report: Report, size: int) -> list[Any]:
    ordered = sorted(report.requirements, key=lambda result: (ORDER.index(result.outcome), _binding(result)))
    return [finding_view(result, size) for result in ordered]


def _binding(result: Result) -> int:
    return list(Level).index(result.level)


def _values(report: Report) -> dict[str, Any]:
    found = causes_of(report.broken)
    categories = sorted(
        dict.fromkeys(result.category for result in report.requirements),
        key=lambda category: category == ROUTE_SPECIFIC,
    )
    return {
        "report": report,
        "version": report.version,
        "verdict": VERDICTS[report.verdict],
        "summary": list(_summary(report)),
        "tiles": list(_tiles(report.requirements)),
        "server": [_member(*item) for item in list(report.server.items())[:MOST_MEMBERS]],
        "model": cut(str(report.server.get("model_id", "")), SHORT),
        "profiles": [
            (one.name, profile_sign(one), one.told, cut(one.reason, SHORT)) for one in report.profiles
        ],
        "stale": [cut(line, 500) for line in report.stale_deviations[:MOST_MEMBERS]],
        "categories": categories,
        "levels": [level.value for level in Level],
        "matrix": list(_matrix(report, categories)),
        "causes": [_cause(cause) for cause in found[:MOST_CAUSES]],
        "more_causes": max(len(found) - MOST_CAUSES, 0),
        "shown_first": _shown_first(report),
    }


def _summary(report: Report) -> Iterator[str]:
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


def _matrix(report: Report, categories: list[str]) -> Iterator[Row]:
    for route in dict.fromkeys(result.route for result in report.requirements):
        here = [result for result in report.requirements if result.route == route]
        yield Row(
            route,
            tuple(
                _cell(route, category, [r for r in here if r.category == category]) for category in categories
            ),
        )


def _cell(route: str, category: str, results: list[Result]) -> Cell | None:
    if not results:
        return None
    counts = Counter(result.outcome for result in results)
    worst = next((outcome for outcome in URGENT if counts[outcome]), None)
    worst = worst or max(
        counts, key=lambda outcome: (outcome is not Outcome.UNSUPPORTED, -ORDER.index(outcome))
    )
    listed = ", ".join(f"{counts[outcome]} {OUTCOMES[outcome].title}" for outcome in ORDER if counts[outcome])
    shown = str(len(results)) if counts[worst] == len(results) else f"{counts[worst]}/{len(results)}"
    return Cell(category, OUTCOMES[worst], shown, f"{route}, {category}: {listed}")


def _cause(cause: Cause) -> CauseView:
    return CauseView(
        level=cause.level.value,
        actual_short=cut(cause.actual, SHORT),
        expected_short=cut(cause.expected, SHORT),
        why=cause.why,
        count=len(cause.results),
        ids=cause.ids[:MOST_IDS],
        more=max(len(cause.ids) - MOST_IDS, 0),
    )


def _shown_first(report: Report) -> list[str]:
    """Show first what needs attention, or everything if nothing does."""
    urgent = [outcome for outcome in URGENT if report.having(outcome)]
    return [OUTCOMES[outcome].slug for outcome in urgent or ORDER]
