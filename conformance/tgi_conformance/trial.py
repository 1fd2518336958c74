"""What a requirement's check works with: the deployment, what is known of it, and the run's settings."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from zlib import crc32

from attrs import define, evolve, field, frozen

from tgi_conformance.client import Client, Price
from tgi_conformance.levels import Depth
from tgi_conformance.outcomes import UnmetError, UnsupportedError
from tgi_conformance.patience import send_patiently
from tgi_conformance.poison import may_raise
from tgi_conformance.price import generated_tokens
from tgi_conformance.report import LEFT_OUT
from tgi_conformance.requirement import LEADING
from tgi_conformance.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tgi_conformance.api import Form
    from tgi_conformance.contract import Contract
    from tgi_conformance.deviations import Deviation
    from tgi_conformance.exchange import Exchange, Request
    from tgi_conformance.probes import Facts
    from tgi_conformance.requirement import Requirement
    from tgi_conformance.served import Served

T = TypeVar("T")
AGAIN = 5  # times


@frozen
class Setting:
    """What is the same for every requirement of a run."""

    client: Client
    samples: Samples
    facts: Facts
    contract: Contract
    served: Served
    deviations: tuple[Deviation, ...]
    depth: Depth
    seed: int
    required: frozenset[str] = frozenset()
    gentle: bool = False


@define
class Trial:
    """One requirement held against one deployment."""

    requirement: Requirement
    setting: Setting
    cases: int = 0
    price: Price = field(factory=Price)
    last: Exchange | None = None
    departures: dict[Deviation, UnmetError] = field(factory=dict)
    lapses: list[str] = field(factory=list)

    @property
    def facts(self) -> Facts:
        """What the probes found."""
        return self.setting.facts

    @property
    def contract(self) -> Contract:
        """What the deployment promises."""
        return self.setting.contract

    def send(self, request: Request, *, authenticate: bool = True) -> Exchange:
        """Send a request, again where the deployment is busy; raises NoAnswerError and InconclusiveError."""
        self._spare(request)
        exchange = send_patiently(self.setting.client, request, authenticate=authenticate)
        self._pay(exchange)
        return exchange

    def send_once(self, request: Request, *, crowded: bool = False) -> Exchange:
        """Send a request that may be refused for overload, `crowded` by others; raises NoAnswerError."""
        self._spare(request)
        exchange = self.setting.client.send(request, crowded=crowded)
        self._pay(exchange)
        return exchange

    def leave(self, request: Request) -> None:
        """Send a request and leave once its answer has begun; raises NoAnswerError where none begins."""
        self.setting.client.leave(request)
        self.price.requests += 1

    def leaves_out(self, request: Request) -> bool:
        """Tell whether a gentle run does without this request, which may fail those of others."""
        return self.setting.gentle and may_raise(request)

    def _spare(self, request: Request) -> None:
        if self.leaves_out(request):
            raise UnsupportedError(f"{LEFT_OUT}broken grammars")

    def _pay(self, exchange: Exchange) -> None:
        self.last = exchange
        if exchange.lapse:
            self.lapses.append(exchange.lapse)
        self.price.requests += 1
        self.price.generated_tokens += generated_tokens(exchange.response)

    def sample(self, request: Request) -> Exchange:
        """Give the answer to a request that other requirements look at too; raises NoAnswerError."""
        self._spare(request)
        exchange, sent = self.setting.samples.get(request)
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
            self.departures.setdefault(deviation, unmet)

    def deviation(self, unmet: UnmetError) -> Deviation | None:
        """Find the known deviation that explains what was seen."""
        for deviation in self.setting.deviations:
            if deviation.covers(self.requirement.id, self.facts.version) and deviation.explains(unmet):
                return deviation
        return None

    def known(self, requirement: str) -> bool:
        """Tell whether TGI is known to depart from another requirement, by its id."""
        return any(one.covers(requirement, self.facts.version) for one in self.setting.deviations)

    @property
    def exact(self) -> bool:
        """Whether equal requests are decoded bit by bit alike, as far as is known."""
        return self.facts.steady is None

    def steady(self, form: Form) -> Form:
        """Give the form as it is to be asked for answers that repeat.

        Raises:
            UnsupportedError: Decoding is not exact, and this form's answers repeat from nowhere.
        """
        steady = self.facts.steady
        if steady is None:
            return form
        if form.dialect not in steady.dialects:
            raise UnsupportedError(
                f"{steady.evidence}, nor do answers to {form.path} repeat from any opening"
            )
        return evolve(form, opening=steady.opening)

    def few(self, tokens: int) -> int:
        """Give how many tokens to ask for: no more than repeat."""
        return tokens if self.facts.steady is None else min(tokens, self.facts.steady.tokens)

    def steadily(self, hold: Callable[[], T]) -> T:
        """Hold something, again where decoding is not exact: a tie that falls otherwise breaks no promise."""
        for _ in range(0 if self.exact else AGAIN):
            try:
                return hold()
            except UnmetError as unmet:
                if self.deviation(unmet) is not None:
                    raise
            self.setting = evolve(self.setting, samples=Samples(self.setting.client))
        return hold()

    def offers(self, *needs: str) -> bool:
        """Tell whether the deployment has these facts, and its document these pointers."""
        return not self.lacking(needs)

    def lacking(self, needs: Iterable[str]) -> str:
        """Say which of these facts the deployment has not, or which pointers its document; empty if none."""
        for need in needs:
            if need.startswith("#/") and not self.contract.has(need):
                return f"the document of {self.facts.version} does not have {need}"
            if need in self.facts.absent:
                return self.facts.absent[need]
        return ""

    def some(self, cases: Sequence[T]) -> Sequence[T]:
        """Give the cases to look at: all of them, or at level smoke the last alone."""
        return cases[-1:] if self.setting.depth is Depth.SMOKE else cases

    @property
    def whole(self) -> bool:
        """Whether every case is held here of a rule that holds on several routes."""
        return self.requirement.leads(LEADING) or self.setting.depth is Depth.EXHAUSTIVE

    @property
    def first(self) -> bool:
        """Whether every case is held here of a rule that has nothing to do with what a route means."""
        return self.requirement.leads(LEADING[:1]) or self.setting.depth is Depth.EXHAUSTIVE

    def share(self, cases: Sequence[T], count: int = 1, *, whole: bool | None = None) -> Sequence[T]:
        """Give the cases of a rule that holds on several routes: some of them, unless this one is `whole`.

        Which ones is told by the route and the run's seed, so that its requirements share their requests and
        runs of other seeds look at others.
        """
        if self.whole if whole is None else whole:
            return cases
        first = crc32(self.requirement.route.encode()) + self.setting.seed
        return [cases[(first + place) % len(cases)] for place in range(min(count, len(cases)))]

    def either(self, form: Form, name: str) -> Form:
        """Give a route's form, streamed or not as it is the turn of what is named.

        For how a body is read and checked, which is the same code: the requirements of both forms look at one
        answer. That streams refuse what is refused unstreamed is a requirement of its own.
        """
        if not form.switch or self.setting.depth is Depth.EXHAUSTIVE:
            return form
        turn = crc32(f"{form.path} {name}".encode()) + self.setting.seed
        return evolve(form, streamed=bool(turn % 2))

    def examples(self, standard: int) -> int:
        """Scale a number of generated examples to the depth of the run."""
        deeper = {Depth.SMOKE: min(standard, 2), Depth.EXHAUSTIVE: standard * 10}
        return deeper.get(self.setting.depth, standard)
