"""The report as GitHub's Markdown, for a step summary or a comment.

Text from a server appears only in code spans and blocks, whose fences are longer than any backticks inside,
so that HTML, links and mentions have no effect.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import TYPE_CHECKING

from tgi_common.plural import counted
from tgi_common.text import escaped
from tgi_conformance.reports.load_table import HEAD, load_line, load_rows, percentiles_line
from tgi_conformance.reports.signs import OUTCOMES, REPORT_IT, VERDICTS, outcomes_of, profile_sign
from tgi_conformance.results.causes import Cause, causes_of
from tgi_conformance.results.evidence import cut
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.summary import known_deviations, listed, report_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.results.load_figures import LoadFigures
    from tgi_conformance.results.report import Report, Result

MOST_CAUSES = 25
MOST_IDS = 20
LONGEST = 1500


def write_markdown(report: Report) -> str:
    """Return the summary; it stays far below the megabyte that GitHub allows."""
    sign = VERDICTS[report.verdict]
    lines = [f"## {sign.sign} {sign.title}: {code(report.target)}", ""]
    lines += [report_summary(report), ""]
    if report.reason:
        lines += [code(cut(report.reason, LONGEST)), ""]
    lines += _profiles(report)
    if report.requirements:
        lines += [*_routes(report), ""]
    if report.load is not None:
        lines += [*_load(report.load), ""]
    lines += [_usage(report), ""]
    if report.gentle:
        lines += [f"{report.left_out_summary}.", ""]
    if report.scored_by:
        lines += [code(report.unscored_summary), ""]
    lines += _listed("Internal errors", report.having(Outcome.ERROR))
    if report.having(Outcome.ERROR):
        lines += [REPORT_IT, ""]
    lines += _broken(report)
    lines += _listed("Intermittent", report.having(Outcome.INTERMITTENT))
    lines += _listed("Inconclusive", report.having(Outcome.INCONCLUSIVE))
    if not report.strict:
        lines += _known(report)
    if report.stale_deviations:
        lines += ["### Stale known deviations", ""]
        lines += [f"- {code(cut(line, LONGEST))}" for line in report.stale_deviations]
        lines.append("")
    return "\n".join(lines)


def code(text: str) -> str:
    """Return the text as a code span of one line."""
    shown = escaped(text)
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    edge = " " if not shown.strip() or shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{edge}{shown or ' '}{edge}{fence}"


def block(text: str, language: str = "") -> list[str]:
    """Return a line of text as the lines of a code block."""
    shown = escaped(text)
    fence = "`" * max(3, max(map(len, re.findall("`+", shown)), default=0) + 1)
    return [fence + language, shown, fence]


def _profiles(report: Report) -> Iterator[str]:
    if not report.profiles:
        return
    yield from ("| profile | verdict |", "| --- | --- |")
    for one in report.profiles:
        yield f"| {one.name} | {profile_sign(one).sign} {code(one.told)} |"
    yield ""


def _routes(report: Report) -> Iterator[str]:
    columns = outcomes_of(report.requirements)
    yield "| route | " + " | ".join(OUTCOMES[outcome].title for outcome in columns) + " |"
    yield "| --- |" + " ---: |" * len(columns)
    for route in dict.fromkeys(result.route for result in report.requirements):
        counts = Counter(result.outcome for result in report.requirements if result.route == route)
        cells = [_count(counts[outcome], outcome) for outcome in columns]
        yield f"| {route} | " + " | ".join(cells) + " |"


def _load(load: LoadFigures) -> Iterator[str]:
    yield f"{load_line(load)}."
    yield ""
    yield f"| {' | '.join(HEAD)} |"
    yield "| --- |" + " ---: |" * (len(HEAD) - 1)
    for row in load_rows(load):
        yield f"| {' | '.join(row)} |"
    yield ""
    yield percentiles_line()


def _count(count: int, outcome: Outcome) -> str:
    if not count:
        return ""
    return f"**{count}**" if outcome in {Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.ERROR} else str(count)


def _usage(report: Report) -> str:
    return (
        f"{counted(len(report.requirements), 'requirement')} at depth {report.depth.value}, "
        f"seed {report.seed}: {report.requests_summary}, "
        f"{counted(report.generated_tokens, 'generated token')}, {report.seconds:.1f} s."
    )


def _broken(report: Report) -> Iterator[str]:
    causes = causes_of(report.broken)
    if causes:
        yield from ("### Failures by cause", "")
    for cause in causes[:MOST_CAUSES]:
        yield from _cause(cause)
    if len(causes) > MOST_CAUSES:
        yield from (f"… and {len(causes) - MOST_CAUSES} more causes.", "")


def _cause(cause: Cause) -> Iterator[str]:
    levels = listed([f"{count} {level.value}" for level, count in cause.counts.items()])
    yield f"<details><summary><b>{levels}</b> {_html(cause.title)}</summary>"
    yield ""
    yield f"- expected: {code(cut(cause.expected, LONGEST))}"
    yield f"- actual: {code(cut(cause.actual, LONGEST))}"
    if cause.why:
        yield f"- why clients care: {code(cause.why)}"
    yield f"- source: {code(cause.source)}"
    rest = ", ".join(code(i) for i in cause.ids[:MOST_IDS])
    left = f" and {len(cause.ids) - MOST_IDS} more" if len(cause.ids) > MOST_IDS else ""
    yield f"- failed on {counted(len(cause.routes), 'route')}: {rest}{left}"
    yield ""
    if cause.curl:
        yield from block(cause.curl, "sh")
    yield from ("</details>", "")


def _html(text: str) -> str:
    """Return a text for use within HTML tags, where Markdown's code spans have no effect."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(escaped(text)))


def _listed(title: str, results: tuple[Result, ...]) -> Iterator[str]:
    if not results:
        return
    yield from (f"### {title}", "")
    for result in results[:MOST_CAUSES]:
        yield f"- {result.level.value} {code(result.id)}: {code(cut(result.reason, LONGEST))}"
    if len(results) > MOST_CAUSES:
        yield f"- … and {len(results) - MOST_CAUSES} more"
    yield ""


def _known(report: Report) -> Iterator[str]:
    known = report.having(Outcome.KNOWN_DEVIATION)
    if not known:
        return
    reasons = Counter(result.reason for result in known)
    yield f"<details><summary>{known_deviations(known)}</summary>"
    yield ""
    for reason, count in reasons.most_common(MOST_CAUSES):
        yield f"- {count} × {code(cut(reason, LONGEST))}"  # noqa: RUF001 - the sign is meant
    if len(reasons) > MOST_CAUSES:
        yield f"- … and {len(reasons) - MOST_CAUSES} more"
    yield from ("", "</details>", "")
