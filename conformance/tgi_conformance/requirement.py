"""A requirement: one promise of the API, where it is made, and the function that holds a deployment to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_conformance.kinds import kind_of
from tgi_conformance.levels import Depth, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from tgi_conformance.trial import Trial

    Check = Callable[[Trial], None]

MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY
# Where a rule of several routes is held with every case, unstreamed.
LEADING = ("generate", "chat-completions")
RECORDED = "2.4"  # the oldest release whose behaviour was recorded
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+")


def _stable_words(_: object, __: object, value: str) -> None:
    if not ID.fullmatch(value):
        raise ValueError(f"{value!r} is no requirement id: expected route.words-joined-by-hyphens")


@frozen
class Requirement:
    """One promise of the API.

    Attributes:
        id: Stable words, `route.what-is-promised`; never a position.
        level: How binding it is.
        depth: The shallowest run that holds it.
        operation: The method and path that it is about, such as `POST /generate`.
        statement: What must hold, in one line.
        source: A pointer into the document (`#/...`), or `behaviour.md#...`, an entry of docs/behaviour.md.
        why: What goes wrong for clients where it does not hold.
        needs: What must be there for it to apply: names of facts (see probes.py), pointers into the document.
        since: The first release of TGI that promises it; empty for every release whose document does.
        alone: Whether nothing else may be sent while it is held.
        hurts: What other clients of the deployment may feel of it, such as `overload`; empty for nothing.
        check: Sends what must be sent and raises Unmet where the promise is broken.
    """

    id: str = field(validator=_stable_words)
    level: Level
    operation: str
    statement: str
    source: str
    check: Check
    why: str = ""
    depth: Depth = Depth.STANDARD
    needs: tuple[str, ...] = ()
    alone: bool = False
    since: str = ""
    hurts: str = ""

    @property
    def promised_since(self) -> str:
        """The first release that it is held against; empty for every one whose document has its source.

        What is promised by behaviour alone was recorded from 2.4 on, and is not held against older ones.
        """
        return self.since or (RECORDED if self.source.startswith("behaviour.md#") else "")

    @property
    def route(self) -> str:
        """The first word of the id, which is also the name of the file that holds it."""
        return self.id.partition(".")[0]

    def leads(self, routes: Container[str]) -> bool:
        """Tell whether it is about the unstreamed answers of one of these routes."""
        return self.route in routes and not self.id.startswith(f"{self.route}.streamed-")

    @property
    def kind(self) -> str:
        """What it is about across routes, such as `streams` or `refusals`."""
        return kind_of(self.check)


@frozen
class Catalogue:
    """The requirements of one route, in the order in which they are held; `module` is their file."""

    module: str
    route: str
    operation: str
    requirements: list[Requirement] = field(factory=list)

    def add(  # noqa: PLR0913 - what a requirement says of itself
        self,
        words: str,
        statement: str,
        *,
        source: str,
        level: Level = MUST,
        depth: Depth = Depth.STANDARD,
        needs: Iterable[str] = (),
        why: str = "",
        operation: str = "",
        alone: bool = False,
        since: str = "",
        hurts: str = "",
    ) -> Callable[[Check], Check]:
        """Register the decorated function as the requirement `route.words`."""

        def register(check: Check) -> Check:
            self.requirements.append(
                Requirement(
                    id=f"{self.route}.{words}",
                    level=level,
                    operation=operation or self.operation,
                    statement=statement,
                    source=source,
                    check=check,
                    why=why,
                    depth=depth,
                    needs=tuple(needs),
                    alone=alone,
                    since=since,
                    hurts=hurts,
                )
            )
            return check

        return register
