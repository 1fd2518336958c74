"""How far a run has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tgi_conformance.results.report import Result


@frozen
class Progress:
    """What is told after each requirement.

    Attributes:
        result: What came of the last one.
        done, total: How many were held, and how many the run holds.
        requests, generated_tokens: What it has cost so far.
    """

    result: Result
    done: int
    total: int
    requests: int
    generated_tokens: int
