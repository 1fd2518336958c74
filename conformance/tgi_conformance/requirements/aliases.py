"""Several routes reach the same model: a request has the same answer on each of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import (
    CHAT,
    CHAT_STREAM,
    COMPLETIONS,
    COMPLETIONS_STREAM,
    GENERATE,
    GENERATE_STREAM,
    INVOCATIONS,
    INVOCATIONS_STREAM,
    ROOT,
    ROOT_STREAM,
    Form,
    listed,
    member,
    post,
)
from tgi_conformance.protocol.routes import CHAT_TOKENIZE
from tgi_conformance.requirements._counting import counted
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import CHAT_FORMS
from tgi_conformance.requirements._verify import (
    OK,
    expect,
    expect_answer,
    expect_equal,
    expect_status,
    expect_terminated,
    near,
)
from tgi_conformance.requirements.parameter_pairs import (
    LOW,
    SOME,
    generate_request,
    generate_rows,
    tokens_of_row,
)
from tgi_conformance.requirements.tools import PROMPTED, WEATHER
from tgi_conformance.requirements.tools import TOKENS as TOOL_TOKENS
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context

TOKENS = 16
ENOUGH = 3  # rows; any three have every factor between them
PROMPTS = ("What is Deep Learning?", "Une idée naïve: 日本語の 🤖")
SEED = 77
REPEATS = ("reproducible",)
MESSAGES = [
    {"role": "user", "content": "Name a colour.\nOne word."},
    {"role": "assistant", "content": "Red."},
    {"role": "user", "content": "Why? Une idée naïve: 日本語の 🤖"},
]
# By how much the log-probabilities of a token may differ, computed in batches of other sizes.
CLOSE = 0.1
CLOSE_IN_NOISE = 0.5  # where decoding is not exact
SAGEMAKER = "#/components/schemas/SagemakerRequest"
ONLY_ROUTE = "SageMaker offers only this route."
INVOCATION_FORMS = (INVOCATIONS, INVOCATIONS_STREAM)
# Groups of parameters; ignoring one of them changes the answer.
PLAIN: Mapping[str, Mapping[str, Any]] = {
    "greedy": {"temperature": 0},  # an integer is a valid number
    "sampling and penalties": {
        "seed": SEED,
        "temperature": 2,
        "top_p": 0.95,
        "repetition_penalty": 1.2,
        "frequency_penalty": 1,
    },
    "greedy with penalties": {
        "seed": SEED,
        "temperature": 0.0,
        "repetition_penalty": 1.6,
        "frequency_penalty": 0.5,
    },
}


@requirement(
    "answers-as-generate-whatever-is-asked",
    "Sampling, penalties, truncation, top tokens, grammars and stop strings have the same effect as at "
    "/generate, alone and combined.",
    forms=(GENERATE_STREAM, ROOT, ROOT_STREAM, *INVOCATION_FORMS),
    source="behaviour.md#other-routes",
    category="parity",
    needs=(*REPEATS, GENERATE.operation),
    why="If a route ignores a parameter, the answer is wrong without an error.",
)
def answers_as_generate_whatever_is_asked(context: Context, form: Form) -> None:
    for pair in _pairs(context, context.steady(form)):
        with context.case():
            context.steadily(partial(_expect_pair, context, form, *pair))


def _expect_pair(context: Context, form: Form, name: str, own: Request, other: Request) -> None:
    """Raise UnmetError unless a request to /generate and the same request to the form are answered alike."""
    exchanges = context.cached(own), context.cached(other)
    expected = expect_answer(GENERATE, exchanges[0])
    actual = expect_answer(form, exchanges[1])
    _expect_alike(name, expected, actual, exchanges[1], exact=context.exact)
    stated = [_prompt_tokens(*one) for one in zip(exchanges, (expected, actual), strict=True)]
    counted_alike = None in stated or stated[0] == stated[1]
    expect(counted_alike, f"{stated[0]} prompt tokens for {name}", stated[1], exchanges[1])


def _prompt_tokens(exchange: Exchange, answer: Answer) -> str | None:
    """Return the number of prompt tokens that a header or the last event states."""
    stated = exchange.response.headers.get("x-prompt-tokens", answer.prompt)
    return None if stated is None else str(stated)


def _pairs(context: Context, form: Form) -> Iterator[tuple[str, Request, Request]]:
    """Yield a name, a request to /generate and the same to the form: combined parameters, a stop string."""
    own_form = context.steady(GENERATE)
    for row in context.share(generate_rows(context), ENOUGH):
        tokens = tokens_of_row(context, row)
        yield row.name, generate_request(own_form, row, tokens), generate_request(form, row, tokens)
    if context.capabilities.limit("max_stop_sequences") == 0:
        return
    bare, limit = {"return_full_text": False, **counted(form)}, context.few(TOKENS)
    greedy = expect_answer(GENERATE, context.cached(own_form.ask(tokens=limit, **bare)))
    stop = next((piece for piece in greedy.own_texts[4:] if piece.strip() and piece.isascii()), None)
    if stop is not None:
        own, other = (one.ask(tokens=limit, stop=[stop], **bare) for one in (own_form, form))
        yield "stop", own, other


def _expect_alike(name: str, expected: Answer, actual: Answer, exchange: Exchange, *, exact: bool) -> None:
    """Raise UnmetError unless two answers are alike; not `exact`, tokens may divide a text differently."""
    ids = [[token.get("id") for token in answer.tokens] for answer in (expected, actual)]
    expect(ids[0] == ids[1] or not exact, f"the ids {ids[0]} of /generate for {name}", ids[1], exchange)
    expect_equal(expected.text, actual.text, f"the text that /generate gives for {name}", exchange)
    expect_equal(expected.finish, actual.finish, f"the finish reason of /generate for {name}", exchange)
    expect_equal(expected.seed, actual.seed, f"the seed of /generate for {name}", exchange)
    if not actual.pieces:
        prefill = [
            [member(one, "id") for one in listed(a.raw, "details", "prefill")] for a in (expected, actual)
        ]
        expect_equal(prefill[0], prefill[1], f"the prompt's ids that /generate gives for {name}", exchange)
    if ids[0] != ids[1]:
        return
    tops = [[[member(top, "id") for top in some] for some in answer.tops] for answer in (expected, actual)]
    if exact:
        expect_equal(tops[0], tops[1], f"the top tokens of /generate for {name}", exchange)
    expect_equal(len(tops[0]), len(tops[1]), f"the lists of top tokens of /generate for {name}", exchange)
    for mine, other in zip(expected.tokens, actual.tokens, strict=True):
        logprob = mine.get("logprob")
        fits = near(logprob, other.get("logprob"), CLOSE if exact else CLOSE_IN_NOISE)
        expect(fits, f"logprob about {logprob} as at /generate, for {name}", other, exchange)


@requirement(
    "answers-as-generate-whatever-is-asked",
    "The same prompt with the same parameters is answered with the same text as at /generate.",
    forms=(COMPLETIONS, COMPLETIONS_STREAM),
    source="behaviour.md#openai-style-routes",
    category="parity",
    needs=(*REPEATS, GENERATE.operation),
    why="If a route loses a parameter or a character, the answer is wrong without an error.",
)
def completions_answer_as_generate_whatever_is_asked(context: Context, form: Form) -> None:
    for place, (name, asked) in enumerate(PLAIN.items()):
        prompt = PROMPTS[(place + context.session.seed) % len(PROMPTS)]
        with context.case():
            context.steadily(partial(_expect_completion, context, form, prompt, name, asked))


def _expect_completion(
    context: Context, form: Form, prompt: str, name: str, asked: Mapping[str, Any]
) -> None:
    """Raise UnmetError unless a completion has the text that /generate returns."""
    tokens = TOKENS if context.exact else SOME
    if not context.exact and asked["temperature"]:
        asked = {**asked, "temperature": 1}  # above 1, nearly every token is equally likely
    native = {**asked, "temperature": float(asked["temperature"])}
    native["do_sample"] = bool(asked["temperature"])
    if not asked["temperature"]:
        del native["temperature"]
    own = context.steady(GENERATE).ask(prompt, tokens=tokens, **counted(GENERATE), **native)
    expected = expect_answer(GENERATE, context.cached(own))
    exchange = context.cached(context.steady(form).ask(prompt, tokens=tokens, **asked))
    actual = expect_answer(form, exchange)
    whole = (expected.text or "").rstrip("\N{REPLACEMENT CHARACTER}")
    shown = (actual.text or "").rstrip("\N{REPLACEMENT CHARACTER}")
    expect_equal(whole, shown, f"the text of /generate for {name}", exchange)
    expect_equal(expected.generated, actual.generated, "completion_tokens", exchange)


@requirement(
    "answers-as-generate-from-the-templated-text",
    "A conversation is answered as /generate answers the text that /chat_tokenize makes of it.",
    forms=CHAT_FORMS,
    source="behaviour.md#openai-style-routes",
    category="parity",
    needs=(*REPEATS, GENERATE.operation, CHAT_TOKENIZE.operation),
    why="If messages are dropped, cut or reordered, the model answers another conversation.",
)
def answers_as_generate_from_the_templated_text(context: Context, form: Form) -> None:
    sampled = {"seed": SEED, "temperature": 1.3 if context.exact else LOW, "top_p": 0.95}
    for extra in ({"temperature": 0.0}, sampled):
        context.steadily(partial(_expect_chat, context, form, extra))


def _expect_chat(context: Context, form: Form, extra: Mapping[str, Any]) -> None:
    """Raise UnmetError unless a conversation is answered as /generate answers its templated text."""
    tokens = TOKENS if context.exact else SOME
    body = context.steady(form).body(tokens=tokens, **extra, messages=MESSAGES)
    if form.streamed:
        body["stream_options"] = {"include_usage": True}
    tokenized = context.cached(post(CHAT_TOKENIZE.path, {"messages": body["messages"]}))
    exchange = context.cached(form.request(body))
    if tokenized.response.is_template_error or exchange.response.is_template_error:
        raise UnsupportedError("the chat template does not support these messages")
    expect_status(tokenized, OK)
    actual = expect_answer(form, exchange)
    text = str(member(tokenized.response.json, "templated_text"))
    expected = _generated(context, text, tokens, extra)
    stated = len(listed(tokenized.response.json, "tokenize_response"))
    expect(actual.prompt in {stated, stated + 1}, f"{stated} prompt tokens", actual.prompt, exchange)
    own, here = expected.response.headers.get("x-prompt-tokens", ""), str(actual.prompt)
    if not own.isdecimal() or int(own) > int(here):
        raise UnsupportedError("/generate adds special tokens that the template already has")
    expect_equal(own, here, "the prompt tokens of /generate", exchange)
    whole = expect_answer(GENERATE, expected)
    texts = [(text or "").strip(" \N{REPLACEMENT CHARACTER}") for text in (whole.text, actual.text)]
    expect_equal(texts[0], texts[1], "the text of /generate", exchange)


def _generated(context: Context, text: str, tokens: int, extra: Mapping[str, Any]) -> Exchange:
    sampled = bool(extra["temperature"])
    native = {**extra, "do_sample": True} if sampled else {}
    return context.cached(GENERATE.ask(text, tokens=tokens, **counted(GENERATE), **native))


def _with_stream(form: Form) -> str:
    return " with `stream`" if form.streamed else ""


@requirement(
    "chat-bodies-are-answered-as-by-their-route",
    lambda form: f"A chat request{_with_stream(form)} is answered as {CHAT.path} answers it.",
    forms=INVOCATION_FORMS,
    source=SAGEMAKER,
    category="parity",
    needs=(*REPEATS, CHAT.operation),
    why=ONLY_ROUTE,
)
def chat_bodies_are_answered_as_by_their_route(context: Context, form: Form) -> None:
    if not form.streamed and "tools" not in context.capabilities.absent:
        with context.case():
            _expect_same_call(context, form)
    own = CHAT_STREAM if form.streamed else CHAT
    _expect_as_own_route(context, form, own, {"temperature": 0.0, "logprobs": True})


@requirement(
    "completion-bodies-are-answered-as-by-their-route",
    lambda form: f"A completion request{_with_stream(form)} is answered as {COMPLETIONS.path} answers it.",
    forms=INVOCATION_FORMS,
    source=SAGEMAKER,
    category="parity",
    needs=(*REPEATS, COMPLETIONS.operation),
    why=ONLY_ROUTE,
)
def completion_bodies_are_answered_as_by_their_route(context: Context, form: Form) -> None:
    own = COMPLETIONS_STREAM if form.streamed else COMPLETIONS
    _expect_as_own_route(context, form, own, {"temperature": 0.0})


def _expect_as_own_route(context: Context, form: Form, own: Form, asked: Mapping[str, Any]) -> None:
    """Raise UnmetError unless a form answers another form's body as the other form does."""
    body = context.steady(own).body(tokens=context.few(TOKENS), **asked)
    expected = expect_answer(own, context.cached(own.request(body)))
    exchange = context.send(form.request(body))
    actual = expect_answer(own, exchange)
    for what in ("text", "finish", "generated", "prompt", "pieces"):
        expect_equal(getattr(expected, what), getattr(actual, what), what, exchange)
    if own.streamed:
        expect_terminated(context, exchange)
    shown = [
        [str(member(entry, "token")) for entry in listed(raw, "choices", 0, "logprobs", "content")]
        for raw in (expected.raw, actual.raw)
    ]
    expect_equal(shown[0], shown[1], "the tokens of logprobs", exchange)


def _expect_same_call(context: Context, form: Form) -> None:
    body = CHAT.body(tokens=TOOL_TOKENS, tools=[WEATHER], tool_choice="required", **PROMPTED)
    way = ("choices", 0, "message", "tool_calls", 0, "function", "name")
    expected = member(context.cached(CHAT.request(body)).response.json, *way)
    exchange = context.send(form.request(body))
    expect_equal(expected, member(exchange.response.json, *way), "the tool's name", exchange)
