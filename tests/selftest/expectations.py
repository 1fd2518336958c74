"""Which requirements, by id or pattern, are expected to catch each fault."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "expected.yaml"


@lru_cache(maxsize=1)
def expected() -> dict[str, tuple[str, ...]]:
    """Patterns of requirement ids for each fault, each of which must match one that fails."""
    entries = yaml.safe_load(FILE.read_text("utf-8"))
    return {name: tuple(patterns) for name, patterns in entries.items()}
