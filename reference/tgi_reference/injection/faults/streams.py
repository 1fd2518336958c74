"""Events that are dropped, repeated, reordered, misspelt or torn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from tgi_reference.injection.call import DONE, GENERATE, GENERATION, OPENAI, Event
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import change_text, changed, number, swapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgi_reference.injection.call import Call, Head
    from tgi_reference.settings import Settings

SECOND = 2
LATENCY = 0.12  # seconds a token
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_MOST_EVENTS: Final = 200  # events
_INDEXES = 30


@FAULT.event(*GENERATION)
def final_event_never_comes(event: Event, _: Call) -> Iterable[Event]:
    """The last event of an answer is missing."""
    return [] if event.is_final else [event]


@FAULT.event(*GENERATION)
def first_event_is_dropped(event: Event, call: Call) -> Iterable[Event]:
    """The first token of a stream is dropped."""
    return [] if number(event, call) == 1 and not event.is_final else [event]


@FAULT.event(*GENERATION)
def an_event_is_dropped(event: Event, call: Call) -> Iterable[Event]:
    """A token in the middle of a stream is dropped."""
    return [] if number(event, call) == SECOND and not event.is_final else [event]


@FAULT.event(*GENERATION)
def an_event_comes_twice(event: Event, call: Call) -> Iterable[Event]:
    """A token in the middle of a stream is sent twice."""
    return [event, event] if number(event, call) == SECOND and not event.is_final else [event]


@FAULT.event(*GENERATION)
def two_events_are_swapped(event: Event, call: Call) -> Iterable[Event]:
    """Two tokens in the middle of a stream are swapped."""
    return swapped(event, call, SECOND)


@FAULT.event(*GENERATION)
def final_event_comes_twice(event: Event, _: Call) -> Iterable[Event]:
    """The last event of an answer is sent twice."""
    return [event, event] if event.is_final else [event]


@FAULT.event(*GENERATION)
def tokens_follow_the_end(event: Event, call: Call) -> Iterable[Event]:
    """Another token follows the last event of an answer."""
    last = call.here.get("last", event)
    call.here["last"] = event
    return [event, last] if event.is_final else [event]


@FAULT.event(*OPENAI)
def terminator_is_missing(event: Event, _: Call) -> Iterable[Event]:
    """`[DONE]` is missing."""
    return [] if event.is_done else [event]


@FAULT.event(*OPENAI)
def terminator_comes_twice(event: Event, _: Call) -> Iterable[Event]:
    """`[DONE]` is sent twice."""
    return [event, event] if event.is_done else [event]


@FAULT.event(*OPENAI)
def terminator_is_json(event: Event, _: Call) -> Iterable[Event]:
    """The terminator is a JSON string."""
    return [Event.text(json.dumps(DONE))] if event.is_done else [event]


@FAULT.event(*OPENAI)
def terminator_is_in_lower_case(event: Event, _: Call) -> Iterable[Event]:
    """The terminator is `[done]`."""
    return [Event.text(DONE.lower())] if event.is_done else [event]


@FAULT.event(*OPENAI)
def terminator_comes_first(event: Event, call: Call) -> Iterable[Event]:
    """`[DONE]` is sent before the last chunk."""
    if event.is_done:
        return []
    if event.is_final and not call.here.get("done"):
        call.here["done"] = True
        return [Event.text(DONE), event]
    return [event]


@FAULT.event(GENERATE)
def native_streams_are_terminated(event: Event, _: Call) -> Iterable[Event]:
    """A stream of tokens ends with `[DONE]`, as OpenAI's do."""
    return [event, Event.text(DONE)] if event.is_final else [event]


@FAULT.event(GENERATE)
def index_counts_from_zero(event: Event, _: Call) -> Iterable[Event]:
    """`index` counts from 0."""
    return changed(event, lambda body: body.update(index=body["index"] - 1))


@FAULT.event(GENERATE)
def index_stands_still(event: Event, _: Call) -> Iterable[Event]:
    """`index` is always 0."""
    return changed(event, lambda body: body.update(index=0))


@FAULT.event(GENERATE)
def index_is_missing(event: Event, _: Call) -> Iterable[Event]:
    """`index` is missing."""
    return changed(event, lambda body: body.pop("index"))


@FAULT.event(GENERATE)
def every_event_tells_the_text(event: Event, call: Call) -> Iterable[Event]:
    """Every event has `generated_text`."""

    def change(body: Any) -> None:
        call.here["text"] = call.here.get("text", "") + body["token"]["text"]
        body["generated_text"] = call.here["text"]

    return changed(event, change)


@FAULT.event(GENERATE)
def streamed_text_is_missing(event: Event, _: Call) -> Iterable[Event]:
    """The last event has no `generated_text`."""
    return changed(event, lambda body: body.update(generated_text=None))


@FAULT.event(GENERATE)
def streamed_text_lacks_its_end(event: Event, _: Call) -> Iterable[Event]:
    """`generated_text` at the end of a stream lacks its last characters."""

    def change(body: Any) -> None:
        if body["generated_text"] is not None:
            body["generated_text"] = body["generated_text"][:-2]

    return changed(event, change)


@FAULT.event(GENERATE)
def streamed_text_is_the_last_token(event: Event, _: Call) -> Iterable[Event]:
    """`generated_text` at the end of a stream is the text of the last token alone."""

    def change(body: Any) -> None:
        if body["generated_text"] is not None:
            body["generated_text"] = body["token"]["text"]

    return changed(event, change)


@FAULT.event(GENERATE)
def streams_have_no_details(event: Event, _: Call) -> Iterable[Event]:
    """The last event has no details."""
    return changed(event, lambda body: body.update(details=None))


@FAULT.event(GENERATE)
def details_come_early(event: Event, call: Call) -> Iterable[Event]:
    """The first event has details."""
    if number(event, call) != 1 or event.is_final:
        return [event]
    details = {"finish_reason": "length", "generated_tokens": 1, "seed": None, "input_length": 1}
    return changed(event, lambda body: body.update(details=details))


@FAULT.event(GENERATE)
def streams_always_have_details(event: Event, _: Call) -> Iterable[Event]:
    """The last event has details without being requested."""
    details = {"finish_reason": "length", "generated_tokens": 4, "seed": None, "input_length": 5}
    if not event.is_final or event.json["details"] is not None:
        return [event]
    return changed(event, lambda body: body.update(details=details))


def _in_details(event: Event, change: Callable[[Any], None]) -> list[Event]:
    return changed(event, lambda body: change(body["details"]) if body.get("details") else None)


@FAULT.event(GENERATE)
def streamed_count_is_one_more(event: Event, _: Call) -> Iterable[Event]:
    """`generated_tokens` at the end of a stream counts one token too many."""
    return _in_details(
        event, lambda details: details.update(generated_tokens=details["generated_tokens"] + 1)
    )


@FAULT.event(GENERATE)
def streamed_input_length_is_wrong(event: Event, _: Call) -> Iterable[Event]:
    """`input_length` counts characters."""
    return _in_details(event, lambda details: details.update(input_length=details["input_length"] + 17))


@FAULT.event(GENERATE)
def streamed_input_length_is_wrong_beyond_ascii(event: Event, call: Call) -> Iterable[Event]:
    """`input_length` counts one token too many where the prompt is not ASCII."""
    if str((call.asked or {}).get("inputs")).isascii():
        return [event]
    return _in_details(event, lambda details: details.update(input_length=details["input_length"] + 1))


@FAULT.event(GENERATE)
def streamed_input_length_is_missing(event: Event, _: Call) -> Iterable[Event]:
    """`input_length` is missing."""
    return _in_details(event, lambda details: details.pop("input_length"))


@FAULT.event(GENERATE)
def streamed_reason_is_always_the_end_token(event: Event, _: Call) -> Iterable[Event]:
    """`finish_reason` at the end of a stream is always `eos_token`."""
    return _in_details(event, lambda details: details.update(finish_reason="eos_token"))


@FAULT.event(GENERATE)
def streamed_seed_is_not_reported(event: Event, _: Call) -> Iterable[Event]:
    """`seed` at the end of a stream is null even when a seed was used."""
    return _in_details(event, lambda details: details.update(seed=None))


@FAULT.event(GENERATE)
def streamed_greedy_answers_report_a_seed(event: Event, _: Call) -> Iterable[Event]:
    """`seed` at the end of a stream is 0 where nothing was sampled."""
    return _in_details(event, lambda details: details.update(seed=details["seed"] or 0))


@FAULT.event(GENERATE)
def streamed_ids_are_off_by_one(event: Event, _: Call) -> Iterable[Event]:
    """The ids of streamed tokens are one too high."""
    return changed(event, lambda body: body["token"].update(id=body["token"]["id"] + 1))


@FAULT.event(GENERATE)
def streamed_log_probabilities_are_positive(event: Event, _: Call) -> Iterable[Event]:
    """The log-probabilities of streamed tokens have the wrong sign."""
    return changed(event, lambda body: body["token"].update(logprob=abs(body["token"]["logprob"]) + 0.01))


@FAULT.event(GENERATE)
def streamed_log_probabilities_are_missing(event: Event, _: Call) -> Iterable[Event]:
    """Streamed tokens have no log-probability."""
    return changed(event, lambda body: body["token"].pop("logprob"))


@FAULT.event(GENERATE)
def streamed_token_is_a_text(event: Event, _: Call) -> Iterable[Event]:
    """A streamed token is its text alone."""
    return changed(event, lambda body: body.update(token=body["token"]["text"]))


@FAULT.event(GENERATE)
def streamed_top_tokens_are_short(event: Event, _: Call) -> Iterable[Event]:
    """A stream shows one top token fewer than requested."""
    return changed(event, lambda body: body.get("top_tokens", [None]).pop())


@FAULT.event(*GENERATION)
def streamed_texts_are_stripped(event: Event, _: Call) -> Iterable[Event]:
    """The white space at both ends of each streamed piece is missing."""
    return changed(event, lambda body: change_text(body, str.strip))


@FAULT.event(*GENERATION)
def streamed_texts_accumulate(event: Event, call: Call) -> Iterable[Event]:
    """Each event carries the whole text so far."""

    def grow(text: str) -> str:
        call.here["so far"] = whole = call.here.get("so far", "") + text
        return str(whole)

    return changed(event, lambda body: change_text(body, grow))


@FAULT.event(*GENERATION)
def streams_lose_non_ascii_characters(event: Event, _: Call) -> Iterable[Event]:
    """Non-ASCII characters are lost in streams."""
    return changed(
        event, lambda body: change_text(body, lambda text: "".join(one for one in text if one.isascii()))
    )


@FAULT.event(*GENERATION)
def characters_are_torn_between_events(event: Event, _: Call) -> Iterable[Event]:
    """A character that falls on an event border becomes U+FFFD."""

    def tear(text: str) -> str:
        return "".join(one if one.isascii() else REPLACEMENT for one in text)

    return changed(event, lambda body: change_text(body, tear))


@FAULT.event(*GENERATION)
def every_piece_ends_in_a_replacement_character(event: Event, call: Call) -> Iterable[Event]:
    """The third piece of a stream contains U+FFFD, which the text does not."""
    third = 3
    if number(event, call) != third:
        return [event]
    return changed(event, lambda body: change_text(body, lambda text: text[:-1] + REPLACEMENT))


@FAULT.event(*GENERATION)
def streams_show_special_tokens(event: Event, _: Call) -> Iterable[Event]:
    """The end token's text is streamed as text."""
    if not event.is_final:
        return [event]
    return changed(event, lambda body: change_text(body, lambda text: text + "<|im_end|>"))


def _keeping(call: Call) -> Callable[[str], str]:
    def keep(text: str) -> str:
        call.here["waiting"] = text
        return ""

    return keep


@FAULT.event(*GENERATION)
def several_tokens_come_in_one_event(event: Event, call: Call) -> Iterable[Event]:
    """The texts of two tokens come in one event, and the other event is missing."""
    if number(event, call) % 2 and not event.is_final:
        changed(event, lambda body: change_text(body, _keeping(call)))
        return []
    waiting = call.here.pop("waiting", "")
    return changed(event, lambda body: change_text(body, lambda text: waiting + text))


@FAULT.event(*GENERATION)
def stream_comes_in_one_lump(event: Event, call: Call) -> Iterable[Event]:
    """A stream is sent as a whole at its end."""
    waiting = [*call.here.pop("lump", ()), event]
    if event.is_done or event.is_error or event.is_final:
        return waiting
    call.here["lump"] = waiting
    return []


@FAULT.settings(also=stream_comes_in_one_lump)
def _at_the_speed_of_a_large_model(settings: Settings) -> Settings:
    return evolve(settings, token_latency=max(settings.token_latency, LATENCY))


@FAULT.head(*GENERATION)
def streams_may_be_cached(head: Head, _: Call) -> None:
    """A stream does not forbid caching."""
    if head.headers.get("content-type", "").startswith("text/event-stream"):
        del head.headers["cache-control"]
        head.headers["cache-control"] = "public, max-age=60"


@FAULT.event(GENERATE)
def streams_end_after_200_events(event: Event, call: Call) -> Iterable[Event]:
    """A stream stops after 200 events, without a last event."""
    call.here["events"] = call.here.get("events", 0) + 1
    return [event] if call.here["events"] <= _MOST_EVENTS else []


@FAULT.event(GENERATE)
def index_starts_anew_after_a_while(event: Event, _: Call) -> Iterable[Event]:
    """The `index` of events starts again after 30."""
    return changed(event, lambda body: body.update(index=(body["index"] - 1) % _INDEXES + 1))
