"""Servers whose answers are next to nothing: of the right media type, and empty, null, cut off or hollow."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.conformance.hostile import EVENTS, JSON, answer, hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.hostile import Connection

REFUSED = b"HTTP/1.1 422 Unprocessable Entity\r\nContent-Type: application/json\r\n"
# What every request is answered with, by name: a JSON body and the events of a stream.
HOLLOW: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "an empty array": (b"[]", b"data: []\n\n"),
    "null": (b"null", b"data: null\n\n"),
    "an empty object": (b"{}", b"data: {}\n\n"),
    "nulls in arrays": (b"[null, [null]]", b"data: [null]\n\n"),
    "a text": (b'"text"', b'data: "text"\n\n'),
    "a cut off body": (b'[{"generated_text": "x', b'data: {"token": {"id": 1\n\n'),
    "an event without its end": (b'{"generated_text"', b'data: {"token": {"id": 1, "text": "x"}}'),
    "the terminator alone": (b"[DONE]", b"data: [DONE]\n\n"),
}
HOLLOW["hollow answers"] = (
    b'{"generated_text": "x", "details": null, "choices": [], "usage": null, "data": [null]}',
    b'data: {"token": null, "choices": [], "details": null, "usage": null, "generated_text": "x"}\n\n',
)
HOLLOW["answers of hollow members"] = (
    b"""{"generated_text": "x", "choices": [null], "usage": {}, "error": null, "error_type": null,
    "details": {"tokens": [null, {}, {"id": 1}], "prefill": [null], "top_tokens": [null, [null]]}}""",
    b"""data: {"token": {}, "choices": [null], "usage": {}, "top_tokens": [null], "index": null}

data: {"token": {"id": [], "text": {}}, "choices": [{"delta": null}], "details": []}

""",
)
HOLLOW["members of other types"] = (
    b"""{"generated_text": ["x"], "choices": {"0": 1}, "usage": [1], "error": [], "model_id": {},
    "details": {"tokens": {"a": 1}, "prefill": 1, "seed": [1], "generated_tokens": {}}}""",
    b'data: {"token": [1], "choices": 5, "usage": "x", "generated_text": 7, "index": [], "id": {}}\n\n',
)


@contextmanager
def answering_with(name: str, *, refusing: bool = False) -> Iterator[str]:
    """Answer every request with the same; gives the URL."""
    body, events = HOLLOW[name]

    def handler(connection: Connection) -> None:
        while request := connection.request():
            if refusing:
                connection.send(answer(body, REFUSED))
            elif _streams(request):
                connection.send(answer(events, EVENTS))
            else:
                connection.send(answer(body, JSON))

    with hostile(handler) as server:
        yield server.url


def _streams(request: bytes) -> bool:
    """Tell whether a stream was asked for."""
    head, _, body = request.partition(b"\r\n\r\n")
    if b"/generate_stream " in head.partition(b"\r\n")[0]:
        return True
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(asked, dict) and asked.get("stream") is True
