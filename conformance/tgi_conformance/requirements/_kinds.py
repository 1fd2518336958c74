"""What a requirement is about across routes, so that reports can lay routes and kinds out as a matrix.

A kind follows from the family that a requirement was made by, or from the file of a route that has it alone:
nobody has to say it again beside each requirement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.results.report import ROUTE_SPECIFIC as OWN

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[..., None]

OF_FAMILY = {
    "aliases": "parity",
    "answers": "answers",
    "batches": "batches",
    "bursts": "streams",
    "busy": "load",
    "characters": "tokens",
    "chat": "answers",
    "completeness": "tokens",
    "counters": "metrics",
    "credentials": "keys",
    "details": "tokens",
    "effects": "sampling",
    "enveloped": "answers",
    "errors_in_streams": "streams",
    "exposition": "metrics",
    "framing": "headers",
    "generated": "generated data",
    "grammar": "grammars",
    "headers": "headers",
    "identity": "answers",
    "limits": "limits",
    "load": "load",
    "methods": "refusals",
    "origins": "headers",
    "parameters": "parameters",
    "parity": "parity",
    "prompts": "tokens",
    "refusals": "refusals",
    "released": "documents",
    "sampling": "sampling",
    "seeds": "sampling",
    "slots": "load",
    "state": "state",
    "stops": "stops",
    "streams": "streams",
    "together": "parameters",
    "tokens": "tokens",
    "tools": "tools",
    "validation": "refusals",
}


def kind_of(check: Check) -> str:
    """Transitional: name the category of a check from its module."""
    module = check.__module__.rpartition(".")[2]
    return OWN if module.startswith("route_") else OF_FAMILY.get(module, module.replace("_", " "))
