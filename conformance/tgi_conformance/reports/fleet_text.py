"""Many targets in a terminal and in Markdown: what is wrong on how many of them, then who is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_common.plural import counted
from tgi_conformance.reports.lines import Lines
from tgi_conformance.reports.matrix import inert
from tgi_conformance.reports.signs import VERDICTS
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from tgi_conformance.reports.fleet_summary import FleetSummary, SharedCause

MOST_CAUSES = 10  # in a terminal
MOST_NAMES = 4
MOST_ROWS = 100  # in Markdown, whose readers have a limit of size
LABEL = 12
COLOURS = {
    Verdict.CONFORMS: "green",
    Verdict.DOES_NOT_CONFORM: "red",
    Verdict.COULD_NOT_TELL: "magenta",
    Verdict.INTERNAL_ERROR: "magenta",
}


def print_fleet(summary: FleetSummary, console: Console, *, quiet: bool) -> None:
    """Print the causes by reach, a line for each target that does not conform, and how many do."""
    out = Lines(console)
    causes = [] if quiet else summary.causes_by_reach
    for _, cause in causes[:MOST_CAUSES]:
        _print_cause(cause, out)
    if len(causes) > MOST_CAUSES:
        out.text(f"… and {counted(len(causes) - MOST_CAUSES, 'more cause')}; see --html FILE")
        out.text("")
    for target in summary.worst_first:
        if target.verdict is not Verdict.CONFORMS:
            out.text(f": {target.reason}", target.name, style=f"bold {COLOURS[target.verdict]}")
    out.text(summary.sentence)


def _print_cause(cause: SharedCause, out: Lines) -> None:
    out.text(cause.example.statement, f"{cause.level.value:<{LABEL - 6}}", style="bold red")
    for label, text in (
        ("expected", cause.example.expected),
        ("actual", cause.example.actual),
        ("failed", f"{_few(list(cause.ids))} ({cause.told})"),
        ("targets", _few(list(cause.targets))),
    ):
        out.text(text, f"  {label:<{LABEL - 2}}", style="dim")
    out.text("")


def _few(names: Sequence[str]) -> str:
    rest = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{', '.join(names[:MOST_NAMES])}{rest}"


def write_fleet_markdown(summary: FleetSummary, problems: Sequence[str]) -> str:
    """Return a summary in GitHub's Markdown."""
    lines = ["## TGI API conformance", "", f"{summary.sentence}.", ""]
    lines += [f"- {inert(problem)}" for problem in problems]
    causes = [cause for _, cause in summary.causes_by_reach]
    if causes:
        lines += ["", "| level | what is wrong | requirements | targets |", "| --- | --- | ---: | ---: |"]
        for cause in causes[:MOST_ROWS]:
            what = inert(cause.example.statement)
            lines.append(f"| {cause.level.value} | {what} | {len(cause.ids)} | {len(cause.targets)} |")
    lines += ["", "| target | verdict | why |", "| --- | --- | --- |"]
    broken = [target for target in summary.worst_first if target.verdict is not Verdict.CONFORMS]
    for target in broken[:MOST_ROWS]:
        sign = VERDICTS[target.verdict]
        lines.append(f"| {inert(target.name)} | {sign.sign} {sign.title} | {inert(target.reason)} |")
    rest = len(summary.targets) - len(broken[:MOST_ROWS])
    lines += ["", f"Not shown: {counted(rest, 'more target')}.", ""] if rest else [""]
    return "\n".join(lines)
