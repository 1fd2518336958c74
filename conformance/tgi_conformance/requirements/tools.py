"""Tools of chat: which one is called, its arguments, and which requests are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_common import json_text
from tgi_conformance.protocol.forms import CHAT, Form, listed, member
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import CHAT_FORMS
from tgi_conformance.requirements._verify import (
    OK,
    expect,
    expect_answer,
    expect_equal,
    expect_status,
    expect_terminated,
    seen,
)
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.requirements.chat import SYSTEMS, in_the_template, prompt_tokens
from tgi_conformance.requirements.refusals import expect_refused
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

WITH_OTHER_PARAMETERS = {
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
    """Describe a tool that takes a string, an integer and an object."""
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
# TGI's default prompt fills half of a small context. Without a seed a call is sampled anew in each run, and
# whether TGI loses a part of it in a stream depends on what was sampled.
PROMPTED = {"tool_prompt": "Call it.", "seed": 1}
NEEDS = ("tools",)
SOURCE = "behaviour.md#tools"
FORMAT = {"type": "json", "value": {"type": "object", "properties": {"a": {"type": "boolean"}}}}
CONVERSATION: list[dict[str, Any]] = [
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


def _called(context: Context, form: Form, **asked: Any) -> tuple[Exchange, dict[str, Any]]:
    """Request a tool call; return the answer and the called function, joined from its deltas if streamed."""
    exchange = context.cached(form.ask(tokens=TOKENS, **{**PROMPTED, **asked}))
    expect_status(exchange, OK)
    if not form.streamed:
        calls = listed(exchange.response.json, "choices", 0, "message", "tool_calls")
        expect(len(calls) == 1, "one tool call", seen(exchange), exchange)
        call = calls[0]
    else:
        call = _joined(context, exchange)
    expect_equal("function", member(call, "type"), "the call's `type`", exchange)
    expect(bool(member(call, "id")), "a call id", call, exchange)
    return exchange, member(call, "function") or {}


def _joined(context: Context, exchange: Exchange) -> dict[str, Any]:
    deltas = [member(event, "choices", 0, "delta", "tool_calls") for event in json_events(exchange)]
    pieces = [piece for delta in deltas if delta for piece in (delta if isinstance(delta, list) else [None])]
    expect(bool(pieces) and None not in pieces, "`tool_calls` that are arrays", seen(exchange), exchange)
    for name in ("index", "id", "type"):
        values = {str(member(piece, name)) for piece in pieces if member(piece, name) is not None}
        expect(len(values) == 1, f"one `{name}` for the call", sorted(values), exchange)
    expect_equal(0, member(pieces[0], "index"), "the `index` of the only call", exchange)
    names = [name for piece in pieces if (name := member(piece, "function", "name"))]
    expect(len(names) == 1, "the tool's name exactly once", names, exchange)
    expect(
        member(pieces[0], "function", "name") == names[0],
        "the tool's name in the first delta",
        pieces[0],
        exchange,
    )
    texts = [member(piece, "function", "arguments") for piece in pieces]
    wrong = [text for text in texts if not isinstance(text, (str, type(None)))]
    expect(not wrong, "`arguments` that are strings", wrong[:1], exchange)
    ends = [member(event, "choices", 0, "finish_reason") for event in json_events(exchange)]
    expect(sum(map(bool, ends)) <= 1, "one finish reason", [end for end in ends if end], exchange)
    expect_terminated(context, exchange)
    function = {"name": names[0], "arguments": "".join(text or "" for text in texts)}
    return {"type": member(pieces[0], "type"), "id": member(pieces[0], "id"), "function": function}


def _expect_city(call: dict[str, Any], exchange: Exchange) -> None:
    expect_equal(NAME, member(call, "name"), "the tool's name", exchange)
    arguments = member(call, "arguments")
    expect(isinstance(arguments, str), "arguments that are a string", arguments, exchange)
    try:
        value = json_text.parse(str(arguments))
    except ValueError:
        raise UnmetError("arguments that parse as JSON", arguments, exchange) from None
    expect(member(value, "_name") is None, "only the tool's own arguments", arguments, exchange)
    city = member(value, "city")
    expect(isinstance(city, str) and city in CITIES, f"a city from {sorted(CITIES)}", arguments, exchange)
    numbers = [str(member(value, *way)) for way in (("days",), ("place", "floor"))]
    expect_equal([str(DAYS), str(FLOOR)], numbers, "`days` and `place.floor`", exchange)
    whole = type(member(value, "days")) is int
    expect(whole, f"the number {DAYS} as `days`", member(value, "days"), exchange)


@requirement(
    "tool-arguments-are-json-text",
    "With `tool_choice` `required` the tool is called by name, and `arguments` is a string of valid JSON.",
    forms=CHAT_FORMS,
    source="#/components/schemas/ChatRequest/properties/tools",
    category="tools",
    needs=NEEDS,
    since="3.2",
    why="OpenAI's clients parse the string; an object breaks them (text-generation-inference#2136, #2461).",
)
def tool_arguments_are_json_text(context: Context, form: Form) -> None:
    exchange, call = _called(context, form, tools=[WEATHER], tool_choice="required")
    _expect_city(call, exchange)
    with context.case():
        exchange, call = _called(
            context, form, tools=[WEATHER], tool_choice="required", **WITH_OTHER_PARAMETERS
        )
        _expect_city(call, exchange)


@requirement(
    "tool-calls-end-with-stop",
    "A tool call's `finish_reason` is `stop`, and `usage` counts its tokens.",
    forms=CHAT_FORMS,
    source=SOURCE,
    category="tools",
    needs=NEEDS,
    since="3.2",
    why="Agents read from `finish_reason` whether the call is complete.",
)
def tool_calls_end_with_stop(context: Context, form: Form) -> None:
    usage = {"stream_options": {"include_usage": True}} if form.streamed else {}
    asked = {**PROMPTED, "tools": [WEATHER], "tool_choice": "required"}
    request = form.ask(tokens=TOKENS, **asked, **usage)
    exchange = context.cached(request)
    answer = expect_call(form, exchange)
    with context.case():
        expect_equal("stop", answer[0], "the finish reason", exchange)
    counts = [member(answer[1], name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
    numbers = all(isinstance(count, int) and count > 0 for count in counts)
    expect(numbers and counts[0] + counts[1] == counts[2], "usage that adds up", answer[1], exchange)
    header = exchange.response.headers.get("x-generated-tokens", str(counts[1]))
    expect(form.streamed or header == str(counts[1]), f"x-generated-tokens {counts[1]}", header, exchange)
    if not form.streamed:
        short = context.send(form.ask(tokens=3, **asked))
        spent = member(short.response.json, "usage", "completion_tokens") or 0
        expect(spent <= 3, "at most 3 tokens", spent, short)


def expect_call(form: Form, exchange: Exchange) -> tuple[Any, Any]:
    """Return the finish reason and the usage of an answer that calls a tool."""
    expect_status(exchange, OK)
    if not form.streamed:
        body = exchange.response.json
        return member(body, "choices", 0, "finish_reason"), member(body, "usage")
    events = json_events(exchange)
    ends = [end for event in events if (end := member(event, "choices", 0, "finish_reason"))]
    usages = [usage for event in events if (usage := member(event, "usage"))]
    return next(iter(ends), None), next(iter(usages), None)


@requirement(
    "named-tool-is-called",
    "`tool_choice` selects one of several tools, given as an object or as a bare name.",
    forms=CHAT_FORMS,
    source="#/components/schemas/ToolChoice",
    category="tools",
    needs=NEEDS,
    since="3.2",
    why="Agents force the next step by naming its tool.",
)
def named_tool_is_called(context: Context, form: Form) -> None:
    for choice in ({"type": "function", "function": {"name": NAME}}, NAME):
        with context.case():
            exchange, call = _called(context, form, tools=[TIME, WEATHER], tool_choice=choice)
            _expect_city(call, exchange)


@requirement(
    "tool-schema-may-be-called-parameters",
    "A tool's schema is enforced when it is called `parameters`, as OpenAI calls it, instead of `arguments`.",
    forms=CHAT_FORMS,
    source=SOURCE,
    category="tools",
    needs=NEEDS,
    since="3.2",
    why="OpenAI's clients send `parameters`.",
)
def tool_schema_may_be_called_parameters(context: Context, form: Form) -> None:
    exchange, call = _called(context, form, tools=[OPENAIS], tool_choice="required")
    _expect_city(call, exchange)


@requirement(
    "tool-choice-none-calls-no-tool",
    "With `tool_choice` `none` the answer is text.",
    forms=CHAT_FORMS,
    source="#/components/schemas/ToolChoice",
    category="tools",
    needs=NEEDS,
    why="Agents send `none` when the model must talk to the user.",
)
def tool_choice_none_calls_no_tool(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask(tokens=4, tools=[WEATHER], tool_choice="none"))
    answer = expect_answer(form, exchange)
    bodies = json_events(exchange) if form.streamed else [exchange.response.json]
    calls = [
        call
        for body in bodies
        for part in ("message", "delta")
        if (call := member(body, "choices", 0, part, "tool_calls"))
    ]
    expect(not calls, "no tool call", calls[:1], exchange)
    expect(bool(answer.text), "text", seen(exchange), exchange)


@requirement(
    "impossible-tools-are-refused",
    "A `tool_choice` that names no given tool is refused with 422 `tool_error`; so are tools combined with "
    "`response_format`.",
    forms=CHAT_FORMS,
    source=SOURCE,
    category="tools",
    needs=NEEDS,
    why="An agent that names the wrong tool needs an error to notice it.",
)
def impossible_tools_are_refused(context: Context, form: Form) -> None:
    unknown = {"type": "function", "function": {"name": "no_such_tool"}}
    for asked in (
        {"tools": [WEATHER], "tool_choice": unknown},
        {"tools": [WEATHER], "response_format": FORMAT},
    ):
        with context.case():
            exchange = context.send(form.ask(tokens=TOKENS, **asked))
            expect_refused(context, form.operation, exchange, error_type="tool_error")


@requirement(
    "tools-are-told-to-the-model",
    "Tool definitions are part of the prompt and count as prompt tokens.",
    forms=(CHAT,),
    source=SOURCE,
    category="tools",
    level=SHOULD,
    needs=("lengths", *NEEDS),
    why="A grammar alone can produce a call of any tool; only the prompt tells the model which one fits.",
)
def tools_are_told_to_the_model(context: Context, form: Form) -> None:
    plain = expect_answer(form, context.cached(form.ask(tokens=4, tools=[WEATHER], tool_choice="none")))
    exchange = context.cached(form.ask(tokens=TOKENS, **PROMPTED, tools=[WEATHER], tool_choice="required"))
    counted = member(expect_call(form, exchange)[1], "prompt_tokens") or 0
    more = f"more than {plain.prompt} prompt tokens"
    expect(isinstance(counted, int) and counted > (plain.prompt or 0), more, counted, exchange)


@requirement(
    "results-of-tools-are-read",
    "Earlier tool calls and tool results are accepted as messages and count as prompt tokens.",
    forms=(CHAT,),
    source="#/components/schemas/MessageBody",
    category="tools",
    needs=("POST /v1/chat/completions", "lengths"),
    since="3.2",
    why="An agent's second request carries the tool's result.",
)
def results_of_tools_are_read(context: Context, form: Form) -> None:
    exchanges = [
        _conversation(context, form, messages)
        for messages in (CONVERSATION[:1], CONVERSATION[:2], CONVERSATION)
    ]
    if any(one.response.is_template_error for one in exchanges):
        raise UnsupportedError("the chat template does not support tools")
    for exchange in exchanges:
        expect_status(exchange, OK)
    counts = [member(one.response.json, "usage", "prompt_tokens") or 0 for one in exchanges]
    result = CONVERSATION[-1]["content"]
    if counts[1] == counts[2] and not in_the_template(context, CONVERSATION, result):
        raise UnsupportedError("the chat template ignores the role tool")
    rising = counts[0] < counts[1] < counts[2]
    expect(rising, "more prompt tokens for each message", counts, exchanges[-1])


def _conversation(context: Context, form: Form, messages: list[dict[str, Any]]) -> Exchange:
    return context.cached(form.ask(tokens=1, messages=messages))


@requirement(
    "every-role-is-read",
    "Messages of the roles system and tool count as prompt tokens.",
    forms=(CHAT,),
    source="#/components/schemas/ChatRequest/properties/messages",
    category="tools",
    level=SHOULD,  # the template belongs to the model, and a few ignore roles without an error
    needs=("lengths",),
    since="3.2",
    why="If the template drops instructions or tool results, the model answers as if they were never sent.",
)
def every_role_is_read(context: Context, form: Form) -> None:
    pairs = [(prompt_tokens(context, form, SYSTEMS[:1]), prompt_tokens(context, form, SYSTEMS[1:]))]
    results = [_conversation(context, form, messages) for messages in (CONVERSATION[:2], CONVERSATION)]
    counts = [member(one.response.json, "usage", "prompt_tokens") or 0 for one in results]
    pairs.append(((counts[0], results[0]), (counts[1], results[1])))
    for role, ((before, first), (counted, exchange)) in zip(("system", "tool"), pairs, strict=True):
        with context.case():
            if not (first.response.is_template_error or exchange.response.is_template_error):
                expect(counted > before, f"more than {before} tokens for {role}", counted, exchange)
