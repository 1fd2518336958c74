"""What the users of one process saw: counts, durations, and an example of each broken promise.

A process sends what came since the last time; whoever leads the run adds it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, field, frozen

from tgi_conformance.http.exchange import Exchange, Request, Response
from tgi_conformance.load.checks import seen
from tgi_conformance.load.histogram import Histogram
from tgi_conformance.load.promises import ROOM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.load.checks import Judged, Violation

LARGEST_EXAMPLE = 64 * 1024  # bytes of a body
SHORTEST = 0.001  # seconds
DURATIONS = ("first", "between", "whole", "pace")


@frozen
class Timing:
    """When an answer came, in seconds after its request.

    Attributes:
        events: When each event of a stream was complete; empty for an unstreamed answer.
        whole: When its last byte came.
    """

    whole: float
    events: tuple[float, ...] = ()


@frozen
class Example:
    """The first answer of a process that breaks a promise; no exchange if nothing was answered."""

    expected: str
    actual: str
    request: Request
    response: Response | None = None

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
        late: How many of the failed ones took too long.
        broken: How many answers broke each promise, by its slug.
        examples: The first of them, and the first refusal, which breaks a promise if there was room.
        held: Seconds that slots of the deployment were held, at least: from the first to the last event of
            each stream, and as long as an unstreamed answer says that it took.
        durations: Of streams: seconds to the first event, between two events, tokens a second; and of all the
            seconds to the end.
    """

    answered: int = 0
    refused: int = 0
    failed: int = 0
    late: int = 0
    tokens: int = 0
    held: float = 0.0
    broken: dict[str, int] = field(factory=dict)
    examples: dict[str, Example] = field(factory=dict)
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
            example = Example("an answer", seen(exchange.response), exchange.request, exchange.response)
            self.examples.setdefault(ROOM.slug, example)
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
        slug = violation.promise.slug
        self.broken[slug] = self.broken.get(slug, 0) + 1
        if slug not in self.examples:
            self.examples[slug] = Example(violation.expected, violation.actual, request, response)

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
            "broken": self.broken,
            "examples": {slug: example.wire() for slug, example in self.examples.items()},
            "durations": {name: histogram.counts for name, histogram in self.durations.items()},
        }

    def merge(self, wire: Mapping[str, Any]) -> None:
        """Add what another process wrote with `wire`."""
        for name in SUMMED:
            setattr(self, name, getattr(self, name) + wire[name])
        for slug, count in wire["broken"].items():
            self.broken[slug] = self.broken.get(slug, 0) + count
        for slug, example in wire["examples"].items():
            self.examples.setdefault(slug, Example.of(example))
        for name, counts in wire["durations"].items():
            self.durations[name].merge(counts)


SUMMED = ("answered", "refused", "failed", "late", "tokens", "held")


def _held(response: Response, timing: Timing) -> float:
    if timing.events:
        return timing.events[-1] - timing.events[0]
    took = response.headers.get("x-total-time", "")
    return int(took[:9]) / 1000 if took.isascii() and took.isdigit() else 0.0


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
