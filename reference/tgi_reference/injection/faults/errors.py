"""Errors that do not say what they should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import DONE, GENERATE, GENERATION, OPENAI, Event, Reply
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults.bounds import ALL_BODIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call, Head

REFUSED: Final = range(400, 500)
UNPROCESSABLE: Final = 422


def _is_refusal(head: Head) -> bool:
    return head.status in REFUSED and head.status not in (401, 404, 405)


@FAULT.head(*ALL_BODIES)
def errors_have_status_200(head: Head, _: Call) -> None:
    """A refusal is answered with 200."""
    if _is_refusal(head):
        head.status = 200


@FAULT.head(*ALL_BODIES)
def errors_have_status_400(head: Head, _: Call) -> None:
    """A request with an invalid value is answered with 400."""
    if head.status == UNPROCESSABLE:
        head.status = 400


@FAULT.head(*ALL_BODIES)
def errors_have_status_500(head: Head, _: Call) -> None:
    """A refusal is answered with 500."""
    if _is_refusal(head):
        head.status = 500


@FAULT.head(*GENERATION)
def errors_redirect(head: Head, _: Call) -> None:
    """A refusal redirects to a page that explains it."""
    if _is_refusal(head):
        head.status = 302
        head.headers["location"] = "/docs/"


@FAULT.error()
def errors_are_without_a_type(body: Any, _: Call) -> Any:
    """An error has no `error_type`."""
    body.pop("error_type", None)
    return body


@FAULT.error()
def error_types_are_of_another_case(body: Any, _: Call) -> Any:
    """`error_type` begins with a capital letter."""
    return {**body, "error_type": str(body.get("error_type")).capitalize()}


@FAULT.error()
def error_types_are_all_the_same(body: Any, _: Call) -> Any:
    """`error_type` is "generation" whatever went wrong."""
    return {**body, "error_type": "generation"}


@FAULT.error()
def errors_are_empty_texts(body: Any, _: Call) -> Any:
    """`error` is an empty string."""
    return {**body, "error": ""}


@FAULT.error()
def errors_are_objects(body: Any, _: Call) -> Any:
    """`error` is an object with a message."""
    return {**body, "error": {"message": body.get("error")}}


@FAULT.error()
def errors_are_called_detail(body: Any, _: Call) -> Any:
    """The member `error` is called `detail`, as in another framework."""
    return {"detail": body.get("error")}


@FAULT.body(*ALL_BODIES)
def errors_have_no_body(body: bytes, call: Call) -> bytes:
    """An error comes without a body."""
    return b"" if call.here.get("refused") else body


@FAULT.error(also=errors_have_no_body)
def _noted(body: Any, call: Call) -> Any:
    call.here["refused"] = True
    return body


@FAULT.head(*ALL_BODIES)
def errors_are_said_to_be_pages(head: Head, _: Call) -> None:
    """An error's media type is text/html."""
    if _is_refusal(head):
        head.headers["content-type"] = "text/html"


@FAULT.error()
def errors_show_the_servers_inside(body: Any, _: Call) -> Any:
    """An error is an array."""
    return [body]


@FAULT.event(*GENERATION)
def error_events_are_tokens(event: Event, call: Call) -> Iterable[Event]:
    """An error in a stream comes as the text of a token."""
    if not event.is_error:
        return [event]
    text = str(event.json["error"])
    if call.kind == GENERATE:
        token = {"id": 0, "text": text, "logprob": 0.0, "special": False}
        return [Event.of({"index": 1, "token": token, "generated_text": text, "details": None})]
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": "stop"}
    delta = {"role": "assistant", "content": text}
    head = {"object": "chat.completion.chunk", "id": "", "created": 1, "model": "", "system_fingerprint": ""}
    return [Event.of({**head, "choices": [{**choice, "delta": delta}], "usage": None})]


@FAULT.event(*GENERATION)
def error_events_are_dropped(event: Event, _: Call) -> Iterable[Event]:
    """A stream that fails ends without an error event."""
    return [] if event.is_error else [event]


@FAULT.event(GENERATE)
def error_events_have_no_type(event: Event, _: Call) -> Iterable[Event]:
    """The error in a stream has no `error_type`."""
    return [Event.of({"error": event.json["error"]})] if event.is_error else [event]


@FAULT.event(*OPENAI)
def error_events_have_no_message(event: Event, _: Call) -> Iterable[Event]:
    """The error in an OpenAI-style stream has no message."""
    return [Event.of({"error": {"message": "", "http_status_code": 422}})] if event.is_error else [event]


@FAULT.event(*GENERATION)
def error_events_come_twice(event: Event, _: Call) -> Iterable[Event]:
    """The error in a stream is sent twice."""
    return [event, event] if event.is_error else [event]


@FAULT.event(*GENERATION)
def tokens_follow_an_error(event: Event, call: Call) -> Iterable[Event]:
    """After the error in a stream a token follows."""
    if not event.is_error:
        return [event]
    token = {"id": 1, "text": "x", "logprob": -1.0, "special": False}
    if call.kind == GENERATE:
        return [event, Event.of({"index": 1, "token": token, "generated_text": None, "details": None})]
    delta = {"role": "assistant", "content": "x"}
    choice = {"index": 0, "delta": delta, "text": "x", "logprobs": None, "finish_reason": None}
    return [event, Event.of({"id": "", "created": 1, "model": "", "choices": [choice], "usage": None})]


@FAULT.event(*GENERATION)
def error_events_are_plain_text(event: Event, _: Call) -> Iterable[Event]:
    """The error in a stream is plain text, not JSON."""
    return [Event.text(str(event.json["error"]))] if event.is_error else [event]


@FAULT.frame(*GENERATION)
def error_events_have_a_type_of_their_own(wire: bytes, _: Call) -> bytes:
    """The error in a stream is an event of type `error`, which listeners for messages never see."""
    return b"event: error\n" + wire if wire.startswith(b'data: {"error"') else wire


@FAULT.event(*OPENAI)
def failed_streams_are_not_terminated(event: Event, call: Call) -> Iterable[Event]:
    """After an error there is no terminator."""
    call.here["failed"] = call.here.get("failed", False) or event.is_error
    return [] if event.data == DONE and call.here["failed"] else [event]


@FAULT.event(GENERATE)
def failed_native_streams_are_terminated(event: Event, _: Call) -> Iterable[Event]:
    """After an error a stream of tokens says `[DONE]`."""
    return [event, Event.text(DONE)] if event.is_error else [event]


@FAULT.reply(*GENERATION)
def bad_values_are_answered_with_nothing(call: Call) -> Reply | None:
    """An invalid value is answered with 200 and an empty object."""
    temperature, top_p = call.wanted("temperature"), call.wanted("top_p")
    is_bad = [
        isinstance(one, (int, float)) and (one < 0 or one > limit)
        for one, limit in ((temperature, 1e9), (top_p, 1))
    ]
    return Reply(200, b"{}", "application/json") if any(is_bad) else None
