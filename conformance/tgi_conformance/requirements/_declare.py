"""Transitional."""
# ruff: noqa: PLC0414

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_conformance.requirements._declaration import MAY as MAY
from tgi_conformance.requirements._declaration import MUST as MUST
from tgi_conformance.requirements._declaration import RECORDED as RECORDED
from tgi_conformance.requirements._declaration import SHOULD as SHOULD
from tgi_conformance.requirements._declaration import Requirement as Requirement
from tgi_conformance.requirements._declaration import _add
from tgi_conformance.requirements._kinds import kind_of
from tgi_conformance.results.levels import Depth, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgi_conformance.session.context import Context

    Check = Callable[[Context], None]


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
            _add(
                Requirement(
                    id=f"{self.route}.{words}",
                    level=level,
                    operation=operation or self.operation,
                    statement=statement,
                    source=source,
                    check=check,
                    declared=check,
                    category=kind_of(check),
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
