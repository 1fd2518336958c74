"""What a check gets: a way to send requests, and what is known about the deployment."""

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
from tgi_conformance.session.retries import send_with_retries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tgi_conformance.contract.contract import Contract
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.results.deviations import Deviation
    from tgi_conformance.session.capabilities import Capabilities
    from tgi_conformance.session.session import Session

T = TypeVar("T")
RETRIES = 5
# Of a rule that applies to several routes, every case is checked on these.
LEADING = ("generate", "chat-completions")


@define
class Context:
    """What the check of one requirement works with.

    Attributes:
        requirement: Its id.
        session: The state of the run.
        cases: How many cases were checked.
        usage: What the requirement has used so far.
        last: The last exchange.
        deviations_seen: Known deviations that were seen, each with the first case that showed it.
        failures: What was unmet in each case, but for known deviations.
        failed_before: Failures that did not recur when the request was sent again, one line each.
    """

    requirement: str
    session: Session
    cases: int = 0
    usage: Usage = field(factory=Usage)
    last: Exchange | None = None
    deviations_seen: dict[Deviation, UnmetError] = field(factory=dict)
    failures: list[UnmetError] = field(factory=list)
    failed_before: list[str] = field(factory=list)

    @property
    def capabilities(self) -> Capabilities:
        """What the probes found."""
        return self.session.capabilities

    @property
    def contract(self) -> Contract:
        """What the deployment documents."""
        return self.session.contract

    def send(self, request: Request, *, authenticate: bool = True) -> Exchange:
        """Send a request, and retry if the deployment is busy; raises NoAnswerError or InconclusiveError."""
        self._raise_if_left_out(request)
        exchange = send_with_retries(self.session.sender, request, authenticate=authenticate)
        self._record(exchange)
        return exchange

    def send_once(self, request: Request, *, under_load: bool = False) -> Exchange:
        """Send a request that may be refused for overload; raises NoAnswerError.

        `under_load` says that the check sends many at a time, so that the answer may take longer.
        """
        self._raise_if_left_out(request)
        exchange = self.session.sender.send(request, under_load=under_load)
        self._record(exchange)
        return exchange

    def send_and_disconnect(self, request: Request) -> None:
        """Send a request and disconnect at the first bytes of the answer; raises NoAnswerError."""
        self.session.sender.send_and_disconnect(request)
        self.usage.requests += 1

    def leaves_out(self, request: Request) -> bool:
        """Whether --gentle leaves this request out, since it may fail requests of other clients."""
        return self.session.gentle and may_raise(request)

    def _raise_if_left_out(self, request: Request) -> None:
        if self.leaves_out(request):
            raise UnsupportedError(f"{LEFT_OUT}broken grammars")

    def _record(self, exchange: Exchange) -> None:
        self.last = exchange
        if exchange.failed_before:
            self.failed_before.append(exchange.failed_before)
        self.usage.requests += 1
        self.usage.generated_tokens += generated_tokens(exchange.response)

    def cached(self, request: Request) -> Exchange:
        """Return the answer to a request that other requirements share; raises NoAnswerError."""
        self._raise_if_left_out(request)
        exchange, sent = self.session.cache.get(request)
        self.last = exchange
        if sent:
            self._record(exchange)
        return exchange

    @contextmanager
    def case(self) -> Iterator[None]:
        """Count one case; record a failure or known deviation, and continue with the next case."""
        try:
            with self.single_case():
                yield
        except UnmetError as unmet:
            self.failures.append(unmet)

    @contextmanager
    def single_case(self) -> Iterator[None]:
        """Count one case; record a known deviation, and raise UnmetError for a failure."""
        self.cases += 1
        try:
            yield
        except UnmetError as unmet:
            deviation = self.deviation(unmet)
            if deviation is None:
                raise
            self.deviations_seen.setdefault(deviation, unmet)

    def deviation(self, unmet: UnmetError) -> Deviation | None:
        """Return the known deviation that explains what was seen, if any."""
        for deviation in self.session.deviations:
            if deviation.covers(self.requirement, self.capabilities.version) and deviation.explains(unmet):
                return deviation
        return None

    def known(self, requirement: str) -> bool:
        """Whether there is a known deviation from another requirement, given by its id."""
        return any(one.covers(requirement, self.capabilities.version) for one in self.session.deviations)

    @property
    def decoding_is_exact(self) -> bool:
        """Whether equal requests are decoded alike, bit by bit, as far as is known."""
        return self.capabilities.repeatable_opening is None

    def repeatable(self, form: Form) -> Form:
        """Return the form with the opening, if one is needed, after which its answers repeat.

        Raises:
            UnsupportedError: Decoding is not exact, and this form's answers repeat after no opening.
        """
        found = self.capabilities.repeatable_opening
        if found is None:
            return form
        if form.dialect not in found.dialects:
            raise UnsupportedError(
                f"{found.evidence}, and answers to {form.path} repeat after none of the openings tried"
            )
        return evolve(form, opening=found.opening)

    def repeatable_tokens(self, tokens: int) -> int:
        """Limit a number of tokens to those that repeat."""
        return (
            tokens
            if self.capabilities.repeatable_opening is None
            else min(tokens, self.capabilities.repeatable_opening.tokens)
        )

    def retry_if_inexact(self, check: Callable[[], T]) -> T:
        """Call `check`, and again if it fails and decoding is not exact: a tie may be decided differently."""
        for _ in range(0 if self.decoding_is_exact else RETRIES):
            try:
                return check()
            except UnmetError as unmet:
                if self.deviation(unmet) is not None:
                    raise
            self.session = evolve(self.session, cache=ResponseCache(self.session.sender))
        return check()

    @property
    def beyond_tgi(self) -> bool:
        """Whether this requirement is checked as servers keep it that are no TGI."""
        return self.requirement in self.session.beyond_tgi

    @property
    def is_foreign(self) -> bool:
        """Whether it is checked so, and the deployment serves no document of TGI."""
        return self.beyond_tgi and not self.session.served.release

    def offers(self, *needs: str) -> bool:
        """Whether the deployment has these capabilities, and its document these pointers."""
        return not self.lacking(needs)

    def lacking(self, needs: Iterable[str]) -> str:
        """Name the first capability or pointer that the deployment lacks, with evidence; empty if none."""
        for need in needs:
            if need.startswith("#/") and not self.contract.has(need):
                return f"the document of {self.capabilities.version} does not have {need}"
            if need in self.capabilities.absent:
                return self.capabilities.absent[need]
        return ""

    def for_depth(self, cases: Sequence[T]) -> Sequence[T]:
        """Return the cases to check: all of them, or only the last at depth smoke."""
        return cases[-1:] if self.session.depth is Depth.SMOKE else cases

    @property
    def checks_every_case(self) -> bool:
        """Whether this requirement checks every case of a rule that applies to several routes."""
        return self._leads(LEADING) or self.session.depth is Depth.EXHAUSTIVE

    @property
    def checks_every_generic_case(self) -> bool:
        """Whether this requirement checks every case of a rule that is the same for all routes."""
        return self._leads(LEADING[:1]) or self.session.depth is Depth.EXHAUSTIVE

    def _leads(self, routes: tuple[str, ...]) -> bool:
        """Whether the requirement is about unstreamed answers of one of these routes."""
        route, _, words = self.requirement.partition(".")
        return route in routes and not words.startswith("streamed-")

    def sample(self, cases: Sequence[T], count: int = 1, *, every: bool | None = None) -> Sequence[T]:
        """Choose some cases of a rule that applies to several routes, or all of them if `every` is true.

        The route and the run's seed decide which ones, so that the requirements of a route share their
        requests, and runs with other seeds check other cases. By default a leading route checks all.
        """
        if self.checks_every_case if every is None else every:
            return cases
        first = crc32(self.requirement.partition(".")[0].encode()) + self.session.seed
        return [cases[(first + place) % len(cases)] for place in range(min(count, len(cases)))]

    def one_form(self, form: Form, name: str) -> Form:
        """Choose a route's streamed or unstreamed form by a hash of the path, the name and the seed.

        A server reads and validates the bodies of both with the same code, so the requirements of both forms
        share one answer. That a stream refuses what is refused unstreamed is a requirement of its own.
        """
        if not form.switch or self.session.depth is Depth.EXHAUSTIVE:
            return form
        choice = crc32(f"{form.path} {name}".encode()) + self.session.seed
        return evolve(form, streamed=bool(choice % 2))

    def examples(self, standard: int) -> int:
        """Scale a number of generated examples to the depth of the run."""
        deeper = {Depth.SMOKE: min(standard, 2), Depth.EXHAUSTIVE: standard * 10}
        return deeper.get(self.session.depth, standard)
