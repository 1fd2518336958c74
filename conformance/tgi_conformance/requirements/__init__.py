"""What a deployment must do, one file a topic.

Importing a topic registers its requirements. Modules whose names begin with an underscore are helpers.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from tgi_conformance.requirements._declaration import REGISTRY, Requirement
from tgi_conformance.requirements._results import result_of
from tgi_conformance.requirements._under_load import LoadRequirement, load_requirements
from tgi_conformance.results.report import WHOLE_RUN

__all__ = ["LoadRequirement", "Requirement", "load_requirements", "requirements", "result_of"]


def requirements() -> tuple[Requirement, ...]:
    """Import every topic and give all requirements by route; what looks back on the whole run comes last."""
    _import_topics()
    return tuple(sorted(REGISTRY.values(), key=lambda one: (one.route == WHOLE_RUN, one.route)))


@cache
def _import_topics() -> None:
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            import_module(f"{__name__}.{module.name}")
