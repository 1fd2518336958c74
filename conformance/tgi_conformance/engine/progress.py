"""The progress of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tgi_conformance.results.report import Result


@frozen
class Progress:
    """What `on_progress` receives after each requirement.

    Attributes:
        result: The result of the last requirement.
        done, total: How many requirements were checked, and how many the run checks.
        requests, generated_tokens: What the run has used so far.
    """

    result: Result
    done: int
    total: int
    requests: int
    generated_tokens: int
