"""Which requirements, by id or pattern, are expected to catch each fault."""

from __future__ import annotations

from fnmatch import filter  # noqa: A004 - of names by a pattern
from functools import lru_cache
from pathlib import Path

import yaml

from tgi_conformance.requirements import requirements

FILE = Path(__file__).parent / "expected.yaml"


@lru_cache(maxsize=1)
def expected() -> dict[str, tuple[str, ...]]:
    """Patterns of requirement ids for each fault, each of which must match one that fails."""
    entries = yaml.safe_load(FILE.read_text("utf-8"))
    return {name: tuple(patterns) for name, patterns in entries.items()}


@lru_cache(maxsize=1)
def needing_load() -> frozenset[str]:
    """The faults that no requirement is expected to catch, but `tgi-conformance load`."""
    ids = [requirement.id for requirement in requirements()]
    return frozenset(
        name
        for name, patterns in expected().items()
        if patterns and not any(filter(ids, pattern) for pattern in patterns)
    )
