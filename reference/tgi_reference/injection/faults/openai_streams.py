"""Chunks of the OpenAI-style streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import CHAT, COMPLETIONS, DONE, OPENAI, Event
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import change_text, changed, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgi_reference.injection.call import Call

_LOST: Final = 30  # every so many-th chunk


@FAULT.event(*OPENAI)
def streams_have_no_text(event: Event, _: Call) -> Iterable[Event]:
    """The chunks carry no text."""
    return changed(event, lambda body: change_text(body, lambda _: ""))


@FAULT.event(*OPENAI)
def chunks_have_ids_of_their_own(event: Event, call: Call) -> Iterable[Event]:
    """Each chunk has a different `id`."""
    place = number(event, call)
    return changed(event, lambda body: body.update(id=f"chunk-{place}"))


@FAULT.event(*OPENAI)
def chunks_change_their_model(event: Event, call: Call) -> Iterable[Event]:
    """The first chunk names another model than the others."""
    if number(event, call) != 1:
        return [event]
    return changed(event, lambda body: body.update(model="another-model"))


@FAULT.event(*OPENAI)
def chunks_have_the_object_of_an_answer(event: Event, _: Call) -> Iterable[Event]:
    """The `object` of chunks is `chat.completion`."""
    return changed(event, lambda body: body.update(object="chat.completion"))


@FAULT.event(*OPENAI)
def chunks_lack_created(event: Event, _: Call) -> Iterable[Event]:
    """Chunks have no `created`."""
    return changed(event, lambda body: body.pop("created"))


@FAULT.event(*OPENAI)
def chunks_are_created_at_their_own_time(event: Event, call: Call) -> Iterable[Event]:
    """Each chunk has a different `created`, though they belong to one answer."""
    place = number(event, call)
    return changed(event, lambda body: body.update(created=1_700_000_000 + 100 * place))


@FAULT.event(*OPENAI)
def chunks_count_from_one(event: Event, _: Call) -> Iterable[Event]:
    """The `index` of streamed choices counts from 1."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice["index"] += 1

    return changed(event, change)


@FAULT.event(*OPENAI)
def chunks_lack_their_index(event: Event, _: Call) -> Iterable[Event]:
    """Streamed choices have no `index`."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice.pop("index")

    return changed(event, change)


@FAULT.event(CHAT)
def deltas_lack_their_role(event: Event, _: Call) -> Iterable[Event]:
    """The deltas have no role."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice["delta"].pop("role")

    return changed(event, change)


@FAULT.event(CHAT)
def deltas_are_messages(event: Event, _: Call) -> Iterable[Event]:
    """The delta is called `message`."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice["message"] = choice.pop("delta")

    return changed(event, change)


def _reason(event: Event, change: Callable[[Any], Any]) -> list[Event]:
    def change_all(body: Any) -> None:
        for choice in body["choices"]:
            choice["finish_reason"] = change(choice["finish_reason"])

    return changed(event, change_all)


@FAULT.event(*OPENAI)
def chunks_never_finish(event: Event, _: Call) -> Iterable[Event]:
    """No chunk has a `finish_reason`."""
    return _reason(event, lambda _: None)


@FAULT.event(*OPENAI)
def every_chunk_finishes(event: Event, _: Call) -> Iterable[Event]:
    """Every chunk has a `finish_reason`."""
    return _reason(event, lambda reason: reason or "length")


@FAULT.event(*OPENAI)
def streamed_reason_is_always_stop(event: Event, _: Call) -> Iterable[Event]:
    """The reason to finish of a stream is always `stop`."""
    return _reason(event, lambda reason: "stop" if reason else reason)


@FAULT.event(CHAT)
def chunk_reason_is_eos_token(event: Event, _: Call) -> Iterable[Event]:
    """A chat stream says `eos_token` where OpenAI says `stop`."""
    return _reason(event, lambda reason: "eos_token" if reason == "stop" else reason)


@FAULT.event(*OPENAI)
def usage_comes_in_every_chunk(event: Event, call: Call) -> Iterable[Event]:
    """Every chunk carries a usage."""
    place = number(event, call)
    usage = {"prompt_tokens": 5, "completion_tokens": place, "total_tokens": 5 + place}
    return changed(event, lambda body: body.update(usage=body.get("usage") or usage))


@FAULT.event(*OPENAI)
def streamed_usage_is_missing(event: Event, _: Call) -> Iterable[Event]:
    """A stream has no usage."""
    body = event.json
    if not body.get("usage"):
        return [event]
    return [] if body["choices"] == [] else [Event.of({**body, "usage": None})]


def _in_usage(event: Event, change: Callable[[Any], None]) -> list[Event]:
    body = event.json
    if not body.get("usage"):
        return [event]
    change(body["usage"])
    return [Event.of(body)]


@FAULT.event(*OPENAI)
def streamed_usage_does_not_add_up(event: Event, _: Call) -> Iterable[Event]:
    """The total of a stream's usage leaves out the prompt."""
    return _in_usage(event, lambda usage: usage.update(total_tokens=usage["completion_tokens"]))


@FAULT.event(*OPENAI)
def streamed_usage_counts_one_more(event: Event, _: Call) -> Iterable[Event]:
    """The usage of a stream counts one token too many."""

    def change(usage: Any) -> None:
        usage["completion_tokens"] += 1
        usage["total_tokens"] += 1

    return _in_usage(event, change)


@FAULT.event(CHAT)
def usage_comes_before_the_last_chunk(event: Event, call: Call) -> Iterable[Event]:
    """The usage comes before the chunk that finishes."""
    if event.is_final and call.wanted("stream_options"):
        call.here["waiting"] = event
        return []
    if event.json.get("usage") and "waiting" in call.here:
        return [event, call.here.pop("waiting")]
    return [event]


@FAULT.event(COMPLETIONS)
def only_the_first_choice_finishes(event: Event, _: Call) -> Iterable[Event]:
    """Of several streamed choices only the first finishes."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            if choice["index"]:
                choice["finish_reason"] = ""

    return changed(event, change)


@FAULT.event(COMPLETIONS)
def streamed_choices_are_all_the_first(event: Event, _: Call) -> Iterable[Event]:
    """All streamed choices have the `index` 0."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice["index"] = 0

    return changed(event, change)


def _functions(body: Any) -> list[dict[str, Any]]:
    deltas = [choice.get("delta") or {} for choice in body["choices"]]
    return [call["function"] for delta in deltas for call in delta.get("tool_calls") or ()]


def _arguments(event: Event, change: Callable[[str], Any]) -> list[Event]:
    def change_all(body: Any) -> None:
        for function in _functions(body):
            function["arguments"] = change(function["arguments"])

    return changed(event, change_all)


@FAULT.event(CHAT)
def streamed_tool_arguments_are_objects(event: Event, _: Call) -> Iterable[Event]:
    """Streamed `arguments` are objects."""
    return _arguments(event, lambda text: {"text": text})


@FAULT.event(CHAT)
def streamed_tool_arguments_lack_their_end(event: Event, _: Call) -> Iterable[Event]:
    """Streamed `arguments` lack their last brace."""
    return _arguments(event, lambda text: text.replace("}", ""))


@FAULT.event(CHAT)
def streamed_tool_name_comes_with_every_delta(event: Event, call: Call) -> Iterable[Event]:
    """The tool's name comes with every delta."""

    def change(body: Any) -> None:
        for function in _functions(body):
            call.here["name"] = function["name"] or call.here.get("name")
            function["name"] = call.here["name"]

    return changed(event, change)


@FAULT.event(CHAT)
def streamed_tool_call_is_one_object(event: Event, _: Call) -> Iterable[Event]:
    """`tool_calls` of a delta is one object, not an array, as it once was."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            if (choice.get("delta") or {}).get("tool_calls"):
                choice["delta"]["tool_calls"] = choice["delta"]["tool_calls"][0]

    return changed(event, change)


@FAULT.event(CHAT)
def streamed_tool_call_is_content(event: Event, _: Call) -> Iterable[Event]:
    """A streamed tool call is streamed as text."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            calls = (choice.get("delta") or {}).pop("tool_calls", None)
            if calls:
                choice["delta"]["content"] = calls[0]["function"]["arguments"]

    return changed(event, change)


@FAULT.event(CHAT)
def streamed_logprobs_are_missing(event: Event, _: Call) -> Iterable[Event]:
    """Streamed chunks have no `logprobs` though they were requested."""

    def change(body: Any) -> None:
        for choice in body["choices"]:
            choice["logprobs"] = None

    return changed(event, change)


@FAULT.event(*OPENAI)
def terminator_is_looked_for_in_texts(event: Event, call: Call) -> Iterable[Event]:
    """A stream ends where its text says [DONE]."""
    if call.here.get("over"):
        return []
    choices = event.json.get("choices") or [{}]
    text = choices[0].get("text") or (choices[0].get("delta") or {}).get("content") or ""
    call.here["text"] = call.here.get("text", "") + text
    call.here["over"] = DONE in call.here["text"]
    return [event, Event.text(DONE)] if call.here["over"] else [event]


@FAULT.event(*OPENAI)
def long_streams_lose_a_chunk(event: Event, call: Call) -> Iterable[Event]:
    """Every 30th chunk of a stream is missing."""
    lost = number(event, call) % _LOST == 0 and not event.is_final
    return [] if lost else [event]
