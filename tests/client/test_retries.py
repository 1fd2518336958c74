"""Retries: none by default, and then as far as a policy and the method of a request allow."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.client.wire import WAIT, Exchange, events, final_event, serving, token_event

from tgi_client import Client
from tgi_client.api.text_generation_inference import generate, generate_stream, get_model_info
from tgi_client.errors import AnswerError, StreamError
from tgi_client.retries import FailedAttempt, Retries

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = {"inputs": "x"}
INFO = (
    b'{"docker_label":null,"max_best_of":1,"max_client_batch_size":1,"max_concurrent_requests":1,'
    b'"max_input_tokens":1,"max_stop_sequences":1,"max_total_tokens":1,"model_id":"m","router":"r",'
    b'"validation_workers":1,"version":"v"}'
)


def quick(**options: Any) -> Retries:
    """Give a policy that does not wait long."""
    return Retries(**{"backoff": 0.001, "jitter": 0.0, **options})


def answering(*statuses: int, headers: str = "") -> Callable[[Exchange], None]:
    """Answer with one status after the other, and rightly after the last."""
    pending = list(statuses)

    def script(exchange: Exchange) -> None:
        if pending:
            head = f"HTTP/1.1 {pending.pop(0)} X\r\ncontent-type: text/plain\r\n{headers}"
            exchange.send(f"{head}content-length: 4\r\n\r\nbusy".encode())
        elif "/generate_stream" in exchange.head:
            exchange.answer(200, "text/event-stream", events(token_event(1), final_event(2)))
        elif "/info" in exchange.head:
            exchange.answer(200, "application/json", INFO)
        else:
            exchange.answer(200, "application/json", b'{"generated_text":"a"}')

    return script


def call(operation: Any, client: Client) -> Any:
    if operation is get_model_info:
        return operation.sync(client=client)
    if operation is generate:
        return operation.sync(client=client, body=BODY)
    return list(operation.stream(client=client, body=BODY))


async def acall(operation: Any, client: Client) -> Any:
    if operation is get_model_info:
        return await operation.asyncio(client=client)
    if operation is generate:
        return await operation.asyncio(client=client, body=BODY)
    return [event async for event in operation.astream(client=client, body=BODY)]


def call_once(operation: Any, url: str, *, asynchronous: bool) -> Any:
    async def ask() -> Any:
        async with Client(url, retries=quick()) as client:
            return await acall(operation, client)

    if asynchronous:
        return asyncio.run(ask())
    with Client(url, retries=quick()) as client:
        return call(operation, client)


@pytest.mark.parametrize("operation", [generate, generate_stream, get_model_info])
def test_nothing_is_tried_again_by_default(operation: Any) -> None:
    with serving(answering(503)) as wire, Client(wire.url) as client, pytest.raises(AnswerError):
        call(operation, client)
    assert 1 == len(wire.exchanges)


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("operation", "statuses", "attempts"),
    [
        (generate, (429, 503), 3),
        (generate_stream, (503, 429), 3),
        (get_model_info, (502, 504), 3),
        (generate, (502,), 1),
        (generate_stream, (504,), 1),
        (generate, (500,), 1),
        (get_model_info, (500,), 1),
        (get_model_info, (503,) * 9, 3),
    ],
)
def test_statuses_are_tried_again_as_the_method_allows(
    operation: Any, statuses: tuple[int, ...], attempts: int, asynchronous: bool
) -> None:
    with serving(answering(*statuses)) as wire:
        try:
            call_once(operation, wire.url, asynchronous=asynchronous)
            failed = None
        except AnswerError as error:
            failed = error.status_code
    assert attempts == len(wire.exchanges)
    assert (statuses[attempts - 1] if attempts <= len(statuses) else None) == failed


def test_a_callback_is_told_of_each_failure() -> None:
    told: list[FailedAttempt] = []
    policy = quick(callback=told.append, backoff=0.01)
    with serving(answering(429, 503)) as wire, Client(wire.url, retries=policy) as client:
        call(generate, client)
    assert [("generate", 1, 429, None), ("generate", 2, 503, None)] == [
        (item.operation, item.number, item.status_code, item.error) for item in told
    ]
    assert [0.01, 0.02] == [item.wait for item in told]


@pytest.mark.parametrize(
    ("told", "options", "waits"),
    [
        ("0", {}, [0.0]),
        ("1", {"respect_retry_after": False}, [0.001]),
        ("3600", {}, []),
        ("61", {}, []),
        ("nonsense", {}, [0.001]),
    ],
)
def test_retry_after_is_waited_for_or_ends_it(told: str, options: dict[str, Any], waits: list[float]) -> None:
    failures: list[FailedAttempt] = []
    policy = quick(callback=failures.append, **options)
    script = answering(429, headers=f"retry-after: {told}\r\n")
    with serving(script) as wire, Client(wire.url, retries=policy) as client:
        try:
            call(generate, client)
        except AnswerError as error:
            assert 429 == error.status_code  # noqa: PT017 (not each row raises)
    assert waits == [item.wait for item in failures]
    assert 1 + len(waits) == len(wire.exchanges)


def test_jitter_is_added_to_each_wait() -> None:
    failures: list[FailedAttempt] = []
    policy = Retries(backoff=0.0, jitter=0.01, callback=failures.append, attempts=6)
    with serving(answering(*[503] * 5)) as wire, Client(wire.url, retries=policy) as client:
        call(generate, client)
    waits = [item.wait for item in failures]
    assert all(0 <= wait <= 0.01 for wait in waits)
    assert len(set(waits)) > 1


def test_a_connection_that_is_not_made_is_tried_again() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    told: list[FailedAttempt] = []
    with Client(url, retries=quick(callback=told.append)) as client:
        with pytest.raises(httpx.ConnectError, match=r"^generate: "):
            call(generate, client)
        with pytest.raises(httpx.ConnectError, match=r"^generate_stream: "):
            call(generate_stream, client)
    assert [("generate", 1), ("generate", 2), ("generate_stream", 1), ("generate_stream", 2)] == [
        (item.operation, item.number) for item in told
    ]
    assert {httpx.ConnectError} == {type(item.error) for item in told}


@pytest.mark.parametrize(
    ("operation", "attempts"), [(generate, 1), (generate_stream, 1), (get_model_info, 3)]
)
def test_a_connection_that_breaks_is_tried_again_only_where_that_is_safe(
    operation: Any, attempts: int
) -> None:
    def script(exchange: Exchange) -> None:
        exchange.connection.shutdown(socket.SHUT_RDWR)

    with (
        serving(script) as wire,
        Client(wire.url, retries=quick()) as client,
        pytest.raises(httpx.TransportError),
    ):
        call(operation, client)
    assert attempts == len(wire.exchanges)


def test_a_read_timeout_of_a_post_is_not_tried_again() -> None:
    timeout = httpx.Timeout(WAIT, read=0.05)
    script = lambda exchange: exchange.connection.recv(1)  # noqa: E731
    with (
        serving(script) as wire,
        Client(wire.url, retries=quick(), timeout=timeout) as client,
        pytest.raises(httpx.ReadTimeout, match=r"^generate: read timeout"),
    ):
        call(generate, client)
    assert 1 == len(wire.exchanges)


FAILURE = '{"error":"Model is overloaded","error_type":"overloaded"}'


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("data", [[FAILURE], [token_event(1), FAILURE], [token_event(1)], []])
def test_a_stream_is_not_tried_again_once_it_began(data: list[str], asynchronous: bool) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.chunk(events(*data) or b": nothing\n\n")
        exchange.connection.shutdown(socket.SHUT_RDWR)

    with serving(script) as wire, pytest.raises((StreamError, httpx.TransportError)):
        call_once(generate_stream, wire.url, asynchronous=asynchronous)
    assert 1 == len(wire.exchanges)


def test_a_connection_of_an_answer_that_is_tried_again_is_not_kept_open() -> None:
    with serving(answering(503, 503)) as wire:
        http = httpx.Client(limits=httpx.Limits(max_connections=1), timeout=httpx.Timeout(WAIT, pool=0.5))
        with http:
            client = Client(wire.url, httpx_client=http, retries=quick())
            assert 2 == len(call(generate_stream, client))


def test_threads_may_share_a_policy() -> None:
    policy, found = quick(attempts=5), []  # more than there are refusals, whoever gets them
    with serving(answering(*[503] * 4)) as wire, Client(wire.url, retries=policy) as client:
        work = [threading.Thread(target=lambda: found.append(call(generate, client))) for _ in range(2)]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join(WAIT)
    assert 2 == len(found)
    assert 6 == len(wire.exchanges)


@pytest.mark.parametrize(
    "options", [{"attempts": 0}, {"backoff": -1}, {"jitter": -0.1}, {"longest_wait": -1}]
)
def test_a_policy_that_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected at least"):
        Retries(**options)


def test_without_tenacity_a_policy_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tgi_client.retries.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="the extra `retries`"):
        Retries()
