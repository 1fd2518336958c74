"""One generation: its request, and what it has brought so far."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from attrs import Factory, define, field

if TYPE_CHECKING:
    from tgi_reference.engine import Finish, Step, Token
    from tgi_reference.wire.requests import GenerateRequest


@define
class Timings:
    """Moments of one request, as ``perf_counter`` gives them."""

    arrived: float = Factory(perf_counter)
    queued: float = 0.0
    started: float = 0.0
    ended: float = 0.0

    @property
    def total(self) -> float:
        """Seconds from arrival to the last token."""
        return self.ended - self.arrived

    @property
    def validation(self) -> float:
        """Seconds from arrival to the queue."""
        return self.queued - self.arrived

    @property
    def queue(self) -> float:
        """Seconds in the queue."""
        return self.started - self.queued

    @property
    def inference(self) -> float:
        """Seconds from the queue to the last token."""
        return self.ended - self.started


@define(eq=False)
class Generation:
    """One generation: what is known before its first step, and what its steps have brought so far."""

    request: GenerateRequest
    timings: Timings = Factory(Timings)
    input_length: int = 0
    prompt_length: int = 0
    """Tokens that the model saw; ``input_length`` are those that the router counted."""
    prefill: tuple[Token, ...] = ()
    finish: Finish | None = None
    steps: list[Step] = field(factory=list)
    failure: str | None = None
    """What the model process said when another request of the batch made it fail."""
