"""How long to wait for an answer, so that a deployment that hangs does not use up the run's time.

At first a request has as long as the run's bounds allow. Later the pace of earlier answers limits the wait.
After two timeouts of one kind (route, streamed or not) and no answer, requests of this kind are not sent.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.protocol.forms import member

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request

Key = tuple[str, str, bool]

TIMEOUTS = 2  # of one kind, after which requests of this kind are given up
SHORTEST = 15.0  # seconds that every answer may take at first
# After so many seconds of timeouts in the whole run, an answer may take only so many seconds.
IMPATIENT = ((60.0, 1.0), (30.0, 3.0))
SLOWER = 10  # times the slowest answer so far
SLOWER_WHEN_IMPATIENT = 3
PACES = 5  # times what its tokens would take at the slowest pace so far
COUNTING = ("/tokenize", "/chat_tokenize")
UNLIMITED = 500  # tokens to expect if a request states no limit
LARGE = 16_384  # bytes of a body whose answer may take as long as the bounds allow


@define
class Hangs:
    """How long answers took, and which requests timed out. Safe to use from several threads."""

    _timeouts: Counter[Key] = field(factory=Counter, init=False)
    _answered: set[Key] = field(factory=set, init=False)
    _given_up: Counter[str] = field(factory=Counter, init=False)
    _slowest: float = field(default=0.0, init=False)
    _pace: float = field(default=0.0, init=False)
    _waited: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def allowed(self, request: Request, most: float) -> float:
        """Return how many seconds a request may take, at most `most`.

        Raises:
            NoAnswerError: Requests of this kind only timed out before.
        """
        key = _key(request)
        with self._lock:
            timeouts, answered = self._timeouts[key], key in self._answered
        if timeouts >= TIMEOUTS and not answered:
            raise NoAnswerError("timeout", "not sent, since two requests of its kind timed out", request)
        shortest = next((seconds for waited, seconds in IMPATIENT if self._waited >= waited), 0.0)
        if timeouts >= TIMEOUTS:
            shortest = IMPATIENT[0][1]
        if shortest:
            return min(most, max(shortest, SLOWER_WHEN_IMPATIENT * self._slowest))
        if not self._slowest or len(request.content or b"") > LARGE:
            return most
        return min(most, max(SHORTEST, SLOWER * self._slowest, PACES * self._pace * _tokens(request)))

    def record_answer(self, exchange: Exchange, tokens: int) -> None:
        """Record how long an answer and its tokens took."""
        seconds = exchange.response.seconds
        with self._lock:
            self._answered.add(_key(exchange.request))
            self._slowest = max(self._slowest, seconds)
            if tokens:
                self._pace = max(self._pace, seconds / tokens)

    def record_timeout(self, request: Request, seconds: float) -> None:
        """Record a request that was not answered within so many seconds."""
        with self._lock:
            self._timeouts[_key(request)] += 1
            self._waited += seconds

    def give_up(self, group: str) -> None:
        """Record that a requirement of this group timed out."""
        with self._lock:
            self._given_up[group] += 1

    def has_given_up(self, group: str) -> bool:
        """Whether enough requirements of this group timed out to skip the rest."""
        return self._given_up[group] >= TIMEOUTS


def _key(request: Request) -> Key:
    return request.method, request.path, _streams(request)


def _streams(request: Request) -> bool:
    if request.content is None or len(request.content) > LARGE:
        return False
    return member(request.json, "stream") is True


def _tokens(request: Request) -> int:
    """Return how many tokens a request asks for; 0 if it generates no text."""
    if request.content is None or request.path in COUNTING:
        return 0
    body = request.json
    asked = member(body, "max_tokens"), member(body, "parameters", "max_new_tokens")
    limits = [limit for limit in asked if isinstance(limit, int) and limit > 0]
    return min([*limits, UNLIMITED])
