"""Every recorded answer of a real router is read as what it is, and nothing of it is lost."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tgi_client import Client
from tgi_client.errors import AnswerError, EncodeError, StreamError
from tgi_document.operations import operations
from tgi_document.pinned import pinned_document

RECORDINGS = Path(__file__).parent.parent / "data" / "transcripts" / "tgi-3.3.6.jsonl"
OPERATIONS = {
    (path, method.upper()): operation["operationId"]
    for (path, method), operation in operations(pinned_document()).items()
}


def recorded() -> list[Any]:
    found = [json.loads(line) for line in RECORDINGS.read_text(encoding="utf-8").splitlines()]
    return [
        pytest.param(item["request"], item["response"], id=item["name"])
        for item in found
        if (item["request"]["path"], item["request"]["method"]) in OPERATIONS and "body" in item["response"]
    ]


def call(request: dict[str, Any], response: dict[str, Any]) -> Any:
    """Send what was sent to an operation and give what it reads of the recorded answer."""
    module = importlib.import_module(
        f"tgi_client.api.text_generation_inference.{OPERATIONS[request['path'], request['method']]}"
    )
    body = (response["body"] or "").encode()
    transport = httpx.MockTransport(
        lambda _: httpx.Response(response["status"], headers=response["headers"], content=body)
    )
    arguments = {"body": _Sent(_parsed(request.get("body")))} if request["method"] == "POST" else {}
    with httpx.Client(transport=transport, verify=False) as http:  # noqa: S501 (there is no network)
        client = Client("http://router", httpx_client=http)
        if response["headers"].get("content-type") == "text/event-stream":
            return list(module.stream(client=client, errors="yield", **arguments))
        if hasattr(module, "sync"):
            return module.sync(client=client, **arguments)
        return list(module.stream(client=client, **arguments))


class _Sent:
    """A body that is sent as it was recorded, right or wrong."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def to_dict(self) -> dict[str, Any]:
        return dict(self.value) if isinstance(self.value, dict) else {}


def _parsed(body: Any) -> Any:
    try:
        return json.loads(body)
    except (TypeError, ValueError):
        return None


def wire(value: Any) -> Any:
    """Give the JSON value that something came from."""
    if isinstance(value, list):
        return [wire(item) for item in value]
    if isinstance(value, StreamError):
        return value.data
    return value.to_dict() if hasattr(value, "to_dict") else value


def events_of(body: str) -> list[Any]:
    lines = [line[6:] for line in body.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


READ = {200, 422, 424, 429, 503}
"""Statuses with which something typed comes back, as far as the body is JSON."""


def is_json(response: dict[str, Any]) -> bool:
    media_type: str = response["headers"].get("content-type", "")
    return media_type.startswith(("application/json", "text/event-stream"))


def is_sendable(request: dict[str, Any]) -> bool:
    return "\\ud800" not in str(request.get("body"))


def is_documented(response: dict[str, Any], request: dict[str, Any]) -> bool:
    has_no_422 = request["path"] in {"/tokenize", "/chat_tokenize"} and response["status"] == 422
    is_empty = request["path"] == "/health" or request["path"] == "/metrics"
    return response["status"] in READ and (is_json(response) or is_empty) and not has_no_422


@pytest.mark.parametrize(("request_", "response"), recorded())
def test_an_answer_is_read_whole_or_refused_with_its_status(
    request_: dict[str, Any], response: dict[str, Any]
) -> None:
    if not is_sendable(request_):
        with pytest.raises(EncodeError, match="surrogate"):
            call(request_, response)
    elif not is_documented(response, request_):
        with pytest.raises(AnswerError) as raised:
            call(request_, response)
        assert response["status"] == raised.value.status_code
    elif response["headers"].get("content-type") == "text/event-stream":
        found = call(request_, response)
        assert events_of(response["body"]) == wire(found)
        assert all(error.parsed is not None for error in found if isinstance(error, StreamError))
    else:
        text = None if request_["path"] == "/health" else response["body"] or ""
        assert (json.loads(response["body"]) if is_json(response) else text) == wire(call(request_, response))


def test_the_recordings_show_every_kind_of_answer() -> None:
    kinds: Counter[str] = Counter()
    for item in recorded():
        request, response = item.values
        if is_sendable(request) and is_documented(response, request):
            found = call(request, response)
            kinds.update({type(one).__name__ for one in (found if isinstance(found, list) else [found])})
    assert {
        *("GenerateResponse", "ErrorResponse", "StreamResponse", "StreamError", "ChatCompletion", "Chunk"),
        *("ChatCompletionChunk", "CompletionFinal", "SimpleToken", "ChatTokenizeResponse", "ModelList"),
        *("Info", "str", "NoneType"),
    } == kinds.keys()
