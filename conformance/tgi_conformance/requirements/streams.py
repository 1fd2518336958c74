"""What every event stream keeps: framing, order, one end, the terminator of its dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.http.exchange import EVENT_STREAM, Exchange
from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.protocol.forms import GENERATE, GENERATE_STREAM, Form, member
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import (
    OK,
    expect,
    expect_answer,
    expect_media_type,
    expect_status,
    seen,
)
from tgi_conformance.requirements.answers import json_events, response_source
from tgi_conformance.requirements.tokens import ask, bare, counted, long_limit
from tgi_conformance.results.levels import Depth, Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

TOKENS = 12
SLOW = 0.25  # seconds; what is made quicker than this may well come in one piece
LONG_ENOUGH = 2 * SLOW  # of a short stream, its prompt read; else a long one is judged
FEWEST_EVENTS = 2
HELD_BACK = 0.9
CHANCES = 3  # a busy machine may hold back a stream, not each of several
UNUSUAL = ("Une idée naïve: 日本語の", "The robot 🤖")
A_SECOND = 1.5  # `created` is rounded, and an event may wait
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def streams(catalogue: Catalogue, form: Form) -> None:
    """The promises of a streamed form."""
    _framing(catalogue, form)
    _terminator(catalogue, form)
    _one_end(catalogue, form)
    _characters(catalogue, form)
    _delivery(catalogue, form)
    if form.dialect == "generate":
        _generate_order(catalogue, form)
    else:
        _identity(catalogue, form)


def _stream(context: Context, form: Form) -> Exchange:
    exchange = context.cached(form.ask(tokens=TOKENS, **counted(form)))
    expect_status(exchange, OK)
    expect_media_type(exchange, EVENT_STREAM)
    expect(bool(exchange.response.stream.events), "at least one event", seen(exchange), exchange)
    return exchange


def _framing(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "stream-is-framed-strictly"),
        "The stream reads by the WHATWG rules without a rest: UTF-8, known fields, a blank line at each end.",
        source="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation",
        operation=form.operation,
        depth=Depth.SMOKE,
        why="A browser drops an event that no blank line ends; the last one carries the whole text.",
    )
    def framed(context: Context) -> None:
        exchange = _stream(context, form)
        faults = exchange.response.stream.faults
        expect(not faults, "an event stream without faults", "; ".join(faults[:3]), exchange)

    @catalogue.add(
        words(form, "events-are-messages"),
        "Events have the default type `message`.",
        source=response_source(form.operation, EVENT_STREAM),
        operation=form.operation,
        why="An EventSource listener for messages never sees events of another type.",
    )
    def messages(context: Context) -> None:
        exchange = _stream(context, form)
        types = {event.type for event in exchange.response.stream.events}
        expect(types <= {"message"}, "events of type message", sorted(types), exchange)


def _characters(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "characters-are-not-torn"),
        "No piece of a stream holds U+FFFD unless the answer as a whole does.",
        source="behaviour.md#streams",
        operation=form.operation,
        why="Characters of several tokens come out as question marks (text-generation-inference#131).",
    )
    def torn(context: Context) -> None:
        for prompt in UNUSUAL:
            with context.case():
                exchange = context.cached(form.ask(prompt, tokens=TOKENS, **counted(form)))
                torn = [piece for piece in expect_answer(form, exchange).pieces if REPLACEMENT in piece]
                # The last token may end inside a character, and then shows what it has.
                most = 1 if len(torn) <= 1 else 1 + _replaced(context, form, prompt)
                expect(len(torn) <= most, "whole characters", torn[:3], exchange)
                body = exchange.response.body.count(REPLACEMENT.encode()) + exchange.response.body.count(
                    b"\\ufffd"
                )
                expect(body <= 2 * most, "whole characters in each event", f"{body} U+FFFD", exchange)


def _replaced(context: Context, form: Form, prompt: str) -> int:
    """Count the U+FFFD of the same answer unstreamed: a model may write it."""
    whole = GENERATE if form.path == GENERATE_STREAM.path else evolve(form, streamed=False)
    answer = read_answer(whole, context.cached(whole.ask(prompt, tokens=TOKENS, **counted(whole))))
    return (answer.text or "").count(REPLACEMENT)


def _delivery(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "stream-is-not-held-back"),
        "Events are sent as they are made: a slow answer does not come all at its end.",
        source="behaviour.md#streams",
        operation=form.operation,
        level=Level.SHOULD,
        why="A proxy that buffers turns a stream into a long wait.",
    )
    def delivered(context: Context) -> None:
        exchange = _stream(context, form)
        if exchange.response.seconds < LONG_ENOUGH:
            exchange, _ = ask(context, form, long_limit(form), **bare(form))
        for _ in range(CHANCES):
            if _comes_in_pieces(exchange, 0.0):
                return
            # Reading the prompt may take long by itself, which an answer of one token shows.
            reading = context.send(form.ask(tokens=1, **counted(form))).response.seconds
            _expect_slow(exchange, reading)
            if _comes_in_pieces(exchange, reading):
                return
            exchange = context.send(exchange.request)
        first, seconds = exchange.response.first, exchange.response.seconds
        expect(False, "the first event well before the last", f"{first:.2f} of {seconds:.2f} s", exchange)

    @catalogue.add(
        words(form, "stream-is-not-cached"),
        "The answer says `cache-control: no-cache`.",
        source="behaviour.md#streams",
        operation=form.operation,
        level=Level.SHOULD,
        why="A cache between would hold events back, or give them to another client.",
    )
    def cached(context: Context) -> None:
        exchange = _stream(context, form)
        control = exchange.response.headers.get("cache-control", "").lower()
        expect(
            "no-cache" in control or "no-store" in control,
            "cache-control: no-cache",
            control or "none",
            exchange,
        )


def _expect_slow(exchange: Exchange, reading: float) -> None:
    """Raise UnsupportedError unless making the answer took long enough for a delay to be seen."""
    count, making = len(exchange.response.stream.events), exchange.response.seconds - reading
    if making < SLOW or count <= FEWEST_EVENTS:
        told = f"{count} events were made within {max(making, 0):.2f} s"
        raise UnsupportedError(f"{told}, too quick to tell whether they are held back")


def _comes_in_pieces(exchange: Exchange, reading: float) -> bool:
    """Tell whether the first event came well before the last, however long the prompt was read before."""
    response = exchange.response
    making = response.seconds - reading
    return making >= SLOW and response.first - reading <= HELD_BACK * making


def _terminator(catalogue: Catalogue, form: Form) -> None:
    if form.dialect == "generate":
        statement = "The stream just ends after the last event: no `[DONE]`."
    else:
        statement = "The last event is `[DONE]`, and there is one."

    @catalogue.add(
        words(form, "terminator"),
        statement,
        source="behaviour.md#streams",
        operation=form.operation,
        depth=Depth.SMOKE,
        why="Without it OpenAI clients hang; with it clients of the generate dialect break on JSON.",
    )
    def check(context: Context) -> None:
        exchange = _stream(context, form)
        done = [event.is_done for event in exchange.response.stream.events]
        expected = 0 if form.dialect == "generate" else 1
        expect(sum(done) == expected, f"{expected} events [DONE]", sum(done), exchange)
        last = exchange.response.stream.events[-1].data[:200] if done else "no event"
        expect(not expected or done[-1], "[DONE] last", last, exchange)


def _one_end(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "finishes-once"),
        "Exactly one event finishes the answer, and no token follows it.",
        source=response_source(form.operation, EVENT_STREAM),
        operation=form.operation,
        why="Clients stop at the first finish; what follows is lost, and without one they wait.",
    )
    def check(context: Context) -> None:
        exchange = _stream(context, form)
        finished = [
            bool(_finish(form, event)) for event in json_events(exchange) if _carries_token(form, event)
        ]
        expect(sum(finished) == 1 and finished[-1], "one finish, in the last event", finished, exchange)


def _carries_token(form: Form, event: Any) -> bool:
    if form.dialect == "generate":
        return member(event, "token") is not None
    return bool(member(event, "choices"))


def _finish(form: Form, event: Any) -> Any:
    if form.dialect == "generate":
        return member(event, "generated_text") is not None
    return member(event, "choices", 0, "finish_reason")


def _generate_order(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "index-counts-from-one"),
        "`index` counts the events from 1.",
        source="#/components/schemas/StreamResponse/properties/index",
        operation=form.operation,
        why="A gap tells a client that it lost an event.",
    )
    def index(context: Context) -> None:
        exchange = _stream(context, form)
        indices = [member(event, "index") for event in json_events(exchange)]
        expect(indices == list(range(1, len(indices) + 1)), "1, 2, 3, …", indices, exchange)

    @catalogue.add(
        words(form, "only-the-last-event-tells-the-end"),
        "`generated_text` and `details` are null until the last event, which has both when asked.",
        source="#/components/schemas/StreamResponse/properties/details",
        operation=form.operation,
        why="Clients take the first event with `generated_text` for the end.",
    )
    def last(context: Context) -> None:
        exchange = _stream(context, form)
        events = json_events(exchange)
        early = [e for e in events[:-1] if member(e, "generated_text") is not None or member(e, "details")]
        expect(not early, "null before the last event", early[:1], exchange)
        expect(bool(member(events[-1], "details")), "details in the last event", events[-1], exchange)
        expect(
            isinstance(member(events[-1], "generated_text"), str),
            "the whole text at last",
            events[-1],
            exchange,
        )

    @catalogue.add(
        words(form, "details-only-when-asked"),
        "Without `details` the last event has none.",
        source="#/components/schemas/GenerateParameters/properties/details",
        operation=form.operation,
        level=Level.SHOULD,
    )
    def unasked(context: Context) -> None:
        exchange = context.cached(form.ask())
        expect_answer(form, exchange)
        details = member(json_events(exchange)[-1], "details")
        expect(details is None, "details null", details, exchange)


def _identity(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "chunks-belong-together"),
        "`id`, `model` and `system_fingerprint` are the same in all chunks, `created` moves on with time.",
        source=response_source(form.operation, EVENT_STREAM),
        operation=form.operation,
        why="Clients put chunks of several answers together by their `id`.",
    )
    def together(context: Context) -> None:
        exchange = _stream(context, form)
        for name in ("id", "model", "system_fingerprint"):
            values = {str(member(event, name)) for event in json_events(exchange)}
            expect(len(values) == 1, f"one `{name}`", sorted(values), exchange)
        times = [member(event, "created") for event in json_events(exchange)]
        expect(all(isinstance(one, int) for one in times), "`created` in seconds", times[:3], exchange)
        passed, least = max(times) - min(times), exchange.response.seconds
        expect(times == sorted(times) and passed <= least + A_SECOND, "one time", times[:9], exchange)

    @catalogue.add(
        words(form, "usage-comes-as-promised"),
        "`usage` counts what was generated, once, at the end.",
        source="behaviour.md#streams",
        operation=form.operation,
        why="Gateways bill by it.",
    )
    def usage(context: Context) -> None:
        if form.dialect == "chat":
            never: dict[str, Any] = {"stream_options": {"include_usage": False}}
            for request in (form.ask(), form.ask(**never)):
                plain = context.cached(request)
                expect_status(plain, OK)
                early = [event for event in json_events(plain) if member(event, "usage") is not None]
                expect(not early, "no usage unless asked for", early[:1], plain)
        options: dict[str, Any] = (
            {"stream_options": {"include_usage": True}} if form.dialect == "chat" else {}
        )
        exchange = context.cached(form.ask(tokens=TOKENS, **options))
        expect_status(exchange, OK)
        counted = [event for event in json_events(exchange) if member(event, "usage")]
        expect(len(counted) == 1, "one chunk with usage", len(counted), exchange)
        expect(counted[0] == json_events(exchange)[-1], "usage in the last chunk", seen(exchange), exchange)
        answer = read_answer(form, exchange)
        expect(answer.generated is not None, "completion_tokens", member(counted[0], "usage"), exchange)
