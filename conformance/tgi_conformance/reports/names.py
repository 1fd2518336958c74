"""The names of the reports of several targets: one each, whatever file system they are written to."""

from __future__ import annotations

import re
from itertools import chain, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OWN = frozenset({"fleet", "matrix"})  # the pages about all targets
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # of Windows, whatever comes after the dot


def report_names(targets: Iterable[str]) -> Mapping[str, str]:
    """Give each target, in the order of the fleet, the name of its reports without the ending.

    It is that of the target. A number follows where a page has the name, or a target whose name differs in
    capital letters only, which many file systems ignore; `target-` precedes the name of a device of Windows.
    """
    taken: set[str] = set(OWN)
    names: dict[str, str] = {}
    for target in targets:
        first = f"target-{target}" if DEVICES.fullmatch(target.casefold()) else target
        ways = chain([first], (f"{first}-{number}" for number in count(2)))
        names[target] = next(name for name in ways if name.casefold() not in taken)
        taken.add(names[target].casefold())
    return names
