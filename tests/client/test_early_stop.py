"""A stream that is left stops the generation: the reference server's own metric shows it."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.client.wire import WAIT

from tgi_client import Client
from tgi_client.api.text_generation_inference import generate_stream, metrics
from tgi_client.models import GenerateParameters, GenerateRequest
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

LATENCY = 0.05
TOKENS = 1000
BODY = GenerateRequest(inputs="What is Deep Learning?", parameters=GenerateParameters(max_new_tokens=TOKENS))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server that would work on the stream of these tests for 50 seconds."""
    with running(Settings(token_latency=LATENCY)) as server:
        yield server.url


def batch_size(url: str) -> float:
    with Client(url) as client:
        found = re.search(r"^tgi_batch_current_size (\S+)$", str(metrics.sync(client=client)), re.MULTILINE)
    assert found is not None
    return float(found[1])


def assert_that_generation_stops(url: str) -> None:
    deadline = time.monotonic() + WAIT
    while batch_size(url) and time.monotonic() < deadline:
        time.sleep(LATENCY)
    assert 0 == batch_size(url)


def test_breaking_a_loop_stops_the_generation(url: str) -> None:
    with Client(url) as client:
        for _ in generate_stream.stream(client=client, body=BODY):
            assert 1 == batch_size(url)
            break
        assert_that_generation_stops(url)


def test_an_exception_in_a_loop_stops_the_generation(url: str) -> None:
    def fail(client: Client) -> None:
        for event in generate_stream.stream(client=client, body=BODY):
            raise KeyError(event.index)

    with Client(url) as client:
        with pytest.raises(KeyError):
            fail(client)
        assert_that_generation_stops(url)


def test_cancelling_a_task_stops_the_generation(url: str) -> None:
    async def read(client: Client, first: asyncio.Event) -> None:
        async for _ in generate_stream.astream(client=client, body=BODY):
            first.set()

    async def cancel() -> None:
        first = asyncio.Event()
        async with Client(url) as client:
            task = asyncio.create_task(read(client, first))
            await asyncio.wait_for(first.wait(), WAIT)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.to_thread(assert_that_generation_stops, url)

    asyncio.run(cancel())


def test_breaking_an_async_loop_stops_the_generation(url: str) -> None:
    async def leave() -> None:
        async with Client(url) as client:
            async for _ in generate_stream.astream(client=client, body=BODY):
                break
            await asyncio.to_thread(assert_that_generation_stops, url)

    asyncio.run(leave())


def test_a_timeout_stops_the_generation(url: str) -> None:
    with Client(url, timeout=httpx.Timeout(WAIT, read=LATENCY / 5)) as client:
        with pytest.raises(httpx.ReadTimeout):
            list(generate_stream.stream(client=client, body=BODY))
        assert_that_generation_stops(url)
