"""Tools of chat: called by name, with arguments that parse, or refused with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_common import json_text
from tgi_conformance.api import Form, listed, member
from tgi_conformance.families.answers import json_events
from tgi_conformance.families.chat import SYSTEMS, in_the_template, prompt_tokens
from tgi_conformance.families.naming import words
from tgi_conformance.families.refusals import expect_refused
from tgi_conformance.levels import Level
from tgi_conformance.outcomes import UnmetError, UnsupportedError
from tgi_conformance.verify import (
    OK,
    expect,
    expect_answer,
    expect_equal,
    expect_status,
    expect_terminated,
    seen,
)

if TYPE_CHECKING:
    from tgi_conformance.exchange import Exchange
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial


COMPANY = {
    "temperature": 0.7,
    "seed": 5,
    "top_p": 0.9,
    "messages": [
        {"role": "user", "content": "Where are you?"},
        {"role": "assistant", "content": "In Rome."},
        {"role": "user", "content": "What is the weather there?"},
    ],
}


DAYS, FLOOR = 3, 2


def _tool(name: str, argument: str, values: list[str], *, member_name: str = "arguments") -> dict[str, Any]:
    """Describe a tool; besides a text it takes a number and an object, which must come as what they are."""
    place = {"type": "object", "properties": {"floor": {"enum": [FLOOR]}}, "required": ["floor"]}
    properties = {argument: {"enum": values}, "days": {"enum": [DAYS]}, "place": place}
    schema = {"type": "object", "properties": properties, "required": [*properties]}
    function = {"name": name, member_name: schema}
    return {"type": "function", "function": function}


NAME = "get-Weather_of_a_city"
WEATHER = _tool(NAME, "city", ["Zürich", "Rome"])
TIME = _tool(f"{NAME}_and_its_time", "zone", ["UTC"])
OPENAIS = _tool(NAME, "city", ["Zürich", "Rome"], member_name="parameters")
CITIES = {"Zürich", "Rome"}
TOKENS = 120
PROMPTED = {"tool_prompt": "Call it."}  # shorter than TGI's own, which half of a small context holds
NEEDS = ("tools",)
SOURCE = "behaviour.md#tools"
FORMAT = {"type": "json", "value": {"type": "object", "properties": {"a": {"type": "boolean"}}}}
TURNS: list[dict[str, Any]] = [
    {"role": "user", "content": "What is the weather in Rome?"},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "0",
                "type": "function",
                "function": {"name": NAME, "arguments": '{"city": "Rome"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "0", "content": "It is sunny and thirty degrees in the shade."},
]


def tools(catalogue: Catalogue, form: Form) -> None:
    """The promises of a form of chat about tools."""
    _arguments(catalogue, form)
    _by_name(catalogue, form)
    _openais_name(catalogue, form)
    _none(catalogue, form)
    _refused(catalogue, form)
    if not form.streamed:
        _prompted(catalogue, form)
        _results(catalogue, form)
        _every_role(catalogue, form)


def _called(trial: Trial, form: Form, **asked: Any) -> tuple[Exchange, dict[str, Any]]:
    """Have a tool called; give the call whole, put together where it is streamed."""
    exchange = trial.sample(form.ask(tokens=TOKENS, **PROMPTED, **asked))
    expect_status(exchange, OK)
    if not form.streamed:
        calls = listed(exchange.response.json, "choices", 0, "message", "tool_calls")
        expect(len(calls) == 1, "one tool call", seen(exchange), exchange)
        call = calls[0]
    else:
        call = _put_together(trial, exchange)
    expect_equal("function", member(call, "type"), "the call's type", exchange)
    expect(bool(member(call, "id")), "an id of the call", call, exchange)
    return exchange, member(call, "function") or {}


def _put_together(trial: Trial, exchange: Exchange) -> dict[str, Any]:
    deltas = [member(event, "choices", 0, "delta", "tool_calls") for event in json_events(exchange)]
    pieces = [piece for delta in deltas if delta for piece in (delta if isinstance(delta, list) else [None])]
    expect(bool(pieces) and None not in pieces, "`tool_calls` as arrays", seen(exchange), exchange)
    for name in ("index", "id", "type"):
        values = {str(member(piece, name)) for piece in pieces if member(piece, name) is not None}
        expect(len(values) == 1, f"one `{name}` of the call", sorted(values), exchange)
    names = [name for piece in pieces if (name := member(piece, "function", "name"))]
    expect(len(names) == 1, "the tool's name once", names, exchange)
    expect(
        member(pieces[0], "function", "name") == names[0],
        "the name with the first piece",
        pieces[0],
        exchange,
    )
    texts = [member(piece, "function", "arguments") for piece in pieces]
    wrong = [text for text in texts if not isinstance(text, (str, type(None)))]
    expect(not wrong, "pieces of text as `arguments`", wrong[:1], exchange)
    ends = [member(event, "choices", 0, "finish_reason") for event in json_events(exchange)]
    expect(sum(map(bool, ends)) <= 1, "one finish reason", [end for end in ends if end], exchange)
    expect_terminated(trial, exchange)
    function = {"name": names[0], "arguments": "".join(text or "" for text in texts)}
    return {"type": member(pieces[0], "type"), "id": member(pieces[0], "id"), "function": function}


def _expect_city(call: dict[str, Any], exchange: Exchange) -> None:
    expect_equal(NAME, member(call, "name"), "the tool's name", exchange)
    arguments = member(call, "arguments")
    expect(isinstance(arguments, str), "arguments as a string", arguments, exchange)
    try:
        value = json_text.parse(str(arguments))
    except ValueError:
        raise UnmetError("arguments that parse as JSON", arguments, exchange) from None
    expect(member(value, "_name") is None, "the tool's own arguments", arguments, exchange)
    city = member(value, "city")
    expect(isinstance(city, str) and city in CITIES, f"a city of {sorted(CITIES)}", arguments, exchange)
    numbers = [str(member(value, *way)) for way in (("days",), ("place", "floor"))]
    expect_equal([str(DAYS), str(FLOOR)], numbers, "days and the floor of the place", exchange)
    whole = type(member(value, "days")) is int
    expect(whole, f"the number {DAYS} as `days`", member(value, "days"), exchange)


def _arguments(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "tool-arguments-are-json-text"),
        "A required tool is called with its name, and `arguments` is text that parses as its JSON.",
        source="#/components/schemas/ChatRequest/properties/tools",
        operation=form.operation,
        needs=NEEDS,
        since="3.2",
        why="OpenAI's clients parse the text; an object breaks them (text-generation-inference#2136, #2461).",
    )
    def check(trial: Trial) -> None:
        exchange, call = _called(trial, form, tools=[WEATHER], tool_choice="required")
        _expect_city(call, exchange)
        with trial.case():
            exchange, call = _called(trial, form, tools=[WEATHER], tool_choice="required", **COMPANY)
            _expect_city(call, exchange)

    @catalogue.add(
        words(form, "tool-calls-end-with-stop"),
        "A tool call's `finish_reason` is `stop`, and its tokens are counted.",
        source=SOURCE,
        operation=form.operation,
        needs=NEEDS,
        since="3.2",
        why="Agents decide by the reason whether the call is whole.",
    )
    def ends(trial: Trial) -> None:
        usage = {"stream_options": {"include_usage": True}} if form.streamed else {}
        asked = {**PROMPTED, "tools": [WEATHER], "tool_choice": "required"}
        request = form.ask(tokens=TOKENS, **asked, **usage)
        exchange = trial.sample(request)
        answer = expect_call(form, exchange)
        with trial.case():
            expect_equal("stop", answer[0], "the finish reason", exchange)
        counts = [member(answer[1], name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
        numbers = all(isinstance(count, int) and count > 0 for count in counts)
        expect(numbers and counts[0] + counts[1] == counts[2], "usage that adds up", answer[1], exchange)
        header = exchange.response.headers.get("x-generated-tokens", str(counts[1]))
        expect(form.streamed or header == str(counts[1]), f"x-generated-tokens {counts[1]}", header, exchange)
        if not form.streamed:
            short = trial.send(form.ask(tokens=3, **asked))
            spent = member(short.response.json, "usage", "completion_tokens") or 0
            expect(spent <= 3, "at most 3 tokens", spent, short)  # noqa: PLR2004 - as asked


def expect_call(form: Form, exchange: Exchange) -> tuple[Any, Any]:
    """Give the finish reason and the usage of an answer that calls a tool."""
    expect_status(exchange, OK)
    if not form.streamed:
        body = exchange.response.json
        return member(body, "choices", 0, "finish_reason"), member(body, "usage")
    events = json_events(exchange)
    ends = [end for event in events if (end := member(event, "choices", 0, "finish_reason"))]
    usages = [usage for event in events if (usage := member(event, "usage"))]
    return next(iter(ends), None), next(iter(usages), None)


def _by_name(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "named-tool-is-called"),
        "Of several tools the one that `tool_choice` names is called, as an object or by its bare name.",
        source="#/components/schemas/ToolChoice",
        operation=form.operation,
        needs=NEEDS,
        since="3.2",
        why="Agents force the step that they need.",
    )
    def check(trial: Trial) -> None:
        for choice in ({"type": "function", "function": {"name": NAME}}, NAME):
            with trial.case():
                exchange, call = _called(trial, form, tools=[TIME, WEATHER], tool_choice=choice)
                _expect_city(call, exchange)


def _openais_name(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "tool-schema-may-be-called-parameters"),
        "A tool's schema is held, whether it is called `arguments` or, as by OpenAI, `parameters`.",
        source=SOURCE,
        operation=form.operation,
        needs=NEEDS,
        since="3.2",
        why="OpenAI's clients send `parameters`.",
    )
    def check(trial: Trial) -> None:
        exchange, call = _called(trial, form, tools=[OPENAIS], tool_choice="required")
        _expect_city(call, exchange)


def _none(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "tool-choice-none-calls-no-tool"),
        "With `tool_choice` `none` the answer is text.",
        source="#/components/schemas/ToolChoice",
        operation=form.operation,
        needs=NEEDS,
        why="Agents say `none` when the model must talk to the user.",
    )
    def check(trial: Trial) -> None:
        exchange = trial.sample(form.ask(tokens=4, tools=[WEATHER], tool_choice="none"))
        answer = expect_answer(form, exchange)
        whole = json_events(exchange) if form.streamed else [exchange.response.json]
        calls = [
            call
            for body in whole
            for part in ("message", "delta")
            if (call := member(body, "choices", 0, part, "tool_calls"))
        ]
        expect(not calls, "no tool call", calls[:1], exchange)
        expect(bool(answer.text), "text", seen(exchange), exchange)


def _refused(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "impossible-tools-are-refused"),
        "A tool that is not there, and tools beside a `response_format`, are 422 `tool_error`.",
        source=SOURCE,
        operation=form.operation,
        needs=NEEDS,
        why="An agent that named the wrong tool must learn of it.",
    )
    def check(trial: Trial) -> None:
        nowhere = {"type": "function", "function": {"name": "no_such_tool"}}
        for asked in (
            {"tools": [WEATHER], "tool_choice": nowhere},
            {"tools": [WEATHER], "response_format": FORMAT},
        ):
            with trial.case():
                exchange = trial.send(form.ask(tokens=TOKENS, **asked))
                expect_refused(trial, form.operation, exchange, error_type="tool_error")


def _prompted(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "tools-are-told-to-the-model",
        "Tools count as prompt tokens: the model reads what it may call.",
        source=SOURCE,
        operation=form.operation,
        level=Level.SHOULD,
        needs=("lengths", *NEEDS),
        why="A grammar alone makes a call of any tool; which one is right only the prompt tells.",
    )
    def check(trial: Trial) -> None:
        plain = expect_answer(form, trial.sample(form.ask(tokens=4, tools=[WEATHER], tool_choice="none")))
        exchange = trial.sample(form.ask(tokens=TOKENS, **PROMPTED, tools=[WEATHER], tool_choice="required"))
        counted = member(expect_call(form, exchange)[1], "prompt_tokens") or 0
        more = f"more than {plain.prompt} prompt tokens"
        expect(isinstance(counted, int) and counted > (plain.prompt or 0), more, counted, exchange)


def _results(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "results-of-tools-are-read",
        "Calls of tools and their results, as earlier turns, are taken and count as prompt tokens.",
        source="#/components/schemas/MessageBody",
        operation=form.operation,
        needs=("POST /v1/chat/completions", "lengths"),
        since="3.2",
        why="An agent's second request carries what the tool answered.",
    )
    def check(trial: Trial) -> None:
        exchanges = [_conversation(trial, form, turns) for turns in (TURNS[:1], TURNS[:2], TURNS)]
        if any(one.response.is_template_error for one in exchanges):
            raise UnsupportedError("the chat template knows no tools")
        for exchange in exchanges:
            expect_status(exchange, OK)
        counts = [member(one.response.json, "usage", "prompt_tokens") or 0 for one in exchanges]
        if counts[1] == counts[2] and not in_the_template(trial, TURNS, TURNS[-1]["content"]):
            raise UnsupportedError("the chat template passes over the role tool")
        rising = counts[0] < counts[1] < counts[2]
        expect(rising, "more prompt tokens for each turn", counts, exchanges[-1])


def _conversation(trial: Trial, form: Form, turns: list[dict[str, Any]]) -> Exchange:
    return trial.sample(form.ask(tokens=1, messages=turns))


def _every_role(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "every-role-is-read",
        "Messages of the roles system and tool count as prompt tokens.",
        source="#/components/schemas/ChatRequest/properties/messages",
        operation=form.operation,
        level=Level.SHOULD,  # the template is the model's own, and a few pass over roles in silence
        needs=("lengths",),
        since="3.2",
        why="Instructions and results that nobody reads are answered as if nobody had given them.",
    )
    def check(trial: Trial) -> None:
        pairs = [(prompt_tokens(trial, form, SYSTEMS[:1]), prompt_tokens(trial, form, SYSTEMS[1:]))]
        results = [_conversation(trial, form, turns) for turns in (TURNS[:2], TURNS)]
        counts = [member(one.response.json, "usage", "prompt_tokens") or 0 for one in results]
        pairs.append(((counts[0], results[0]), (counts[1], results[1])))
        for role, ((before, first), (counted, exchange)) in zip(("system", "tool"), pairs, strict=True):
            with trial.case():
                if not (first.response.is_template_error or exchange.response.is_template_error):
                    expect(counted > before, f"more than {before} tokens for {role}", counted, exchange)
