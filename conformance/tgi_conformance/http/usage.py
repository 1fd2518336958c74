"""What a run has used so far: requests, bytes, and generated tokens as each answer states them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Response


@define
class Usage:
    """What a run has used so far."""

    requests: int = 0
    generated_tokens: int = 0
    received_bytes: int = 0
    overloads: int = 0  # requests refused for overload, which count in no budget
    again: int = 0  # requests sent again, alone, after a failure
    asleep: float = 0.0  # seconds waited for a deployment that was down
    refused: int = 0  # requests given up, since the deployment stayed overloaded


def generated_tokens(response: Response) -> int:
    """Read the number of tokens from header, usage or details, or count the events of a stream."""
    if response.is_stream:
        return _streamed(response)
    header = response.headers.get("x-generated-tokens", "")
    if header.isascii() and header.isdigit():
        return int(header[:9])
    body = response.json
    return _stated(body[0] if isinstance(body, list) and body else body)


def _streamed(response: Response) -> int:
    stated = 0
    tokens = 0
    for event in response.stream.events:
        try:
            body = event.json
        except (ValueError, RecursionError):
            continue
        stated = max(stated, _stated(body))
        if isinstance(body, dict):
            tokens += "token" in body or bool(body.get("choices"))
    return stated or tokens


def _stated(body: Any) -> int:
    if not isinstance(body, dict):
        return 0
    counts = [
        inner.get(name)
        for outer, name in (("usage", "completion_tokens"), ("details", "generated_tokens"))
        if isinstance(inner := body.get(outer), dict)
    ]
    return max((count for count in counts if isinstance(count, int) and count > 0), default=0)
