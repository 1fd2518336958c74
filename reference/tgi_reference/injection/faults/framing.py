"""Event streams and bodies that are not framed as the standards say."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import GENERATION, Event
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call, Head

STREAM: Final = "text/event-stream"


@FAULT.frame(*GENERATION)
def events_are_of_another_type(wire: bytes, _: Call) -> bytes:
    """Events have the type `token`, which listeners for messages never see."""
    return b"event: token\n" + wire


@FAULT.frame(*GENERATION)
def blank_line_at_the_end_is_missing(wire: bytes, call: Call) -> bytes:
    """The last event does not end with a blank line."""
    event = Event.read(wire)
    over = event.is_done or event.is_error or (call.kind == "generate" and event.is_final)
    return wire[:-1] if over else wire


@FAULT.frame(*GENERATION)
def blank_lines_are_missing(wire: bytes, _: Call) -> bytes:
    """Events are not separated by blank lines."""
    return wire[:-1]


@FAULT.frame(*GENERATION)
def events_are_bare_json(wire: bytes, _: Call) -> bytes:
    """Events are lines of JSON without `data:`."""
    return wire.removeprefix(b"data: ")


@FAULT.frame(*GENERATION)
def data_is_called_twice(wire: bytes, _: Call) -> bytes:
    """Each line begins with `data:` twice."""
    return b"data: " + wire


@FAULT.frame(*GENERATION)
def json_runs_over_several_lines(wire: bytes, _: Call) -> bytes:
    """The JSON of an event runs over several lines, of which only the first begins with `data:`."""
    event = Event.read(wire)
    body = event.json
    return f"data: {json.dumps(body, indent=1)}\n\n".encode() if body else wire


@FAULT.frame(*GENERATION)
def line_ends_are_spelled_out(wire: bytes, _: Call) -> bytes:
    """Line ends are written as a backslash and an n."""
    return wire.rstrip(b"\n") + b"\\n\\n"


@FAULT.frame(*GENERATION)
def field_names_are_in_upper_case(wire: bytes, _: Call) -> bytes:
    """The field is called `Data`."""
    return wire.replace(b"data:", b"Data:", 1)


@FAULT.frame(*GENERATION)
def keep_alives_are_no_comments(wire: bytes, _: Call) -> bytes:
    """Lines that keep the connection alive lack the colon that makes them comments."""
    return b"keep-alive\n" + wire


@FAULT.frame(*GENERATION)
def streams_are_no_utf_8(wire: bytes, _: Call) -> bytes:
    """A stream contains bytes that are not UTF-8."""
    return wire.replace(b'"text":"', b'"text":"\xff', 1).replace(b'"content":"', b'"content":"\xff', 1)


@FAULT.frame(*GENERATION)
def numbers_are_not_json(wire: bytes, _: Call) -> bytes:
    """A log-probability, or the time, is written as NaN."""
    for name in (b'"logprob":', b'"created":'):
        before, found, after = wire.partition(name)
        if found:
            rest = after.lstrip(b"-0123456789.e")
            return before + found + b"NaN" + rest
    return wire


@FAULT.frame(*GENERATION)
def events_are_python(wire: bytes, _: Call) -> bytes:
    """Events are written as Python writes dictionaries."""
    body = Event.read(wire).json
    return f"data: {body}\n\n".encode() if body else wire


@FAULT.event(*GENERATION)
def stream_ends_inside_an_event(event: Event, call: Call) -> Iterable[Event]:
    """A stream ends in the middle of its last event."""
    over = event.is_done or (call.kind == "generate" and event.is_final)
    return [Event(event.data, event.wire[: len(event.wire) // 2])] if over else [event]


@FAULT.event(*GENERATION)
def events_are_empty(event: Event, call: Call) -> Iterable[Event]:
    """Between the tokens there is an event without data."""
    call.here["n"] = call.here.get("n", 0) + 1
    return [Event.text("{}"), event] if call.here["n"] == 2 else [event]  # noqa: PLR2004


@FAULT.head(*GENERATION)
def streams_are_said_to_be_json(head: Head, _: Call) -> None:
    """A stream's media type is application/json."""
    if head.headers.get("content-type", "").startswith(STREAM):
        head.headers["content-type"] = "application/json"


@FAULT.head(*GENERATION)
def streams_are_said_to_be_text(head: Head, _: Call) -> None:
    """A stream's media type is text/plain."""
    if head.headers.get("content-type", "").startswith(STREAM):
        head.headers["content-type"] = "text/plain"


@FAULT.head()
def media_type_is_missing(head: Head, _: Call) -> None:
    """Answers have no media type."""
    del head.headers["content-type"]


@FAULT.head()
def json_is_said_to_be_text(head: Head, _: Call) -> None:
    """JSON has the media type text/plain."""
    if head.headers.get("content-type") == "application/json":
        head.headers["content-type"] = "text/plain; charset=utf-8"


@FAULT.answer()
def json_is_in_another_encoding(body: Any, call: Call) -> Any:
    """JSON is written in UTF-16."""
    call.here["json"] = True
    return body


@FAULT.body(also=json_is_in_another_encoding)
def _in_utf_16(body: bytes, call: Call) -> bytes:
    return body.decode().encode("utf-16") if call.here.get("json") else body


@FAULT.body(*GENERATION)
def json_is_followed_by_rubbish(body: bytes, _: Call) -> bytes:
    """A page follows the JSON of an answer."""
    return body + b"<html></html>" if body[:1] in (b"{", b"[") else body


@FAULT.body(*GENERATION)
def json_has_a_comma_too_many(body: bytes, _: Call) -> bytes:
    """The JSON of an answer has a comma before its last brace."""
    return body[:-1] + b",}" if body[-1:] == b"}" else body


@FAULT.body(*GENERATION)
def json_is_a_string_of_json(body: bytes, _: Call) -> bytes:
    """The JSON of an answer is encoded twice."""
    return json.dumps(body.decode()).encode() if body[:1] in (b"{", b"[") else body


@FAULT.body()
def compressed_bodies_are_not_declared(body: bytes, _: Call) -> bytes:
    """Bodies are compressed, and `content-encoding` does not say so."""
    return gzip.compress(body) if body else body


@FAULT.head()
def plain_bodies_are_declared_compressed(head: Head, call: Call) -> None:
    """`content-encoding` names a compression, and the body is not compressed."""
    if call.kind in GENERATION:
        head.headers["content-encoding"] = "gzip"


@FAULT.head()
def cors_headers_are_missing(head: Head, call: Call) -> None:
    """Other origins may send requests, and may not read the answers."""
    if call.method != "OPTIONS":
        del head.headers["access-control-allow-origin"]


@FAULT.head(*GENERATION)
def header_counts_a_token_more(head: Head, _: Call) -> None:
    """`x-generated-tokens` counts one token too many."""
    _count(head, "x-generated-tokens")


@FAULT.head(*GENERATION)
def header_counts_a_prompt_token_more(head: Head, _: Call) -> None:
    """`x-prompt-tokens` counts one token too many."""
    _count(head, "x-prompt-tokens")


def _count(head: Head, name: str) -> None:
    if name in head.headers:
        head.headers[name] = str(int(head.headers[name]) + 1)


@FAULT.head(*GENERATION)
def times_are_negative(head: Head, _: Call) -> None:
    """The headers of times are negative."""
    for name in ("x-total-time", "x-inference-time", "x-compute-time"):
        if name in head.headers:
            head.headers[name] = "-1"


@FAULT.head(*GENERATION)
def times_have_units(head: Head, _: Call) -> None:
    """The headers of times include a unit."""
    for name in ("x-total-time", "x-inference-time", "x-time-per-token"):
        if name in head.headers:
            head.headers[name] += "ms"
