"""What a check gets: a way to ask the deployment, and what is known of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from zlib import crc32

from attrs import define, evolve, field

from tgi_conformance.http.usage import Usage, generated_tokens
from tgi_conformance.protocol.hazards import may_raise
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError
from tgi_conformance.results.report import LEFT_OUT
from tgi_conformance.session.response_cache import ResponseCache
from tgi_conformance.session.retries import send_patiently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tgi_conformance.contract.contract import Contract
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.results.deviations import Deviation
    from tgi_conformance.session.capabilities import Capabilities
    from tgi_conformance.session.session import Session

T = TypeVar("T")
AGAIN = 5  # times
# Where every case is checked of a rule that applies to several routes.
LEADING = ("generate", "chat-completions")


@define
class Context:
    """What the check of one requirement works with.

    Attributes:
        requirement: Its id.
        session: The run.
        cases: How many cases were looked at.
        usage: What the requirement has used so far.
        last: The last exchange.
        deviations_seen: Known deviations that were seen, each with where first.
        failed_before: Failures that did not come again, one line each.
    """

    requirement: str
    session: Session
    cases: int = 0
    usage: Usage = field(factory=Usage)
    last: Exchange | None = None
    deviations_seen: dict[Deviation, UnmetError] = field(factory=dict)
    failed_before: list[str] = field(factory=list)

    @property
    def capabilities(self) -> Capabilities:
        """What the probes found."""
        return self.session.capabilities

    @property
    def contract(self) -> Contract:
        """What the deployment promises."""
        return self.session.contract

    def send(self, request: Request, *, authenticate: bool = True) -> Exchange:
        """Send a request, again where the deployment is busy; raises NoAnswerError and InconclusiveError."""
        self._spare(request)
        exchange = send_patiently(self.session.sender, request, authenticate=authenticate)
        self._pay(exchange)
        return exchange

    def send_once(self, request: Request, *, crowded: bool = False) -> Exchange:
        """Send a request that may be refused for overload, `crowded` by others; raises NoAnswerError."""
        self._spare(request)
        exchange = self.session.sender.send(request, crowded=crowded)
        self._pay(exchange)
        return exchange

    def leave(self, request: Request) -> None:
        """Send a request and leave once its answer has begun; raises NoAnswerError where none begins."""
        self.session.sender.leave(request)
        self.usage.requests += 1

    def leaves_out(self, request: Request) -> bool:
        """Tell whether a gentle run does without this request, which may fail those of others."""
        return self.session.gentle and may_raise(request)

    def _spare(self, request: Request) -> None:
        if self.leaves_out(request):
            raise UnsupportedError(f"{LEFT_OUT}broken grammars")

    def _pay(self, exchange: Exchange) -> None:
        self.last = exchange
        if exchange.failed_before:
            self.failed_before.append(exchange.failed_before)
        self.usage.requests += 1
        self.usage.generated_tokens += generated_tokens(exchange.response)

    def cached(self, request: Request) -> Exchange:
        """Give the answer to a request that other requirements look at too; raises NoAnswerError."""
        self._spare(request)
        exchange, sent = self.session.cache.get(request)
        self.last = exchange
        if sent:
            self._pay(exchange)
        return exchange

    @contextmanager
    def case(self) -> Iterator[None]:
        """Count one case; where it shows a known deviation, keep that and go on with the next case."""
        self.cases += 1
        try:
            yield
        except UnmetError as unmet:
            deviation = self.deviation(unmet)
            if deviation is None:
                raise
            self.deviations_seen.setdefault(deviation, unmet)

    def deviation(self, unmet: UnmetError) -> Deviation | None:
        """Find the known deviation that explains what was seen."""
        for deviation in self.session.deviations:
            if deviation.covers(self.requirement, self.capabilities.version) and deviation.explains(unmet):
                return deviation
        return None

    def known(self, requirement: str) -> bool:
        """Tell whether there is a known deviation from another requirement, by its id."""
        return any(one.covers(requirement, self.capabilities.version) for one in self.session.deviations)

    @property
    def exact(self) -> bool:
        """Whether equal requests are decoded bit by bit alike, as far as is known."""
        return self.capabilities.steady is None

    def steady(self, form: Form) -> Form:
        """Give the form as it is to be asked for answers that repeat.

        Raises:
            UnsupportedError: Decoding is not exact, and this form's answers repeat from nowhere.
        """
        steady = self.capabilities.steady
        if steady is None:
            return form
        if form.dialect not in steady.dialects:
            raise UnsupportedError(
                f"{steady.evidence}, nor do answers to {form.path} repeat from any opening"
            )
        return evolve(form, opening=steady.opening)

    def few(self, tokens: int) -> int:
        """Give how many tokens to ask for: no more than repeat."""
        return tokens if self.capabilities.steady is None else min(tokens, self.capabilities.steady.tokens)

    def steadily(self, hold: Callable[[], T]) -> T:
        """Hold something, again where decoding is not exact: a tie that falls otherwise breaks no promise."""
        for _ in range(0 if self.exact else AGAIN):
            try:
                return hold()
            except UnmetError as unmet:
                if self.deviation(unmet) is not None:
                    raise
            self.session = evolve(self.session, cache=ResponseCache(self.session.sender))
        return hold()

    def offers(self, *needs: str) -> bool:
        """Tell whether the deployment has these facts, and its document these pointers."""
        return not self.lacking(needs)

    def lacking(self, needs: Iterable[str]) -> str:
        """Say which of these facts the deployment has not, or which pointers its document; empty if none."""
        for need in needs:
            if need.startswith("#/") and not self.contract.has(need):
                return f"the document of {self.capabilities.version} does not have {need}"
            if need in self.capabilities.absent:
                return self.capabilities.absent[need]
        return ""

    def some(self, cases: Sequence[T]) -> Sequence[T]:
        """Give the cases to look at: all of them, or at level smoke the last alone."""
        return cases[-1:] if self.session.depth is Depth.SMOKE else cases

    @property
    def whole(self) -> bool:
        """Whether every case is checked here of a rule that applies to several routes."""
        return self._leads(LEADING) or self.session.depth is Depth.EXHAUSTIVE

    @property
    def first(self) -> bool:
        """Whether every case is checked here of a rule that does not depend on what a route means."""
        return self._leads(LEADING[:1]) or self.session.depth is Depth.EXHAUSTIVE

    def _leads(self, routes: tuple[str, ...]) -> bool:
        """Tell whether the requirement is about unstreamed answers of one of these routes."""
        route, _, words = self.requirement.partition(".")
        return route in routes and not words.startswith("streamed-")

    def share(self, cases: Sequence[T], count: int = 1, *, whole: bool | None = None) -> Sequence[T]:
        """Give some of the cases of a rule that applies to several routes, or all where this one is `whole`.

        The route and the run's seed decide which ones, so that the requirements of a route share their
        requests, and runs of other seeds look at other cases.
        """
        if self.whole if whole is None else whole:
            return cases
        first = crc32(self.requirement.partition(".")[0].encode()) + self.session.seed
        return [cases[(first + place) % len(cases)] for place in range(min(count, len(cases)))]

    def either(self, form: Form, name: str) -> Form:
        """Give a route's form, streamed or unstreamed by a hash of the path, the name and the seed.

        It is for how a body is read and checked, which is the same code for both: the requirements of both
        forms look at one answer. That streams refuse what is refused unstreamed is a requirement of its own.
        """
        if not form.switch or self.session.depth is Depth.EXHAUSTIVE:
            return form
        turn = crc32(f"{form.path} {name}".encode()) + self.session.seed
        return evolve(form, streamed=bool(turn % 2))

    def examples(self, standard: int) -> int:
        """Scale a number of generated examples to the depth of the run."""
        deeper = {Depth.SMOKE: min(standard, 2), Depth.EXHAUSTIVE: standard * 10}
        return deeper.get(self.session.depth, standard)
