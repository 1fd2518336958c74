"""Search for a broken promise with generated data: Hypothesis drives, Schemathesis generates."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

import hypothesis
from attrs import define, field
from hypothesis import HealthCheck, Phase, strategies

from tgi_conformance.http.exchange import Exchange, NoAnswerError, Request
from tgi_conformance.results.outcomes import InconclusiveError, UnmetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.session.context import Context

T = TypeVar("T")
# Hypothesis moves the interpreter's recursion limit and keeps caches, so one search runs at a time.
EXPLORING = threading.RLock()
SECONDS_TO_SHRINK = 5.0
REQUESTS_TO_SHRINK = 25  # a smaller example is worth that much of somebody's GPU, and no more


def explore(
    context: Context,
    cases: strategies.SearchStrategy[T],
    request_of: Callable[[T], Request],
    check: Callable[[T, Exchange], None],
    *,
    examples: int,
) -> None:
    """Send what the strategy draws and check each answer; raises UnmetError with the smallest example found.

    A request is never sent twice: what Hypothesis replays is answered from memory, so that shrinking stays
    cheap and a server that answers differently the second time makes no flake.
    """
    asked = _Asked(context)

    def hold(case: T) -> None:
        request = request_of(case)
        if context.leaves_out(request):
            return
        exchange = asked.answer(request)
        try:
            with context.single_case():
                check(case, exchange)
        except UnmetError as unmet:
            asked.keep(unmet, exchange)
            raise

    try:
        _drive(hold, cases, f"{context.session.seed} {context.requirement}", context.examples(examples))
    except _EnoughError as enough:
        raise enough.error from None


class _EnoughError(BaseException):
    """Ends a search at once with the smallest that was found: Hypothesis lets no other exception through."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


@define
class _Asked:
    """Answers by request, and how many more may be asked for once a break is found."""

    context: Context
    _left: int = REQUESTS_TO_SHRINK
    _until: float = 0.0
    _smallest: tuple[tuple[int, bytes], UnmetError] | None = None
    _memory: dict[Request, Exchange] = field(factory=dict)

    def answer(self, request: Request) -> Exchange:
        if self._smallest and time.monotonic() > self._until:
            raise _EnoughError(self._smallest[1])
        if request not in self._memory:
            if self._smallest:
                self._left -= 1
                if self._left <= 0:
                    raise _EnoughError(self._smallest[1])
            self._memory[request] = self._send(request)
        return self._memory[request]

    def keep(self, unmet: UnmetError, exchange: Exchange) -> None:
        content = exchange.request.content or b""
        size = len(content), content
        if self._smallest is None:
            self._until = time.monotonic() + SECONDS_TO_SHRINK
        if self._smallest is None or size < self._smallest[0]:
            self._smallest = size, unmet

    def _send(self, request: Request) -> Exchange:
        try:
            return self.context.send(request)
        except (NoAnswerError, InconclusiveError) as error:
            # Looking for a smaller request that hangs would cost a deadline each.
            raise _EnoughError(self._smallest[1] if self._smallest else error) from None


def _drive(
    hold: Callable[[Any], None], cases: strategies.SearchStrategy[Any], seed: str, examples: int
) -> None:
    settings = hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    given = hypothesis.given(case=cases)(hold)
    with EXPLORING:
        settings(hypothesis.seed(seed)(given))()
