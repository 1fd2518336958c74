"""How long an answer is worth waiting for: a deployment that hangs is not waited for again and again.

At first a request has as long as the run's bounds say. Once answers have come, their pace tells what is long
for this deployment. What has not been answered in time twice, on one route and streamed or not, is not asked
for again where nothing of it was ever answered.
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

STRIKES = 2  # timeouts of one kind on a route, after which the rest of it is decided
SHORTEST = 15.0  # seconds that an answer may take where others come at once
# Seconds waited in vain altogether, after which a request has only so many seconds more.
WEARY = ((60.0, 1.0), (30.0, 3.0))
SLOWER = 10  # times as long as any answer so far
SLOWER_WHEN_WEARY = 3
PACES = 5  # times as long as its tokens would take at the slowest pace seen
COUNTING = ("/tokenize", "/chat_tokenize")
UNLIMITED = 500  # tokens that are reckoned with where a request names no limit
LARGE = 16_384  # bytes of a body that may take as long as the bounds allow


@define
class Hangs:
    """What was answered in which time, and what was not. Safe to use from several threads."""

    _strikes: Counter[Key] = field(factory=Counter, init=False)
    _answered: set[Key] = field(factory=set, init=False)
    _given_up: Counter[str] = field(factory=Counter, init=False)
    _slowest: float = field(default=0.0, init=False)
    _pace: float = field(default=0.0, init=False)
    _waited: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def allowed(self, request: Request, most: float) -> float:
        """Give the seconds that a request may take, `most` at the most.

        Raises:
            NoAnswerError: Requests of its kind were never answered, and are not waited for again.
        """
        key = _key(request)
        with self._lock:
            strikes, answered = self._strikes[key], key in self._answered
        if strikes >= STRIKES and not answered:
            raise NoAnswerError("timeout", "no answer in time, as twice before", request)
        shortest = next((seconds for waited, seconds in WEARY if self._waited >= waited), 0.0)
        if strikes >= STRIKES:
            shortest = WEARY[0][1]
        if shortest:
            return min(most, max(shortest, SLOWER_WHEN_WEARY * self._slowest))
        if not self._slowest or len(request.content or b"") > LARGE:
            return most
        return min(most, max(SHORTEST, SLOWER * self._slowest, PACES * self._pace * _tokens(request)))

    def answered(self, exchange: Exchange, tokens: int) -> None:
        """Take note of an answer and of the tokens in it."""
        seconds = exchange.response.seconds
        with self._lock:
            self._answered.add(_key(exchange.request))
            self._slowest = max(self._slowest, seconds)
            if tokens:
                self._pace = max(self._pace, seconds / tokens)

    def missed(self, request: Request, seconds: float) -> None:
        """Take note of a request that was not answered within so many seconds."""
        with self._lock:
            self._strikes[_key(request)] += 1
            self._waited += seconds

    def give_up(self, group: str) -> None:
        """Take note of a requirement of this group that met no answer in time."""
        with self._lock:
            self._given_up[group] += 1

    def has_given_up(self, group: str) -> bool:
        """Tell whether requirements of this group met no answer in time often enough."""
        return self._given_up[group] >= STRIKES


def _key(request: Request) -> Key:
    return request.method, request.path, _streams(request)


def _streams(request: Request) -> bool:
    if request.content is None or len(request.content) > LARGE:
        return False
    return member(request.json, "stream") is True


def _tokens(request: Request) -> int:
    """Give how many tokens a request asks for; none where it asks for no text."""
    if request.content is None or request.path in COUNTING:
        return 0
    body = request.json
    asked = member(body, "max_tokens"), member(body, "parameters", "max_new_tokens")
    limits = [limit for limit in asked if isinstance(limit, int) and limit > 0]
    return min([*limits, UNLIMITED])
