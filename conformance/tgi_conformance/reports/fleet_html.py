"""Many targets as one page: causes across targets, a row per target, what is wrong with each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from attrs import frozen

from tgi_common.plural import counted
from tgi_conformance.reports.page import write_page
from tgi_conformance.reports.signs import OUTCOMES, VERDICTS, Sign, profile_sign
from tgi_conformance.results.levels import Level, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgi_conformance.reports.fleet_summary import FleetSummary, SharedCause, TargetSummary
    from tgi_conformance.results.cause_key import CauseKey

LARGEST = 5_000_000  # bytes of the page
# Causes that a target lists, and requirements and targets that a cause lists; the first that fit are used.
SIZES = ((40, 60, 1000), (12, 40, 200), (5, 20, 100), (2, 10, 30), (0, 5, 10))
MOST_CAUSES = 200


@frozen
class Cell:
    """A profile or a route of a target; `sign` is None where it was not checked."""

    sign: Sign | None
    count: str
    urgent: bool
    label: str


@frozen
class CauseView:
    """A cause, its number on the page, and the targets that have it."""

    number: int
    level: str
    title: str
    told: str
    share: int
    expected: str
    actual: str
    curl: str
    source: str
    ids: tuple[str, ...]
    more_ids: int
    targets: tuple[tuple[str, int], ...]
    more_targets: int


@frozen
class TargetView:
    """A target: its row, and what is behind it."""

    name: str
    url: str
    model: str
    verdict: Sign
    reason: str
    facts: str
    broken: str
    profiles: tuple[Cell, ...]
    cells: tuple[Cell, ...]
    causes: tuple[tuple[int, int], ...]
    more_causes: int
    href: str

    @property
    def numbers(self) -> str:
        """The numbers of its causes, as the page's script reads them."""
        return " ".join(str(number) for number, _ in self.causes)


@frozen
class Tile:
    """How many targets have a verdict."""

    verdict: Sign
    count: int


@frozen
class FleetPage:
    """What the page shows."""

    sentence: str
    tiles: tuple[Tile, ...]
    problems: tuple[str, ...]
    profiles: tuple[str, ...]
    routes: tuple[str, ...]
    causes: tuple[CauseView, ...]
    more_causes: int
    targets: tuple[TargetView, ...]

    @property
    def titles(self) -> Mapping[int, str]:
        """What each cause is called, by its number."""
        return {cause.number: cause.title for cause in self.causes}


def write_fleet_html(
    summary: FleetSummary, problems: Sequence[str] = (), files: Mapping[str, str] | None = None
) -> str:
    """Return the page, below five megabytes for some thousand targets: the more there are, the less of each.

    With `files`, each target leads to its own report beside the page: the name that it has without `.html`.
    """
    text = ""
    for sizes in SIZES:
        page = _page(summary, problems, sizes, files or {})
        text = write_page("fleet.html.j2", "fleet.js", fleet=page, version=summary.version)
        if len(text.encode()) <= LARGEST:
            break
    return text


def _page(
    summary: FleetSummary, problems: Sequence[str], sizes: tuple[int, int, int], files: Mapping[str, str]
) -> FleetPage:
    of_target, ids, targets = sizes
    causes = summary.causes_by_reach
    numbers = {key: number for number, (key, _) in enumerate(causes[:MOST_CAUSES], 1)}
    counts = summary.counts
    profiles, routes = tuple(summary.profiles), tuple(summary.routes)
    whole = len(summary.targets)
    return FleetPage(
        sentence=summary.sentence,
        tiles=tuple(Tile(VERDICTS[verdict], counts[verdict]) for verdict in Verdict if counts[verdict]),
        problems=tuple(problems),
        profiles=profiles,
        routes=routes,
        causes=tuple(
            _cause(numbers[key], causes_of, ids, targets, whole) for key, causes_of in causes[:MOST_CAUSES]
        ),
        more_causes=max(len(causes) - MOST_CAUSES, 0),
        targets=tuple(
            _target(target, profiles, routes, numbers, of_target, file=files.get(target.name, ""))
            for target in summary.worst_first
        ),
    )


def _cause(number: int, cause: SharedCause, ids: int, targets: int, whole: int) -> CauseView:
    return CauseView(
        number=number,
        level=cause.level.value,
        title=cause.example.statement,
        told=f"{counted(len(cause.targets), 'target')}, {counted(len(cause.ids), 'requirement')}",
        share=round(100 * len(cause.targets) / whole),
        expected=cause.example.expected,
        actual=cause.example.actual,
        curl=cause.example.curl,
        source=cause.example.source,
        ids=tuple(cause.ids)[:ids],
        more_ids=max(len(cause.ids) - ids, 0),
        targets=tuple(cause.targets.items())[:targets],
        more_targets=max(len(cause.targets) - targets, 0),
    )


def _target(  # noqa: PLR0913 - what its columns are called, and what it may list
    target: TargetSummary,
    profiles: Sequence[str],
    routes: Sequence[str],
    numbers: Mapping[CauseKey, int],
    most: int,
    *,
    file: str,
) -> TargetView:
    causes = [(numbers[key], count) for key, count in target.causes.items() if key in numbers]
    return TargetView(
        name=target.name,
        url=target.url,
        model=target.model,
        verdict=VERDICTS[target.verdict],
        reason=target.reason,
        facts=target.facts,
        broken=", ".join(
            f"{target.broken[level]} {level.value}" for level in Level if target.broken.get(level)
        ),
        profiles=tuple(_profile_cell(target, name) for name in profiles),
        cells=tuple(_cell(target, route) for route in routes),
        causes=tuple(causes[:most]),
        more_causes=len(target.causes) - len(causes[:most]),
        href=f"{quote(file)}.html" if file else "",
    )


def _cell(target: TargetSummary, route: str) -> Cell:
    found = target.routes.get(route)
    if found is None:
        return Cell(None, "", urgent=False, label=f"{route}: not checked")
    sign = OUTCOMES[found.worst]
    return Cell(
        sign, str(found.count) if found.urgent else "", found.urgent, f"{route}: {found.count} {sign.title}"
    )


def _profile_cell(target: TargetSummary, name: str) -> Cell:
    found = target.profiles.get(name)
    if found is None:
        return Cell(None, "", urgent=False, label=f"profile {name}: not judged")
    urgent = found.verdict is not None and found.verdict is not Verdict.CONFORMS
    count = str(found.must) if found.verdict is Verdict.DOES_NOT_CONFORM else ""
    return Cell(profile_sign(found), count, urgent, f"profile {name}: {found.told}")
