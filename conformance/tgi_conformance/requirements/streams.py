"""Event streams: framing, order of events, a single end, and the terminator of their dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import EVENT_STREAM, Exchange
from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.protocol.forms import CHAT_STREAM, COMPLETIONS_STREAM, STREAMED, Form, member, unstreamed
from tgi_conformance.requirements._counting import REPLACEMENT, counted
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import NATIVE_STREAMED
from tgi_conformance.requirements._verify import (
    OK,
    UNPROCESSABLE,
    expect,
    expect_answer,
    expect_media_type,
    expect_status,
    seen,
)
from tgi_conformance.requirements.answers import json_events, response_source
from tgi_conformance.requirements.refusals import expect_refused
from tgi_conformance.requirements.validation import bad_values
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

TOKENS = 12
UNUSUAL = ("Une idée naïve: 日本語の", "The robot 🤖")
A_SECOND = 1.5  # `created` is rounded, and an event may be delayed
ESCAPED_REPLACEMENT = b"\\ufffd"


def short_stream(context: Context, form: Form) -> Exchange:
    """Request a greedy stream of a few tokens; raises UnmetError unless the answer is a stream of events."""
    exchange = context.cached(form.ask(tokens=TOKENS, **counted(form)))
    expect_status(exchange, OK)
    expect_media_type(exchange, EVENT_STREAM)
    expect(bool(exchange.response.stream.events), "at least one event", seen(exchange), exchange)
    return exchange


def _chunk_source(form: Form) -> str:
    return response_source(form.operation, EVENT_STREAM)


@requirement(
    "stream-is-framed-strictly",
    "The event stream is valid by the WHATWG rules: UTF-8, known fields, and a blank line after each event.",
    forms=STREAMED,
    source="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
    category="streams",
    depth=Depth.SMOKE,
    why="A browser drops an event that no blank line ends; the last one has the whole text.",
)
def stream_is_framed_strictly(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    faults = exchange.response.stream.faults
    expect(not faults, "an event stream without faults", "; ".join(faults[:3]), exchange)


@requirement(
    "events-are-messages",
    "All events have the default type `message`.",
    forms=STREAMED,
    source=_chunk_source,
    category="streams",
    why="An EventSource listener for messages does not get events of another type.",
)
def events_are_messages(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    types = {event.type for event in exchange.response.stream.events}
    expect(types <= {"message"}, "events of type message", sorted(types), exchange)


@requirement(
    "characters-are-not-torn",
    "No piece of a stream contains U+FFFD unless the whole answer does.",
    forms=STREAMED,
    source="behaviour.md#streams",
    category="streams",
    why="Characters of several tokens are shown as question marks (text-generation-inference#131).",
)
def characters_are_not_torn(context: Context, form: Form) -> None:
    for prompt in UNUSUAL:
        with context.case():
            exchange = context.cached(form.ask(prompt, tokens=TOKENS, **counted(form)))
            torn = [piece for piece in expect_answer(form, exchange).pieces if REPLACEMENT in piece]
            # The last token may end inside a character, and then returns a part of it.
            most = 1 if len(torn) <= 1 else 1 + _replaced(context, form, prompt)
            expect(len(torn) <= most, "whole characters", torn[:3], exchange)
            body = exchange.response.body
            count = body.count(REPLACEMENT.encode()) + body.count(ESCAPED_REPLACEMENT)
            expect(count <= 2 * most, "whole characters in each event", f"{count} U+FFFD", exchange)


def _replaced(context: Context, form: Form, prompt: str) -> int:
    """Count the U+FFFD of the same answer unstreamed: a model may generate it."""
    whole = unstreamed(form)
    answer = read_answer(whole, context.cached(whole.ask(prompt, tokens=TOKENS, **counted(whole))))
    return (answer.text or "").count(REPLACEMENT)


def _terminator_statement(form: Form) -> str:
    if form.dialect == "generate":
        return "The stream ends after the last event, without `[DONE]`."
    return "The last event is `[DONE]`, and it occurs only once."


@requirement(
    "terminator",
    _terminator_statement,
    forms=STREAMED,
    source="behaviour.md#streams",
    category="streams",
    depth=Depth.SMOKE,
    why="Without it OpenAI's clients hang; with it clients of /generate_stream fail to parse JSON.",
)
def terminator(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    done = [event.is_done for event in exchange.response.stream.events]
    expected = 0 if form.dialect == "generate" else 1
    expect(sum(done) == expected, f"{expected} events [DONE]", sum(done), exchange)
    last = exchange.response.stream.events[-1].data[:200] if done else "no event"
    expect(not expected or done[-1], "[DONE] last", last, exchange)


@requirement(
    "finishes-once",
    "Exactly one event ends the answer, and no token follows it.",
    forms=STREAMED,
    source=_chunk_source,
    category="streams",
    why="Clients stop reading at the first such event and lose what follows; without one they wait.",
)
def finishes_once(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    events = [event for event in json_events(exchange) if _carries_token(form, event)]
    finished = [bool(_finish(form, event)) for event in events]
    expect(sum(finished) == 1 and finished[-1], "one finish, in the last event", finished, exchange)


def _carries_token(form: Form, event: Any) -> bool:
    if form.dialect == "generate":
        return member(event, "token") is not None
    return bool(member(event, "choices"))


def _finish(form: Form, event: Any) -> Any:
    if form.dialect == "generate":
        return member(event, "generated_text") is not None
    return member(event, "choices", 0, "finish_reason")


@requirement(
    "error-ends-the-stream",
    "The stream of a refused request has one error event with a message, no token, and then ends.",
    forms=STREAMED,
    source="behaviour.md#streams",
    category="streams",
    why="Clients mistake an error event for a token, or wait forever (huggingface_hub#1651).",
)
def error_ends_the_stream(context: Context, form: Form) -> None:
    for name, value in bad_values(context, form):
        with context.case():
            exchange = context.cached(form.ask(tokens=2, **{name: value}))
            if exchange.response.status == OK:
                _expect_only_error(form, exchange)
            else:
                expect_refused(context, form.operation, exchange)


def _expect_only_error(form: Form, exchange: Exchange) -> None:
    events = exchange.response.stream.events
    done = [event for event in events if event.is_done]
    terminated, described = (0, "no [DONE]") if form.dialect == "generate" else (1, "one [DONE]")
    expect(len(done) == terminated, described, seen(exchange), exchange)
    types = {event.type for event in events}
    expect(types <= {"message"}, "events of type message", sorted(types), exchange)
    bodies = [event.json_or_none for event in events if not event.is_done]
    expect(len(bodies) == 1, "one event, the error", seen(exchange), exchange)
    error = member(bodies[0], "error")
    text = error if form.dialect == "generate" else member(error, "message")
    expect(isinstance(text, str) and bool(text), "an `error` with a message", seen(exchange), exchange)
    expect(member(bodies[0], "token") is None, "no token", seen(exchange), exchange)
    if form.dialect != "generate":
        status = member(error, "http_status_code")
        expect(status == UNPROCESSABLE, "an `http_status_code` of 422", seen(exchange), exchange)


@requirement(
    "index-counts-from-one",
    "`index` numbers the events from 1.",
    forms=NATIVE_STREAMED,
    source="#/components/schemas/StreamResponse/properties/index",
    category="streams",
    why="Clients detect a lost event by a gap.",
)
def index_counts_from_one(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    indices = [member(event, "index") for event in json_events(exchange)]
    expect(indices == list(range(1, len(indices) + 1)), "1, 2, 3, …", indices, exchange)


@requirement(
    "only-the-last-event-tells-the-end",
    "`generated_text` and `details` are null until the last event, which has both if details were requested.",
    forms=NATIVE_STREAMED,
    source="#/components/schemas/StreamResponse/properties/details",
    category="streams",
    why="Clients stop reading at the first event with `generated_text`.",
)
def only_the_last_event_tells_the_end(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    *others, last = json_events(exchange)
    early = [e for e in others if member(e, "generated_text") is not None or member(e, "details")]
    expect(not early, "null before the last event", early[:1], exchange)
    expect(bool(member(last, "details")), "details in the last event", last, exchange)
    expect(isinstance(member(last, "generated_text"), str), "the text in the last event", last, exchange)


@requirement(
    "details-only-when-asked",
    "The last event has no `details` unless they were requested.",
    forms=NATIVE_STREAMED,
    source="#/components/schemas/GenerateParameters/properties/details",
    category="streams",
    level=SHOULD,
)
def details_only_when_asked(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask())
    expect_answer(form, exchange)
    details = member(json_events(exchange)[-1], "details")
    expect(details is None, "details null", details, exchange)


@requirement(
    "chunks-belong-together",
    "`id`, `model` and `system_fingerprint` are the same in all chunks of a stream, and `created` advances "
    "with time.",
    forms=(CHAT_STREAM, COMPLETIONS_STREAM),
    source=_chunk_source,
    category="streams",
    why="Clients assign chunks to answers by their `id`.",
)
def chunks_belong_together(context: Context, form: Form) -> None:
    exchange = short_stream(context, form)
    for name in ("id", "model", "system_fingerprint"):
        values = {str(member(event, name)) for event in json_events(exchange)}
        expect(len(values) == 1, f"one `{name}`", sorted(values), exchange)
    times = [member(event, "created") for event in json_events(exchange)]
    expect(all(isinstance(one, int) for one in times), "`created` in seconds", times[:3], exchange)
    passed, least = max(times) - min(times), exchange.response.seconds
    advances = times == sorted(times) and passed <= least + A_SECOND
    expect(advances, "a `created` that advances with time", times[:9], exchange)


@requirement(
    "usage-comes-as-promised",
    "`usage` comes once, in the last chunk, with the number of generated tokens; in chat only if requested.",
    forms=(CHAT_STREAM, COMPLETIONS_STREAM),
    source="behaviour.md#streams",
    category="streams",
    why="Gateways bill by it.",
)
def usage_comes_as_promised(context: Context, form: Form) -> None:
    options: dict[str, Any] = {}
    if form.dialect == "chat":
        for request in (form.ask(), form.ask(stream_options={"include_usage": False})):
            plain = context.cached(request)
            expect_status(plain, OK)
            early = [event for event in json_events(plain) if member(event, "usage") is not None]
            expect(not early, "no usage unless requested", early[:1], plain)
        options = {"stream_options": {"include_usage": True}}
    exchange = context.cached(form.ask(tokens=TOKENS, **options))
    expect_status(exchange, OK)
    chunks = [event for event in json_events(exchange) if member(event, "usage")]
    expect(len(chunks) == 1, "one chunk with usage", len(chunks), exchange)
    expect(chunks[0] == json_events(exchange)[-1], "usage in the last chunk", seen(exchange), exchange)
    answer = read_answer(form, exchange)
    expect(answer.generated is not None, "completion_tokens", member(chunks[0], "usage"), exchange)
