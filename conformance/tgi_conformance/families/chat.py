"""What chat adds: roles, log-probabilities, tools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_conformance.api import Form, member
from tgi_conformance.families.answers import json_events
from tgi_conformance.families.refusals import expect_refused
from tgi_conformance.levels import Depth, Level
from tgi_conformance.outcomes import UnmetError
from tgi_conformance.verify import OK, expect, expect_equal, expect_status, seen

if TYPE_CHECKING:
    from tgi_conformance.exchange import Exchange
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather",
        "arguments": {
            "type": "object",
            "properties": {"city": {"enum": ["Paris", "Rome"]}},
            "required": ["city"],
        },
    },
}
OTHER = {
    "type": "function",
    "function": {
        "name": "get_time",
        "description": "Tell the time",
        "arguments": {"type": "object", "properties": {"zone": {"enum": ["UTC"]}}, "required": ["zone"]},
    },
}
TOOL_TOKENS = 96
TOP = 2
CLOSE = 1e-3  # log-probabilities of one step, computed once
SINCE, UNTIL = 1_600_000_000, 4_000_000_000  # seconds; milliseconds would be far beyond
SHOWN_ALIKE = " \N{REPLACEMENT CHARACTER}"  # what stands at a text's ends may be cut


def chat(catalogue: Catalogue, form: Form, streamed: Form) -> None:
    """The promises of chat alone."""
    _roles(catalogue, form, streamed)
    _finish(catalogue, form)
    _logprobs(catalogue, form)
    _streamed_logprobs(catalogue, streamed)
    _identity(catalogue, form)
    _parts(catalogue, form)
    _tools(catalogue, form, streamed)


def _roles(catalogue: Catalogue, form: Form, streamed: Form) -> None:
    @catalogue.add(
        "message-is-the-assistants",
        "The answer's role is `assistant`.",
        source="#/components/schemas/TextMessage/properties/role",
        depth=Depth.SMOKE,
        why="Clients append the message to the conversation as it is.",
    )
    def message(trial: Trial) -> None:
        exchange = trial.sample(form.ask())
        expect_status(exchange, OK)
        expect_equal(
            "assistant", member(exchange.response.json, "choices", 0, "message", "role"), "role", exchange
        )

    @catalogue.add(
        "streamed-deltas-are-the-assistants",
        "Every delta of a stream has the role `assistant`.",
        source="#/components/schemas/TextMessage/properties/role",
        operation=streamed.operation,
        why="The document requires it in each delta.",
    )
    def deltas(trial: Trial) -> None:
        exchange = trial.sample(streamed.ask())
        expect_status(exchange, OK)
        roles = {
            member(e, "choices", 0, "delta", "role") for e in json_events(exchange) if member(e, "choices")
        }
        expect_equal({"assistant"}, roles, "roles", exchange)


def _finish(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "object-names-the-kind",
        "`object` is `chat.completion`.",
        source="behaviour.md#openai-style-routes",
        why="OpenAI's clients tell answers apart by it (text-generation-inference#1682).",
    )
    def kind(trial: Trial) -> None:
        exchange = trial.sample(form.ask())
        expect_status(exchange, OK)
        expect_equal("chat.completion", member(exchange.response.json, "object"), "object", exchange)


def _logprobs(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "logprobs-have-an-entry-a-token",
        "With `logprobs` each generated token has an entry, at most 0, with as many alternatives as asked.",
        source="#/components/schemas/ChatRequest/properties/logprobs",
        why="Evaluations score answers by them (text-generation-inference#2108).",
    )
    def check(trial: Trial) -> None:
        exchange = trial.send(form.ask(tokens=4, temperature=0.0, logprobs=True, top_logprobs=TOP))
        expect_status(exchange, OK)
        entries = member(exchange.response.json, "choices", 0, "logprobs", "content") or []
        counted = member(exchange.response.json, "usage", "completion_tokens")
        expect_equal(counted, len(entries), "entries of logprobs", exchange)
        for entry in entries:
            logprob = member(entry, "logprob")
            expect(isinstance(logprob, (int, float)) and logprob <= 0, "logprob <= 0", entry, exchange)
            _expect_alternatives(entry, exchange)
        together = "".join(str(member(entry, "token")) for entry in entries)
        text = str(member(exchange.response.json, "choices", 0, "message", "content"))
        expect_equal(
            text.strip(SHOWN_ALIKE), together.strip(SHOWN_ALIKE), "the tokens put together", exchange
        )


def _streamed_logprobs(catalogue: Catalogue, streamed: Form) -> None:
    @catalogue.add(
        "streamed-logprobs-have-an-entry-a-token",
        "Streamed, the entries of `logprobs` together are the text, each at most 0, with alternatives.",
        source="#/components/schemas/ChatCompletionChoice/properties/logprobs",
        operation=streamed.operation,
        why="Evaluations score answers by them.",
    )
    def check(trial: Trial) -> None:
        exchange = trial.sample(streamed.ask(tokens=4, temperature=0.0, logprobs=True, top_logprobs=TOP))
        expect_status(exchange, OK)
        choices = [member(event, "choices", 0) for event in json_events(exchange) if member(event, "choices")]
        entries = [
            entry for choice in choices for entry in member(choice, "logprobs", "content") or [] if entry
        ]
        expect(bool(entries), "entries of logprobs", seen(exchange), exchange)
        for entry in entries:
            logprob = member(entry, "logprob")
            expect(isinstance(logprob, (int, float)) and logprob <= 0, "logprob <= 0", entry, exchange)
            _expect_alternatives(entry, exchange)
        text = "".join(str(member(choice, "delta", "content") or "") for choice in choices)
        together = "".join(str(member(entry, "token")) for entry in entries)
        expect_equal(text.strip(SHOWN_ALIKE), together.strip(SHOWN_ALIKE), "the tokens together", exchange)


def _expect_alternatives(entry: Any, exchange: Exchange) -> None:
    alternatives = member(entry, "top_logprobs") or []
    expect(len(alternatives) >= TOP, f"{TOP} alternatives", entry, exchange)
    logprobs = [member(alternative, "logprob") for alternative in alternatives]
    numbers = all(isinstance(logprob, (int, float)) for logprob in logprobs)
    expect(numbers and logprobs == sorted(logprobs, reverse=True), "best first", logprobs, exchange)
    best = logprobs[0] - member(entry, "logprob")
    expect(abs(best) < CLOSE, "the greedy token's logprob as the best", entry, exchange)


def _identity(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "answer-says-what-it-is",
        "The one choice has `index` 0, `created` is a time in seconds, and `model` is a name.",
        source="#/components/schemas/ChatCompletion",
        why="Clients log and put answers together by them.",
    )
    def says(trial: Trial) -> None:
        exchange = trial.sample(form.ask())
        expect_status(exchange, OK)
        body = exchange.response.json
        indices = [member(choice, "index") for choice in member(body, "choices") or []]
        expect_equal([0], indices, "the choices' indices", exchange)
        created = member(body, "created")
        expect(isinstance(created, int) and SINCE < created < UNTIL, "seconds since 1970", created, exchange)
        expect(bool(member(body, "model")), "a model's name", member(body, "model"), exchange)

    @catalogue.add(
        "model-is-the-served-one",
        "Without a `model` in the request, the answer names the one that /info names.",
        source="behaviour.md#openai-style-routes",
        level=Level.SHOULD,
        needs=("GET /info",),
        why="Logs and bills go by it.",
    )
    def model(trial: Trial) -> None:
        exchange = trial.sample(form.ask())
        expect_status(exchange, OK)
        served = trial.facts.info.get("model_id")
        expect_equal(served, member(exchange.response.json, "model"), "model", exchange)


def _parts(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "text-parts-are-text",
        "Content as a list of text parts counts as many prompt tokens as the same text as a string.",
        source="#/components/schemas/MessageChunk",
        why="OpenAI's clients send parts.",
    )
    def parts(trial: Trial) -> None:
        text = "What is Deep Learning?"
        whole = trial.sample(form.ask(text))
        expect_status(whole, OK)
        messages: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": text}]}]
        exchange = trial.send(form.request({**form.body(), "messages": messages}))
        expect_status(exchange, OK)
        counts = [member(e.response.json, "usage", "prompt_tokens") for e in (whole, exchange)]
        expect_equal(counts[0], counts[1], "prompt_tokens", exchange)
        more = [{"role": "user", "content": [*messages[0]["content"], {"type": "text", "text": " Say it."}]}]
        longer = trial.send(form.request({**form.body(), "messages": more}))
        expect_status(longer, OK)
        counted = member(longer.response.json, "usage", "prompt_tokens") or 0
        expect(
            counted > (counts[1] or 0), f"more than {counts[1]} prompt tokens for two parts", counted, longer
        )

    @catalogue.add(
        "earlier-turns-are-read",
        "Earlier messages of system, user and assistant are taken and count as prompt tokens.",
        source="#/components/schemas/ChatRequest/properties/messages",
        why="A server that reads the last message only forgets the conversation.",
    )
    def turns(trial: Trial) -> None:
        last = {"role": "user", "content": "And today?"}
        short = trial.send(form.request({**form.body(tokens=1), "messages": [last]}))
        expect_status(short, OK)
        earlier = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "How was the weather?"},
            {"role": "assistant", "content": "It rained."},
        ]
        before = member(short.response.json, "usage", "prompt_tokens") or 0
        for turns in (earlier[:1], earlier[1:2], earlier[1:]):
            with trial.case():
                exchange = trial.send(form.request({**form.body(tokens=1), "messages": [*turns, last]}))
                expect_status(exchange, OK)
                counted = member(exchange.response.json, "usage", "prompt_tokens") or 0
                expect(counted > before, f"more than {before} prompt tokens", counted, exchange)


def _tools(catalogue: Catalogue, form: Form, streamed: Form) -> None:
    _no_tool(catalogue, form)
    needs = ("tools",)

    @catalogue.add(
        "tool-arguments-are-json-text",
        "A required tool is called with its name, and `arguments` is a string that parses as JSON.",
        source="#/components/schemas/ChatRequest/properties/tools",
        needs=needs,
        since="3.0",
        why="OpenAI's clients parse the string; an object breaks them (text-generation-inference#2136).",
    )
    def unstreamed(trial: Trial) -> None:
        exchange = trial.send(form.ask(tokens=TOOL_TOKENS, tools=[TOOL], tool_choice="required"))
        expect_status(exchange, OK)
        call = member(exchange.response.json, "choices", 0, "message", "tool_calls", 0, "function")
        expect_equal("get_weather", member(call, "name"), "the tool's name", exchange)
        _expect_arguments(member(call, "arguments"), exchange)

    @catalogue.add(
        "streamed-tool-arguments-are-json-text",
        "Streamed, the pieces of `arguments` make up a string that parses as JSON.",
        source="#/components/schemas/ToolCallDelta",
        operation=streamed.operation,
        needs=needs,
        since="3.0",
        why="Agents act on the arguments (text-generation-inference#2461).",
    )
    def stream(trial: Trial) -> None:
        exchange = trial.send(streamed.ask(tokens=TOOL_TOKENS, tools=[TOOL], tool_choice="required"))
        expect_status(exchange, OK)
        calls = [member(e, "choices", 0, "delta", "tool_calls", 0, "function") for e in json_events(exchange)]
        names = [member(call, "name") for call in calls if member(call, "name")]
        expect_equal(["get_weather"], names, "the tool's names", exchange)
        _expect_arguments("".join(member(call, "arguments") or "" for call in calls), exchange)


def _no_tool(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "tool-choice-none-calls-no-tool",
        "With `tool_choice` `none` the answer is text.",
        source="#/components/schemas/ToolChoice",
        needs=("tools",),
        why="Agents say `none` when the model must talk to the user.",
    )
    def check(trial: Trial) -> None:
        exchange = trial.send(form.ask(tokens=4, tools=[TOOL], tool_choice="none"))
        expect_status(exchange, OK)
        message = member(exchange.response.json, "choices", 0, "message")
        expect(not member(message, "tool_calls"), "no tool call", message, exchange)
        expect(isinstance(member(message, "content"), str), "text", message, exchange)

    @catalogue.add(
        "named-tool-is-called",
        "A tool that `tool_choice` names is called; one that does not exist is refused with 422.",
        source="#/components/schemas/ToolChoice",
        needs=("tools",),
    )
    def named(trial: Trial) -> None:
        choice: dict[str, Any] = {"type": "function", "function": {"name": "get_weather"}}
        with trial.case():
            exchange = trial.send(form.ask(tokens=TOOL_TOKENS, tools=[OTHER, TOOL], tool_choice=choice))
            expect_status(exchange, OK)
            call = member(
                exchange.response.json, "choices", 0, "message", "tool_calls", 0, "function", "name"
            )
            expect_equal("get_weather", call, "the tool's name", exchange)
        with trial.case():
            choice = {"type": "function", "function": {"name": "no_such_tool"}}
            exchange = trial.send(form.ask(tokens=TOOL_TOKENS, tools=[TOOL], tool_choice=choice))
            expect_refused(trial, form.operation, exchange)


def _expect_arguments(arguments: Any, exchange: Exchange) -> None:
    expect(isinstance(arguments, str), "arguments as a string", arguments, exchange)
    try:
        value = json.loads(arguments)
    except ValueError:
        raise UnmetError("arguments that parse as JSON", arguments, exchange) from None
    expect(
        member(value, "city") in {"Paris", "Rome"},
        "the arguments that the tool takes",
        seen(exchange),
        exchange,
    )
