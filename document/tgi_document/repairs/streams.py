"""Event streams, of which OpenAPI before 3.2 cannot say that an answer is a sequence of events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tgi_document.repairs.rule import rule
from tgi_document.repairs.shapes import _operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_document.repairs.rule import Finding
    from tgi_document.walk import Document

EVENT_STREAM = "text/event-stream"
ERROR_EVENTS = "x-error-events"
"""Beside the schema of an event: the schemas of the events that tell of an error."""

STREAM_END = "x-stream-end"
"""There, too: the data of the event that ends every stream, such as `[DONE]`, where the server sends one."""


@rule("event-stream-error")
def event_stream_error(document: Document) -> Iterator[Finding]:
    """An error status is never a stream: its body is JSON, and the same error may be an event of the stream.

    A stream has begun, with its status sent, when most errors happen; documents tell of them as statuses with
    the media type of the stream, since they have no other way to say it.
    """
    for node in _operations(document):
        responses = node.value.get("responses", {})
        for status, response in responses.items():
            content = response.get("content", {})
            if re.match("[45]", status) and EVENT_STREAM in content:
                moved = content.pop(EVENT_STREAM)
                content.setdefault("application/json", moved)
                _tell_of_error_events(responses, moved.get("schema"))
                yield ((node.path, "responses"), status), "an error status as event stream is JSON"


def _tell_of_error_events(responses: dict[str, Any], schema: Any) -> None:
    for status, response in responses.items():
        media = response.get("content", {}).get(EVENT_STREAM)
        if status.startswith("2") and media is not None and schema is not None:
            known = media.setdefault(ERROR_EVENTS, [])
            if schema not in known:
                known.append(schema)
