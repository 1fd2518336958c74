"""Events that come one by one are no bursts, however fast; events that are sent several at a time are."""

from __future__ import annotations

import json
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tgi_conformance.http.exchange import Exchange, Request, Response
from tgi_conformance.protocol.forms import GENERATE_STREAM
from tgi_conformance.requirements.delivery import events_do_not_come_in_bursts
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tgi_conformance.session.context import Context

EVENTS = 24
A_BIT_FASTER_THAN_TOLD_APART = 0.0045  # seconds a token: about 220 tokens a second


class Clock:
    """A context that answers with a stream whose events come after the given pauses."""

    def __init__(self, pauses: Iterable[float]) -> None:
        self.moments = list(accumulate(chain([0.1], pauses)))

    def send(self, request: Request) -> Exchange:
        token = {"id": 1, "text": "a", "logprob": -1.0, "special": False}
        numbers = range(1, EVENTS + 1)
        body: list[dict[str, Any]] = [{"index": n, "token": token, "generated_text": None} for n in numbers]
        body[-1]["generated_text"] = "a" * EVENTS
        events = [f"data: {json.dumps(one)}\n\n".encode() for one in body]
        sizes = accumulate(map(len, events))
        headers = httpx.Headers({"content-type": "text/event-stream"})
        arrivals = tuple(zip(sizes, self.moments, strict=True))
        response = Response(200, headers, b"".join(events), self.moments[-1], self.moments[0], arrivals)
        return Exchange(request, response)


def _judge(pauses: Sequence[float]) -> None:
    context: Any = Clock(pauses)
    judged: Context = context
    events_do_not_come_in_bursts(judged, GENERATE_STREAM)


@pytest.mark.parametrize("stalls", [1, 2, 4])
def test_a_fast_stream_with_a_few_longer_pauses_is_no_burst(stalls: int) -> None:
    fast = [A_BIT_FASTER_THAN_TOLD_APART] * (EVENTS - 1 - stalls)

    _judge([*fast, *[0.04 / stalls] * stalls])


@pytest.mark.parametrize("token", [0.01, 0.02, 0.1])
@pytest.mark.parametrize("together", [6, 8, 12])
def test_events_sent_several_at_a_time_are_bursts(together: int, token: float) -> None:
    pauses = [token * together if n % together == 0 else token / 50 for n in range(1, EVENTS)]

    with pytest.raises(UnmetError):
        _judge(pauses)
