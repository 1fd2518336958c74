"""Requirement ids are part of the interface: none is lost, and none changes what it promises."""

from __future__ import annotations

import json
from pathlib import Path

from tgi_conformance.requirements import requirements

GOLDEN = Path(__file__).parent / "golden" / "requirements.json"


def test_no_requirement_is_lost_or_changes_what_it_promises() -> None:
    """Each frozen requirement is there with its level, depth, operation, source and needs."""
    golden = json.loads(GOLDEN.read_text("utf-8"))
    now = {
        one.id: {
            "level": one.level.value,
            "depth": one.depth.value,
            "operation": one.operation,
            "source": one.source,
            "needs": list(one.needs),
            "alone": one.alone,
            "since": one.since,
            "hurts": one.hurts,
        }
        for one in requirements()
    }
    assert golden == {id_: now.get(id_) for id_ in golden}
