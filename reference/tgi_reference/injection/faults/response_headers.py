"""Response headers that mislead browsers, proxies and clients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATION, OPENAI, Reply
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call, Event, Head


@FAULT.head(*GENERATION)
def charset_is_latin_1(head: Head, _: Call) -> None:
    """The media type of answers says `charset=iso-8859-1`."""
    media_type = head.headers.get("content-type", "").partition(";")[0]
    head.headers["content-type"] = f"{media_type}; charset=iso-8859-1"


@FAULT.head()
def other_origins_are_told_nothing(head: Head, _: Call) -> None:
    """No answer has CORS headers."""
    for name in list(head.headers):
        if name.startswith("access-control-"):
            del head.headers[name]


@FAULT.reply()
def preflight_is_not_allowed(call: Call) -> Reply | None:
    """A preflight request is answered with 405."""
    return Reply(405) if call.method == "OPTIONS" else None


@FAULT.head(*GENERATION)
def proxies_may_buffer(head: Head, _: Call) -> None:
    """Streams lack the header that stops proxies from buffering."""
    if "x-accel-buffering" in head.headers:
        del head.headers["x-accel-buffering"]


@FAULT.head(*GENERATION)
def characters_are_not_counted(head: Head, _: Call) -> None:
    """`x-compute-characters` is 0."""
    if "x-compute-characters" in head.headers:
        head.headers["x-compute-characters"] = "0"


@FAULT.reply()
def head_is_an_error(call: Call) -> Reply | None:
    """HEAD is answered with a server error."""
    return Reply(500) if call.method == "HEAD" else None


@FAULT.answer("info")
def version_is_of_another_release(body: Any, _: Call) -> Any:
    """`/info` and the document name different releases."""
    return {**body, "version": "3.9.0"}


@FAULT.answer(*OPENAI)
def model_names_are_of_the_server(body: Any, _: Call) -> Any:
    """Answers name a model that neither was asked for nor is served."""
    return {**body, "model": "another-model"}


@FAULT.event(*OPENAI, also=model_names_are_of_the_server)
def _streamed_name(event: Event, _: Call) -> Iterable[Event]:
    body = event.json
    return [type(event).of({**body, "model": "another-model"})] if "model" in body else [event]


@FAULT.request(CHAT)
def names_of_models_are_not_read(call: Call) -> None:
    """The `model` of a request is ignored."""
    (call.body or {}).pop("model", None)


@FAULT.event(CHAT, COMPLETIONS)
def chunks_are_of_the_beginning_of_time(event: Event, _: Call) -> Iterable[Event]:
    """The `created` of every chunk is 0."""
    return changed(event, lambda body: body.update(created=0))


@FAULT.answer(COMPLETIONS)
def completions_are_of_the_beginning_of_time(body: Any, _: Call) -> Any:
    """The `created` of a completion is 0."""
    return {**body, "created": 0}


@FAULT.answer(CHAT)
def logprobs_come_unasked(body: Any, call: Call) -> Any:
    """`logprobs` is present, and empty, though it was not requested."""
    for choice in body["choices"] if not call.wanted("logprobs") else ():
        choice["logprobs"] = {"content": []}
    return body


@FAULT.event(CHAT, also=logprobs_come_unasked)
def _streamed_logprobs(event: Event, call: Call) -> Iterable[Event]:
    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice["logprobs"] = {"content": []}

    return [event] if call.wanted("logprobs") else changed(event, change)


@FAULT.body("metrics")
def buckets_do_not_add_up(body: bytes, _: Call) -> bytes:
    """The last bucket of each histogram is empty."""
    return re.sub(rb'(?m)(_bucket\{[^}]*le="\+Inf"[^}]*\}) \S+$', rb"\1 0", body)


@FAULT.answer("chat-tokenize")
def conversation_ids_are_places(body: Any, _: Call) -> Any:
    """The ids of a conversation's tokens are their positions."""
    for place, token in enumerate(body["tokenize_response"]):
        token["id"] = place
    return body


@FAULT.reply("tokenize")
def long_texts_are_not_tokenized(call: Call) -> Reply | None:
    """A text longer than a prompt may be, or one with parameters, is not tokenized."""
    body = call.body or {}
    most = call.services.settings.max_input_tokens
    too_long = isinstance(body.get("inputs"), str) and len(body["inputs"]) > most * 4
    refusal = b'{"error":"not here","error_type":"validation"}'
    return Reply(422, refusal, "application/json") if too_long or body.get("parameters") else None
