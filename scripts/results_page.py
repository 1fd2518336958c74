"""The page of recorded results: implementations by profiles, and what fails where."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from recorded_results import day_of, profile_result
from tgi_common.plural import counted
from tgi_conformance.config.profiles import profiles
from tgi_conformance.reports.markdown import code
from tgi_conformance.results.evidence import cut
from tgi_conformance.results.levels import Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from recorded_results import Recorded
    from tgi_conformance.results.causes import Cause

SHOWN = 160  # characters of a value
INTRODUCTION = """\
# Results

What runs of tgi-conformance said of implementations of TGI's API. Each verdict is that of one run of one
[profile](profiles.md), scored by a [released set](profiles.md#released-sets) of requirements; the reports
are in [results](../results/README.md), unedited, with the commands that make them again. Each failure was
confirmed by hand with its curl line.

A deployment conforms to a profile if no MUST of it fails. *Known deviations* of TGI itself are no failures.
*Partial*: the run does not say everything about the implementation, for the reason given below. An empty
cell: not run.
"""


def results_page(recorded: Sequence[Recorded], suffix: str = ".json") -> str:
    """Write the page; links to reports end with the suffix, as `.html` on the site."""
    latest = [next(versions) for _, versions in groupby(recorded, key=lambda one: one.implementation)]
    lines = [INTRODUCTION, *_table(latest), ""]
    for one in latest:
        lines += _details(one, suffix)
    earlier = [one for one in recorded if one not in latest]
    if earlier:
        lines += ["## Earlier versions\n", *_table(earlier), ""]
        for one in earlier:
            lines += _details(one, suffix)
    return "\n".join(lines)


def _table(recorded: Iterable[Recorded]) -> Iterator[str]:
    names = [profile.name for profile in profiles()]
    yield f"| implementation | version | {' | '.join(names)} | date |"
    yield f"| --- | --- |{' --- |' * len(names)} --- |"
    for one in recorded:
        cells = [_cell(one, name) if name in one.reports else "" for name in names]
        linked = f"[{one.about.name}](#{_anchor(one)})"
        yield f"| {linked} | {one.version} | {' | '.join(cells)} | {one.when} |"


def _cell(one: Recorded, profile: str) -> str:
    partial = " (partial)" if one.is_partial(profile) else ""
    return f"{_verdict(one, profile)}{partial}"


def _verdict(one: Recorded, profile: str) -> str:
    found = profile_result(one.reports[profile], profile)
    if found.verdict is Verdict.DOES_NOT_CONFORM:
        return f"✕ {_levels(one.causes(profile))}"
    if found.verdict is Verdict.CONFORMS and found.should:
        return f"✓ conforms; {_levels(one.causes(profile))}"
    return f"✓ {found.verdict_shown}" if found.verdict is Verdict.CONFORMS else found.verdict_shown


def _levels(causes: Sequence[Cause]) -> str:
    """How many requirements of each level fail, and by how many causes."""
    failed = {level: sum(cause.counts.get(level, 0) for cause in causes) for level in Level}
    told = ", ".join(f"{count} {level.value}" for level, count in failed.items() if count)
    return f"{told} fail by {counted(len(causes), 'cause')}"


def _details(one: Recorded, suffix: str) -> Iterator[str]:
    about = one.about
    yield f'<span id="{_anchor(one)}"></span>\n\n### {about.name} {one.version}\n'
    yield f"- Deployment: {about.start}"
    yield f"- Command: `{about.command}`"
    yield f"- Hardware: {about.hardware}"
    if about.partial:
        yield f"- Partial: {about.partial}"
    for profile in one.reports:
        yield f"- {_run(one, profile, suffix)}"
    if about.notes:
        yield f"\n{about.notes}"
    yield ""
    yield from _failures(one)


def _run(one: Recorded, profile: str, suffix: str) -> str:
    report = one.reports[profile]
    found = profile_result(report, profile)
    linked = f"[{profile}](../results/{one.implementation}/{one.version}/{profile}{suffix})"
    told = found.told if found.verdict is None else _verdict(one, profile)
    reason = f": {cut(found.reason, SHOWN)}" if found.reason else ""
    scored = f", set {report.scored_by.told}" if report.scored_by else ""
    checked = f"{counted(found.checked, 'requirement')}, {found.unsupported} unsupported"
    return f"{linked}: {told}{reason} ({checked}; tgi-conformance {report.version}{scored}; {day_of(report)})"


def _failures(one: Recorded) -> Iterator[str]:
    """Each cause once, with the profiles that it fails."""
    rows: dict[str, tuple[Cause, list[str]]] = {}
    for profile in one.reports:
        for cause in one.causes(profile):
            id_ = next(name for name in cause.ids if name in one.about.confirmed)
            shown, names = rows.setdefault(id_, (cause, []))
            rows[id_] = (max(shown, cause, key=lambda found: len(found.ids)), [*names, profile])
    if not rows:
        return
    yield "| failure | requirements | expected | actual | by hand | profiles |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for id_, (cause, names) in rows.items():
        counts = ", ".join(f"{count} {level.value}" for level, count in cause.counts.items())
        told = f"{_text(cause.title)} (`{id_}`)"
        values = f"{_value(cause.expected)} | {_value(cause.actual)} | {_text(one.about.confirmed[id_])}"
        yield f"| {told} | {counts} | {values} | {', '.join(dict.fromkeys(names))} |"
    yield ""


def _anchor(one: Recorded) -> str:
    return f"{one.implementation}-{one.version}".replace(".", "-").lower()


def _text(text: str) -> str:
    return " ".join(text.replace("<", "&lt;").replace("|", "\\|").split())


def _value(value: str) -> str:
    """Quote what was expected or sent, as code, in which nothing is a tag or ends the cell."""
    return code(" ".join(cut(value, SHOWN).split())).replace("|", "\\|") if value else ""
