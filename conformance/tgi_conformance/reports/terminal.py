"""What a run prints: a line per route, the first causes of failures, the usage and the verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from rich.table import Table

from tgi_common.plural import counted
from tgi_common.text import escaped
from tgi_conformance.reports.lines import Lines
from tgi_conformance.reports.load_table import HEAD, load_line, load_rows, percentiles_line
from tgi_conformance.reports.signs import REPORT_IT, outcomes_of
from tgi_conformance.results.causes import Cause, causes_of
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_conformance.results.profiles import profiles_told
from tgi_conformance.results.summary import known_deviations, listed, report_summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rich.console import Console

    from tgi_conformance.results.load_figures import LoadFigures
    from tgi_conformance.results.report import Report, Result

COLUMNS = (
    (Outcome.PASSED, "passed", "green"),
    (Outcome.FAILED, "failed", "red"),
    (Outcome.KNOWN_DEVIATION, "known deviation", "yellow"),
    (Outcome.INTERMITTENT, "intermittent", "yellow"),
    (Outcome.UNSUPPORTED, "unsupported", "cyan"),
    (Outcome.INCONCLUSIVE, "inconclusive", "magenta"),
    (Outcome.ERROR, "internal error", "magenta"),
)
COLOUR = {
    Verdict.CONFORMS: "green",
    Verdict.DOES_NOT_CONFORM: "red",
    Verdict.COULD_NOT_TELL: "magenta",
    Verdict.INTERNAL_ERROR: "magenta",
}
WHOLE = ("html", "json")  # the formats that hold everything, the easiest to read first
MOST_CAUSES = 5
MOST_IDS = 4
MOST_KNOWN = 3
LABEL = 12  # columns before what a line says of a cause


def print_report(report: Report, console: Console, written: Mapping[str, Path] | None = None) -> None:
    """Print the report, the verdict last; `written` maps the formats of written files to their paths."""
    written = written or {}
    out = Lines(console)
    if report.requirements:
        console.print(_routes(report))
        out.text("")
    if report.load is not None:
        _print_load(report.load, console, out)
    _print_broken(report, out, whole_report(written))
    _print_known(report, out, whole_report(written))
    for stale in report.stale_deviations:
        out.text(f" {stale}", "stale known deviation", style="yellow")
    for name, path in written.items():
        out.verbatim(str(path), f"{name:<9} ", style="dim")
    if report.gentle:
        out.text(report.left_out_summary)
    if report.scored_by:
        out.text(report.unscored_summary)
    out.text(_usage(report))
    if report.profiles:
        out.text(profiles_told(report.profiles), "profiles  ", style="dim")
    print_verdict(report, console)


def print_verdict(report: Report, console: Console) -> None:
    """Print the target and the verdict, with the reason or what fails."""
    by = f" by set {report.scored_by.told}" if report.scored_by else ""
    verdict = f"{report.target} {report.verdict.value}{by}"
    told = f": {report.reason}" if report.reason else f". {report_summary(report)}"
    Lines(console).text(told, verdict, style=f"bold {COLOUR[report.verdict]}")


def whole_report(written: Mapping[str, Path]) -> str:
    """Say where everything is to be seen."""
    shown = [escaped(str(written[name])) for name in WHOLE if name in written]
    return f"see {shown[0]}" if shown else "see --html FILE or --json FILE"


def _routes(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("route")
    there = outcomes_of(report.requirements)
    columns = [column for column in COLUMNS if column[0] in there]
    for _, title, _ in columns:
        table.add_column(title, justify="right")
    counts: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for result in report.requirements:
        counts[result.route][result.outcome] += 1
    for route, count in counts.items():
        table.add_row(route, *(_cell(count[outcome], colour) for outcome, _, colour in columns))
    return table


def _print_load(load: LoadFigures, console: Console, out: Lines) -> None:
    table = Table(box=None, pad_edge=False)
    for place, title in enumerate(HEAD):
        table.add_column(title, justify="right" if place else "left")
    for row in load_rows(load):
        table.add_row(*row)
    console.print(table)
    out.text(percentiles_line())
    out.text(load_line(load))
    out.text("")


def _cell(count: int, colour: str) -> str:
    return f"[{colour}]{count}[/]" if count else "[dim]·[/]"


def _print_broken(report: Report, out: Lines, elsewhere: str) -> None:
    causes = causes_of(report.broken)
    for cause in causes[:MOST_CAUSES]:
        _print_cause(cause, out)
    if len(causes) > MOST_CAUSES:
        out.text(f"… and {counted(len(causes) - MOST_CAUSES, 'more cause')}; {elsewhere}")
        out.text("")
    _print_reasons("intermittent", "yellow", report.having(Outcome.INTERMITTENT), out, elsewhere)
    _print_reasons("inconclusive", "magenta", report.having(Outcome.INCONCLUSIVE), out, elsewhere)
    errors = report.having(Outcome.ERROR)
    _print_reasons("internal error", "magenta", errors, out, elsewhere)
    if errors:
        out.text(REPORT_IT)


def _print_reasons(title: str, style: str, results: Iterable[Result], out: Lines, elsewhere: str) -> None:
    """Print a line for each reason, with the first requirement concerned."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for result in results:
        by_reason[result.reason].append(result.id)
    for reason, ids in list(by_reason.items())[:MOST_CAUSES]:
        more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
        out.text(f" {ids[0]}{more}: {reason}", title, style=style)
    if len(by_reason) > MOST_CAUSES:
        out.text(f"… and {counted(len(by_reason) - MOST_CAUSES, 'more reason')}; {elsewhere}")


def _print_cause(cause: Cause, out: Lines) -> None:
    colour = "red" if cause.level is Level.MUST else "yellow"
    out.text(cause.title, f"{cause.level.value}  ", style=f"bold {colour}")
    rows = {
        "expected": cause.expected,
        "actual": cause.actual,
        "failed": _requirements(cause),
        "why": cause.why,
    }
    for name, text in rows.items():
        if text:
            out.text(text, f"  {name}".ljust(LABEL))
    out.verbatim(cause.source, "  source".ljust(LABEL))
    if cause.curl:
        out.verbatim(cause.curl, "  ", style="dim")
    out.text("")


def _requirements(cause: Cause) -> str:
    """Name the first requirements of a cause, and count those of each level and their routes."""
    named = ", ".join(cause.ids[:MOST_IDS])
    if len(cause.ids) == 1:
        return named
    more = f" and {len(cause.ids) - MOST_IDS} more" if len(cause.ids) > MOST_IDS else ""
    levels = listed([f"{count} {level.value}" for level, count in cause.counts.items()])
    return f"{named}{more} ({levels}, {counted(len(cause.routes), 'route')})"


def _print_known(report: Report, out: Lines, elsewhere: str) -> None:
    known = () if report.strict else report.having(Outcome.KNOWN_DEVIATION)
    reasons = Counter(result.reason for result in known)
    if reasons:
        out.text(":", known_deviations(known), style="yellow")
    for reason, count in reasons.most_common(MOST_KNOWN):
        out.text(reason.partition(" (")[0], f"  {count} x ")
    if len(reasons) > MOST_KNOWN:
        out.text(f"… and {counted(len(reasons) - MOST_KNOWN, 'more kind')}; {elsewhere}", "  ")


def _usage(report: Report) -> str:
    counts = Counter(result.outcome for result in report.requirements)
    outcomes = ", ".join(f"{counts[outcome]} {title}" for outcome, title, _ in COLUMNS if counts[outcome])
    return (
        f"{counted(len(report.requirements), 'requirement')} ({outcomes or 'none checked'}); "
        f"depth {report.depth.value}, seed {report.seed}; {report.requests_summary}, "
        f"{counted(report.generated_tokens, 'generated token')}, {report.seconds:.1f} s"
    )
