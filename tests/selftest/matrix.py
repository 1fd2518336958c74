"""The record of which faults each requirement catches, docs/fault-matrix.json: read, and added to."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.selftest.expectations import expected

from tgi_conformance.reports.files import write_atomically
from tgi_conformance.requirements import requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE = Path(__file__).parents[2] / "docs" / "fault-matrix.json"


@lru_cache(maxsize=1)
def recorded() -> dict[str, frozenset[str]]:
    """The faults that each requirement was seen to catch, by the requirement's id."""
    return {name: frozenset(faults) for name, faults in json.loads(FILE.read_text("utf-8")).items()}


def catchers(fault: str) -> set[str]:
    """The ids of the requirements that were seen to catch a fault."""
    return {name for name, faults in recorded().items() if fault in faults}


def write(caught: Mapping[str, Iterable[str]], lost: Mapping[str, Iterable[str]]) -> None:
    """Add to the record what a run caught, by fault; entries that it did not check stay as they are.

    Entries of requirements or faults that do not exist any more are removed.
    """
    gained = {(name, fault) for fault, names in caught.items() for name in names}
    gone = {(name, fault) for fault, names in lost.items() for name in names}
    pairs = {(name, fault) for name, faults in recorded().items() for fault in faults} - gone | gained
    matrix = {
        requirement.id: sorted(fault for fault in expected() if (requirement.id, fault) in pairs)
        for requirement in requirements()
    }
    kept = {name: faults for name, faults in sorted(matrix.items()) if faults}
    write_atomically(FILE, json.dumps(kept, indent=1) + "\n")
