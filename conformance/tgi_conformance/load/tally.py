"""What the users of one process saw: counts, durations, and an example of each broken promise.

A process sends what came since the last time; whoever leads the run adds it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, field, frozen

from tgi_conformance.http.exchange import Exchange, Request, Response
from tgi_conformance.load.checks import Violation, seen
from tgi_conformance.load.histogram import Histogram
from tgi_conformance.requirements._under_load import ROOM
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.load.checks import Judged

LARGEST_EXAMPLE = 64 * 1024  # bytes of a body
MOST_KINDS = 8  # in which answers of a form break one promise; more are counted with the last
SHORTEST = 0.001  # seconds
DURATIONS = ("first", "between", "whole", "pace")


@frozen
class Timing:
    """When an answer came, in seconds after its request.

    Attributes:
        events: When each event of a stream was complete; empty for an unstreamed answer.
        whole: When its last byte came.
        overtime: For how many of the seconds the load was over.
    """

    whole: float
    events: tuple[float, ...] = ()
    overtime: float = 0.0


@frozen
class Example:
    """An answer that breaks a promise; no response if nothing was answered."""

    expected: str
    actual: str
    request: Request
    response: Response | None = None

    @property
    def unmet(self) -> UnmetError:
        """The same as a requirement's check would raise it, for its symptom and known deviations."""
        exchange = None if self.response is None else Exchange(self.request, self.response)
        return UnmetError(self.expected, self.actual, exchange, request=self.request)

    def wire(self) -> dict[str, Any]:
        """Write it for a message."""
        answered = None if self.response is None else response_wire(self.response)
        return {
            "expected": self.expected,
            "actual": self.actual,
            "request": request_wire(self.request),
            "response": answered,
        }

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> Example:
        """Read what `wire` wrote."""
        response = wire["response"]
        return cls(
            wire["expected"],
            wire["actual"],
            request_of(wire["request"]),
            None if response is None else response_of(response),
        )


@define
class Kind:
    """How often a promise was broken in one way, which is told by its symptom, and the first answer."""

    example: Example
    count: int = 0


def request_wire(request: Request) -> list[Any]:
    """Write a request for a message."""
    return [request.method, request.path, [list(pair) for pair in request.headers], request.content]


def request_of(wire: list[Any]) -> Request:
    """Read what `request_wire` wrote."""
    method, path, headers, content = wire
    return Request(method, path, tuple((name, value) for name, value in headers), content)


def response_wire(response: Response) -> list[Any]:
    """Write a response for a message, its body cut to a limited size."""
    headers = [list(pair) for pair in response.headers.multi_items()]
    return [response.status, headers, response.body[:LARGEST_EXAMPLE], response.seconds]


def response_of(wire: list[Any]) -> Response:
    """Read what `response_wire` wrote."""
    status, headers, body, seconds = wire
    return Response(status, httpx.Headers([(name, value) for name, value in headers]), body, seconds)


@define
class RouteTally:
    """What the users of one form saw.

    Attributes:
        answered, refused, failed: How many requests were answered, refused for overload, and neither.
        tokens: How many tokens were generated for them.
        broken: The answers that broke each promise, by its slug and their symptom. A refusal by a router
            breaks ROOM, if there was room.
        held: Seconds of the load that slots of the deployment were held, at least: from the first to the last
            event of each stream, and as long as an unstreamed answer says that it took.
        durations: Of streams: seconds to the first event, between two events, tokens a second; and of all the
            seconds to the end.
    """

    answered: int = 0
    refused: int = 0
    failed: int = 0
    tokens: int = 0
    held: float = 0.0
    broken: dict[str, dict[str, Kind]] = field(factory=dict)
    durations: dict[str, Histogram] = field(factory=lambda: {name: Histogram() for name in DURATIONS})

    @property
    def asked(self) -> int:
        """How many requests came to an end."""
        return self.answered + self.refused + self.failed

    def record(self, judged: Judged, exchange: Exchange, timing: Timing) -> None:
        """Record an answer."""
        for violation in judged.violations:
            self.violate(violation, exchange.request, exchange.response)
        if judged.refused:
            self.refused += 1
            if judged.by_router:
                refusal = Violation(ROOM, "an answer", seen(exchange.response))
                self.violate(refusal, exchange.request, exchange.response)
            return
        if any(violation.promise.tolerated for violation in judged.violations):
            self.failed += 1
            return
        self.answered += 1
        self.tokens += judged.tokens
        self.held += _held(exchange.response, timing)
        self._time(judged.tokens, timing)

    def violate(self, violation: Violation, request: Request, response: Response | None = None) -> None:
        """Record what an answer breaks."""
        example = Example(violation.expected, violation.actual, request, response)
        self._count(violation.promise.slug, example.unmet.symptom, example)

    def _count(self, slug: str, symptom: str, example: Example, count: int = 1) -> None:
        kinds = self.broken.setdefault(slug, {})
        if symptom not in kinds and len(kinds) == MOST_KINDS:
            symptom = next(reversed(kinds))
        kinds.setdefault(symptom, Kind(example)).count += count

    def _time(self, tokens: int, timing: Timing) -> None:
        self.durations["whole"].add_seconds(timing.whole)
        if not timing.events:
            if timing.whole > 0:
                self.durations["pace"].add(tokens / timing.whole)
            return
        self.durations["first"].add_seconds(timing.events[0])
        between = self.durations["between"]
        for before, after in zip(timing.events, timing.events[1:], strict=False):
            between.add_seconds(after - before)
        took = timing.events[-1] - timing.events[0]
        if took >= SHORTEST:  # of events that came together, nobody can tell the pace
            self.durations["pace"].add((tokens - 1) / took)

    def wire(self) -> dict[str, Any]:
        """Write it for a message."""
        return {
            **{name: getattr(self, name) for name in SUMMED},
            "broken": {
                slug: {symptom: [kind.count, kind.example.wire()] for symptom, kind in kinds.items()}
                for slug, kinds in self.broken.items()
            },
            "durations": {name: histogram.counts for name, histogram in self.durations.items()},
        }

    def merge(self, wire: Mapping[str, Any]) -> None:
        """Add what another process wrote with `wire`."""
        for name in SUMMED:
            setattr(self, name, getattr(self, name) + wire[name])
        for slug, kinds in wire["broken"].items():
            for symptom, (count, example) in kinds.items():
                self._count(slug, symptom, Example.of(example), count)
        for name, counts in wire["durations"].items():
            self.durations[name].merge(counts)


SUMMED = ("answered", "refused", "failed", "tokens", "held")


def _held(response: Response, timing: Timing) -> float:
    if timing.events:
        seconds = timing.events[-1] - timing.events[0]
    else:
        took = response.headers.get("x-total-time", "")
        seconds = int(took[:9]) / 1000 if took.isascii() and took.isdigit() else 0.0
    return max(seconds - timing.overtime, 0.0)


@define
class Tally:
    """What the users of a process saw, by the label of their form, and how the process itself fared.

    Attributes:
        routes: Of each form, by its label, and of `health`.
        lateness: By how much the process was late to do what was due, in microseconds.
        processor: Processor time that it used, in seconds.
        seconds: How long that took.
    """

    routes: dict[str, RouteTally] = field(factory=dict)
    lateness: Histogram = field(factory=Histogram)
    processor: float = 0.0
    seconds: float = 0.0

    def of(self, label: str) -> RouteTally:
        """Return the tally of a form, or of `health`."""
        return self.routes.setdefault(label, RouteTally())

    def wire(self) -> dict[str, Any]:
        """Write it for a message."""
        return {
            "routes": {label: route.wire() for label, route in self.routes.items()},
            "lateness": self.lateness.counts,
            "processor": self.processor,
            "seconds": self.seconds,
        }

    def merge(self, wire: Mapping[str, Any]) -> None:
        """Add what a process wrote with `wire`."""
        for label, route in wire["routes"].items():
            self.of(label).merge(route)
        self.lateness.merge(wire["lateness"])
        self.processor += wire["processor"]
        self.seconds += wire["seconds"]
