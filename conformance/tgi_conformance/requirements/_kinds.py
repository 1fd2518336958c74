"""What a requirement is about across routes, so that reports can lay routes and kinds out as a matrix.

A kind follows from the family that a requirement was made by, or from the file of a route that has it alone:
nobody has to say it again beside each requirement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tgi_conformance.requirements._declare import Check

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
OWN = "the route's own"


def kind_of(check: Check) -> str:
    """Name the kind of requirement that a check belongs to; a family that has none yet stands for itself."""
    package, _, module = check.__module__.rpartition(".")
    if not package.endswith(".families"):
        return OWN
    return OF_FAMILY.get(module, module.replace("_", " "))
