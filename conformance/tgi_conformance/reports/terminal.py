"""What a run prints: a line per route, the failures by cause, the usage and the verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from tgi_common.plural import counted
from tgi_common.text import escaped
from tgi_conformance.reports.causes import group_by_cause
from tgi_conformance.reports.signs import REPORT_IT, outcomes_of
from tgi_conformance.results.levels import Level, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rich.console import Console

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
COLOUR = {Verdict.CONFORMS: "green", Verdict.DOES_NOT_CONFORM: "red"}
MOST_CAUSES = 12
MOST_IDS = 4
MOST_KNOWN = 3


def print_report(report: Report, console: Console, written: Mapping[str, Path] | None = None) -> None:
    """Print the report; `written` maps the formats of written files to their paths."""
    if report.requirements:
        console.print(_routes(report))
    _print_broken(report, console)
    _print_known(report, console)
    for stale in report.stale_deviations:
        console.print(f"[yellow]stale known deviation[/] {_safe(stale)}")
    for name, path in (written or {}).items():
        console.print(f"[dim]{name:<9}[/] {_safe(str(path))}", highlight=False)
    if report.gentle:
        console.print(report.left_out_summary, highlight=False)
    console.print(_usage(report), highlight=False)
    print_verdict(report, console)


def print_verdict(report: Report, console: Console) -> None:
    """Print the target and the verdict, in one line."""
    colour = COLOUR.get(report.verdict, "magenta")
    reason = f": {_safe(report.reason)}" if report.reason else ""
    console.print(f"[bold {colour}]{_safe(report.target)} {report.verdict.value}[/]{reason}", highlight=False)


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


def _cell(count: int, colour: str) -> str:
    return f"[{colour}]{count}[/]" if count else "[dim]·[/]"


def _print_broken(report: Report, console: Console) -> None:
    groups = group_by_cause(report.broken)
    for results in groups[:MOST_CAUSES]:
        _print_cause(results, console)
    if len(groups) > MOST_CAUSES:
        console.print(f"… and {len(groups) - MOST_CAUSES} more causes; see --json FILE\n")
    _print_reasons("[yellow]intermittent[/]", report.having(Outcome.INTERMITTENT), console)
    _print_reasons("[magenta]inconclusive[/]", report.having(Outcome.INCONCLUSIVE), console)
    errors = report.having(Outcome.ERROR)
    _print_reasons("[magenta]internal error[/]", errors, console)
    if errors:
        console.print(REPORT_IT, highlight=False)


def _print_reasons(title: str, results: Iterable[Result], console: Console) -> None:
    """Print a line for each reason, with the first requirement concerned."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for result in results:
        by_reason[result.reason].append(result.id)
    for reason, ids in list(by_reason.items())[:MOST_CAUSES]:
        more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
        console.print(f"{title} {ids[0]}{more}: {_safe(reason)}", highlight=False)
    if len(by_reason) > MOST_CAUSES:
        console.print(f"… and {len(by_reason) - MOST_CAUSES} more reasons; see --json FILE")


def _print_cause(results: list[Result], console: Console) -> None:
    first = results[0]
    colour = "red" if first.level is Level.MUST else "yellow"
    title = f"[bold {colour}]{first.level.value} {first.id}[/]  {_safe(first.statement)}"
    more = [result.id for result in results[1:]]
    lines = [title]
    if more:
        rest = f" and {len(more) - MOST_IDS} more" if len(more) > MOST_IDS else ""
        lines.append(f"  also      {', '.join(more[:MOST_IDS])}{rest}")
    lines += [f"  expected  {_safe(first.expected)}", f"  actual    {_safe(first.actual)}"]
    if first.why:
        lines.append(f"  why       {_safe(first.why)}")
    lines += [f"  source    {_safe(first.source)}", f"  [dim]{_safe(first.curl)}[/]", ""]
    console.print("\n".join(lines), highlight=False, soft_wrap=True)


def _print_known(report: Report, console: Console) -> None:
    known = () if report.strict else report.having(Outcome.KNOWN_DEVIATION)
    reasons = Counter(result.reason for result in known)
    if reasons:
        console.print(f"[yellow]{counted(len(known), 'known deviation')}[/] of TGI itself:")
    for reason, count in reasons.most_common(MOST_KNOWN):
        console.print(f"  {count} x {_safe(reason.partition(' (')[0])}", highlight=False)
    if len(reasons) > MOST_KNOWN:
        console.print(f"  … and {len(reasons) - MOST_KNOWN} more kinds; see --html FILE or --json FILE")


def _usage(report: Report) -> str:
    counts = Counter(result.outcome for result in report.requirements)
    outcomes = ", ".join(f"{counts[outcome]} {title}" for outcome, title, _ in COLUMNS if counts[outcome])
    return (
        f"{counted(len(report.requirements), 'requirement')} ({outcomes or 'none checked'}); "
        f"depth {report.depth.value}, seed {report.seed}; {report.requests_summary}, "
        f"{counted(report.generated_tokens, 'generated token')}, {report.seconds:.1f} s"
    )


def _safe(text: str) -> str:
    return escape(escaped(text))
