"""The search with generated data finds failures, shrinks them, sends nothing twice and ends in time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from tests.conformance.factories import make_session
from tests.conformance.hostile import answer, hostile

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.contract.generation import PIXEL, TOKENS, cases, cheap, request_of
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.exchange import Exchange, NoAnswerError
from tgi_conformance.http.target import Target
from tgi_conformance.protocol.forms import post
from tgi_conformance.requirements._exploring import REQUESTS_TO_SHRINK, explore
from tgi_conformance.results.deviations import parse_deviations
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import InconclusiveError, UnmetError
from tgi_conformance.session.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.hostile import Connection, Handler

NUMBERS = st.integers(0, 10_000)


def serving(fault: Callable[[Any], bytes | None], bodies: list[Any]) -> Handler:
    """Answer 200 with {}; where the fault has bytes for a body, those, and where it has none, never."""

    def handler(connection: Connection) -> None:
        while data := connection.request():
            body = json.loads(data.partition(b"\r\n\r\n")[2])
            bodies.append(body)
            answered = fault(body)
            if answered is None:
                connection.over.wait(30)
                return
            connection.send(answered)

    return handler


def search(
    fault: Callable[[Any], bytes | None], *, examples: int = 60, **session: Any
) -> tuple[Context, list[Any], UnmetError | NoAnswerError | None]:
    bodies: list[Any] = []
    with hostile(serving(fault, bodies)) as server:
        made = make_session(Target(server.url), Bounds(request_seconds=0.5), **session)
        context = Context("info.says-so", made)

        def check(_: int, exchange: Exchange) -> None:
            if exchange.response.status != 200:
                raise UnmetError("200", exchange.response.status, exchange)

        try:
            explore(context, NUMBERS, lambda n: post("/", {"n": n}), check, examples=examples)
        except (UnmetError, NoAnswerError) as error:
            return context, bodies, error
    return context, bodies, None


FINE = answer(b"{}")
BROKEN = answer(b"{}", b"HTTP/1.1 400 Oops\r\n")  # which is not asked for again, as a server error is


def test_a_failure_is_found_and_shrunk() -> None:
    _, bodies, error = search(lambda body: BROKEN if body["n"] >= 100 else FINE)

    assert isinstance(error, UnmetError)
    assert error.request
    assert {"n": 100} == error.request.json
    assert len(bodies) <= 60 + REQUESTS_TO_SHRINK


def test_no_request_is_sent_twice() -> None:
    for fault in (lambda _: FINE, lambda body: BROKEN if body["n"] >= 100 else FINE):
        _, bodies, _ = search(fault)
        sent = [body["n"] for body in bodies]

        assert len(set(sent)) == len(sent)


def test_nothing_is_found_if_nothing_is_broken() -> None:
    context, bodies, error = search(lambda _: FINE)

    assert error is None
    assert len(bodies) > 40
    assert context.cases >= len(bodies)
    assert len(bodies) == context.usage.requests


def test_a_failure_that_occurs_once_is_reported() -> None:
    seen: list[int] = []

    def once(body: Any) -> bytes:
        seen.append(body["n"])
        return BROKEN if len(seen) == 7 else FINE

    _, _, error = search(once)

    assert isinstance(error, UnmetError)


def test_a_request_that_hangs_ends_the_search() -> None:
    _, bodies, error = search(lambda body: None if body["n"] >= 100 else FINE)

    assert isinstance(error, NoAnswerError)
    assert "timeout" == error.kind
    assert 1 == sum(body["n"] >= 100 for body in bodies)
    assert {"n": bodies[-1]["n"]} == error.request.json


def test_a_server_that_stays_overloaded_ends_the_search() -> None:
    busy = answer(b"", b"HTTP/1.1 429 Later\r\nRetry-After: 0\r\n")
    with pytest.raises(InconclusiveError):
        search(lambda body: busy if body["n"] > 5 else FINE)


def test_shrinking_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tgi_conformance.requirements._exploring.SECONDS_TO_SHRINK", 0.0)
    context, bodies, error = search(lambda body: BROKEN if body["n"] > 5 else FINE)

    assert isinstance(error, UnmetError)
    assert [body["n"] > 5 for body in bodies][:-1].count(True) <= 1
    assert context.usage.requests == len(bodies)


def test_known_deviations_do_not_end_the_search() -> None:
    known = parse_deviations(
        """
        - requirement: info.says-so
          instead: fails on small numbers
          versions: ">=1.0"
          evidence: somewhere
          seen:
            properties:
              request: {properties: {body: {properties: {n: {maximum: 500}}}}}
              status: {const: 400}
            required: [status]
        """,
        "here",
    )
    context, _, error = search(lambda _: BROKEN, deviations=known)
    alone, _, none = search(lambda body: BROKEN if body["n"] <= 500 else FINE, deviations=known)

    assert isinstance(error, UnmetError)
    assert error.request
    assert {"n": 501} == error.request.json
    assert none is None
    assert set(known) == set(alone.deviations_seen) == set(context.deviations_seen)


def test_the_seed_decides_what_is_sent() -> None:
    first, again, other = (search(lambda _: FINE, examples=15, seed=seed)[1] for seed in (1, 1, 2))

    assert first == again
    assert first != other


@pytest.mark.parametrize(("depth", "most"), [(Depth.SMOKE, 2), (Depth.STANDARD, 20), (Depth.EXHAUSTIVE, 200)])
def test_the_depth_decides_how_much_is_sent(depth: Depth, most: int) -> None:
    _, bodies, _ = search(lambda _: FINE, examples=20, depth=depth)

    assert most // 4 <= len(bodies) <= most  # equal bodies are sent once


def test_no_generated_text_contains_a_url() -> None:
    body = {"inputs": "![](http://a.test/b)", "https://c": ["see https://d", {"url": "http://e"}], "n": 5}

    cleaned = cheap(body)

    assert {"details": True, "max_new_tokens": TOKENS} == cleaned.pop("parameters")
    assert {"inputs": "![](a.test/b)", "c": ["see d", {"url": PIXEL}], "n": 2} == cleaned
    assert "see f" == cheap("see http://f")


GENERATION = [f"POST {path}" for path in ("/", "/generate", "/v1/chat/completions", "/invocations")]


@pytest.mark.parametrize("negative", [False, True], ids=["positive", "negative"])
@pytest.mark.parametrize("name", GENERATION)
def test_generated_requests_ask_for_few_tokens(name: str, *, negative: bool) -> None:
    operation = pinned_contract().operations[name]
    sent: list[Any] = []

    def answered(data: bytes) -> None:
        try:
            sent.append(json.loads(data))
        except ValueError:
            sent.append(None)

    def handler(connection: Connection) -> None:
        while data := connection.request():
            answered(data.partition(b"\r\n\r\n")[2])
            connection.send(FINE)

    with hostile(handler) as server:
        context = Context("info.says-so", make_session(Target(server.url)))
        strategy = cases(context.contract, operation, negative=negative)
        explore(context, strategy, request_of, lambda _case, _exchange: None, examples=15)

    assert sent
    assert [] == [body for body in sent if most_tokens(body) > TOKENS]
    assert [] == [body for body in sent if "http://" in json.dumps(body) or "https://" in json.dumps(body)]


def most_tokens(body: Any) -> float:
    """Say how many tokens a server would generate for a body, infinity where it sets no limit."""
    if not isinstance(body, dict):
        return 0 if not isinstance(body, list) or not body else float("inf")
    parameters = body.get("parameters")
    limits = [body.get("max_tokens")] if {"messages", "prompt"} & set(body) else []
    if "inputs" in body and isinstance(parameters, dict):
        limits.append(parameters.get("max_new_tokens"))
    if "inputs" in body and (parameters is None or isinstance(parameters, list)):
        return float("inf")
    # A limit of another type is refused, and costs nothing.
    return max((_number(limit) for limit in limits), default=0)


def _number(limit: Any) -> float:
    if limit is None:
        return float("inf")
    return float(limit) if isinstance(limit, (int, float)) and not isinstance(limit, bool) else 0
