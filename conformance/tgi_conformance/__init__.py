"""Check whether a deployment conforms to the Text Generation Inference REST API.

from tgi_conformance import run

report = run("http://127.0.0.1:3000", depth="smoke")
assert report.verdict.value == "conforms"
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tgi_conformance.library import run
    from tgi_conformance.results.levels import Depth, Level, Outcome, Verdict
    from tgi_conformance.results.report import Report, Result

__all__ = ["Depth", "Level", "Outcome", "Report", "Result", "Verdict", "run"]

# Imported lazily: where this package is installed, pytest imports it in every session.
MODULES = {
    "Depth": "results.levels",
    "Level": "results.levels",
    "Outcome": "results.levels",
    "Report": "results.report",
    "Result": "results.report",
    "Verdict": "results.levels",
    "run": "library",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)
