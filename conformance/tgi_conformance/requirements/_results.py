"""The result of a requirement: what it repeats of it, and the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.results.report import Result

if TYPE_CHECKING:
    from tgi_conformance.requirements._declaration import Requirement
    from tgi_conformance.requirements._under_load import LoadRequirement
    from tgi_conformance.results.levels import Outcome


def result_of(requirement: Requirement | LoadRequirement, outcome: Outcome, reason: str = "") -> Result:
    """Return the result of a requirement, without evidence."""
    return Result(
        id=requirement.id,
        level=requirement.level,
        category=requirement.category,
        operation=requirement.operation,
        statement=requirement.statement,
        source=requirement.source,
        why=requirement.why,
        outcome=outcome,
        reason=reason,
    )
