"""JSON reads the same with and without the extra `speed`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from tests.client.wire import Exchange, final_event, serving

from tgi_client import Client, codec
from tgi_client import events as reading
from tgi_client.api.text_generation_inference import generate, generate_stream
from tgi_client.errors import UnexpectedContent

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = {"inputs": "x"}
READERS = [pytest.param(orjson.loads, id="orjson"), pytest.param(codec.plain_loads, id="json")]


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(codec, "quick_loads", request.param)
    monkeypatch.setattr(reading, "quick_loads", request.param)
    return request.param


def sending(media_type: str, body: bytes) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(200, media_type, body)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a", "a"),
        ("é🤖".encode(), "é🤖"),
        (b"\\u00e9", "é"),
        (b"\\ud83e\\udd16", "🤖"),
        (b"\\ud800", "\ud800"),
        (b"\xff", "\ufffd"),
    ],
)
def test_an_event_reads_the_same(text: bytes, expected: str) -> None:
    body = b"data: " + final_event(1).replace("w1", "TEXT").encode().replace(b"TEXT", text) + b"\n\n"
    with serving(sending("text/event-stream", body)) as wire, Client(wire.url) as client:
        stream = generate_stream.stream(client=client, body=BODY)
        assert [expected] == [event.token.text for event in stream]
        assert "all" == stream.collect().generated_text


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(("number", "expected"), [(b"NaN", "nan"), (b"-Infinity", "-inf"), (b"1e400", "inf")])
def test_a_number_that_json_does_not_have_reads_the_same(number: bytes, expected: str) -> None:
    body = b"data: " + final_event(1).encode().replace(b"-0.5", number) + b"\n\n"
    with serving(sending("text/event-stream", body)) as wire, Client(wire.url) as client:
        (event,) = generate_stream.stream(client=client, body=BODY)
    assert expected == str(event.token.logprob)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b"{}{}"])
def test_what_is_no_json_is_refused_by_both(body: bytes) -> None:
    told = pytest.raises(UnexpectedContent, match="the body is not JSON")
    with serving(sending("application/json", body)) as wire, Client(wire.url) as client, told:
        generate.sync(client=client, body=BODY)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_body_may_be_in_any_encoding_of_json(encoding: str) -> None:
    body = '{"generated_text":"é"}'.encode(encoding)
    with serving(sending("application/json", body)) as wire, Client(wire.url) as client:
        assert {"generated_text": "é"} == generate.sync(client=client, body=BODY).to_dict()


def test_without_the_extra_json_is_read_by_json() -> None:
    code = (
        "import sys; sys.modules['orjson'] = None; from tgi_client import codec;"
        "print(codec.quick_loads is codec.plain_loads, codec.loads(b'[1]'), codec.loads_body(b'[2]'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert "True [1] [2]" == done.stdout.strip()
    assert [1] == codec.loads(b"[1]") == json.loads("[1]")
