"""Several prompts in one completion request: each is answered as if it were sent alone."""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.protocol.answers import read_choice
from tgi_conformance.protocol.forms import COMPLETIONS as FORM
from tgi_conformance.protocol.forms import COMPLETIONS_STREAM as STREAM
from tgi_conformance.protocol.forms import PROMPT, Form, listed, member
from tgi_conformance.requirements._counting import REPLACEMENT
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._verify import (
    OK,
    UNPROCESSABLE,
    expect,
    expect_answer,
    expect_equal,
    expect_status,
    expect_terminated,
)
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.requirements.parameter_pairs import LOW
from tgi_conformance.requirements.refusals import expect_refused
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context

LARGEST_BATCH = 128
TOKENS = 5
SAMPLED = {"temperature": 1.3, "seed": 5, "top_p": 0.9, "repetition_penalty": 1.3, "frequency_penalty": 0.9}
GREEDY = {"temperature": 0.0}
PROMPTS = (PROMPT, "Which token comes next?", "Une idée naïve: 日本語の 🤖")


def _several(context: Context, **asked: Any) -> tuple[list[str], list[Answer]]:
    """Return as many prompts as a batch may have, at most a few, and the answer to each one alone."""
    most = min(
        context.capabilities.limit(name) or 2 for name in ("max_client_batch_size", "max_concurrent_requests")
    )
    prompts = list(PROMPTS[: min(most, len(PROMPTS))])
    if len(prompts) == 1:
        raise UnsupportedError("/info advertises no more than one prompt at a time")
    asked = asked or GREEDY
    return prompts, [_alone(context, prompt, asked) for prompt in prompts]


def _alone(context: Context, prompt: str, asked: Mapping[str, Any]) -> Answer:
    """Return the answer to one prompt, with the pieces of its stream unless it has a stop string."""
    whole = expect_answer(FORM, context.cached(FORM.ask(prompt, tokens=TOKENS, **asked)))
    if "stop" in asked:
        return whole
    streamed = expect_answer(STREAM, context.cached(STREAM.ask(prompt, tokens=TOKENS, **asked)))
    return evolve(whole, pieces=streamed.pieces)


def _expect_choice(place: int, alone: Sequence[Answer], choice: Any, exchange: Exchange) -> None:
    """Raise UnmetError unless a choice is the answer to its own prompt.

    In a batch a model may round differently and diverge at a near tie: the choice must begin with the first
    piece of the answer, and share more with it than with the answer to any other prompt; a choice that begins
    with the whole answer must also end as it does.
    """
    text = str(member(choice, "text"))
    whole = alone[place].text or ""
    first = next((piece for piece in alone[place].pieces if piece), whole[:1])
    shared = [_shared(text, answer.text or "") for answer in alone]
    own = shared[place] >= len(first) and shared[place] == max(shared)
    expect(own, f"{whole!r} as choice {place}", text, exchange)
    if shared[place] == len(whole):
        end = (text, member(choice, "finish_reason"))
        expect_equal((whole, alone[place].finish), end, f"text and reason of choice {place}", exchange)


def _shared(first: str, second: str) -> int:
    """Return the length of the common prefix of two texts."""
    pairs = zip(first, second, strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


@requirement(
    "each-prompt-has-its-choice",
    "Each of several prompts is answered by the choice with its `index`, and `usage` counts all of them.",
    forms=(FORM,),
    source="#/components/schemas/Prompt",
    category="batches",
    needs=("reproducible",),
    why="Clients assign the choices to the prompts by `index`.",
)
def each_prompt_has_its_choice(context: Context, form: Form) -> None:
    prompts, alone = _several(context)
    exchange = context.send(form.request({**form.body(tokens=TOKENS, temperature=0.0), "prompt": prompts}))
    expect_status(exchange, OK)
    shown = listed(exchange.response.json, "choices")
    expect_equal(len(prompts), len(shown), "the number of choices", exchange)
    choices = {str(member(one, "index")): one for one in shown}
    expect_equal([str(n) for n in range(len(prompts))], sorted(choices), "the choices' indices", exchange)
    usage = member(exchange.response.json, "usage")
    prompt_tokens = sum(answer.prompt or 0 for answer in alone)
    expect_equal(prompt_tokens, member(usage, "prompt_tokens"), "prompt_tokens", exchange)
    header = exchange.response.headers.get("x-prompt-tokens", str(prompt_tokens))
    expect_equal(str(prompt_tokens), header, "x-prompt-tokens", exchange)
    generated = member(usage, "completion_tokens")
    if context.exact:
        for place in range(len(prompts)):
            _expect_choice(place, alone, choices[str(place)], exchange)
    most = TOKENS * len(prompts)
    fits = isinstance(generated, int) and len(prompts) <= generated <= most
    expect(fits, f"{len(prompts)} to {most} tokens", generated, exchange)


@requirement(
    "parameters-are-for-each-prompt",
    "`seed` and `stop` affect each of several prompts as they affect the prompt alone.",
    forms=(FORM,),
    source="behaviour.md#openai-style-routes",
    category="batches",
    needs=("reproducible",),
    why="A batch stands for several requests with the same parameters.",
)
def parameters_are_for_each_prompt(context: Context, form: Form) -> None:
    for parameters in (_sampled, _stopped):
        with context.case():
            context.steadily(partial(_expect_as_alone, context, form, parameters))


def _expect_as_alone(
    context: Context, form: Form, parameters: Callable[[Context], Mapping[str, Any]]
) -> None:
    """Raise UnmetError unless each prompt of a batch is answered as it is alone."""
    asked = parameters(context)
    prompts, alone = _several(context, **asked)
    exchange = context.send(form.request({**form.body(tokens=TOKENS, **asked), "prompt": prompts}))
    expect_status(exchange, OK)
    choices = {member(one, "index"): one for one in listed(exchange.response.json, "choices")}
    for place in range(len(prompts)):
        _expect_choice(place, alone, choices.get(place), exchange)


def _sampled(context: Context) -> Mapping[str, Any]:
    """Return parameters for sampled answers, with less randomness if decoding is not exact."""
    return SAMPLED if context.exact else {**SAMPLED, "temperature": LOW}


def _stopped(context: Context) -> dict[str, Any]:
    """Return a stop string from the answer to the first prompt, if the server allows stop strings."""
    pieces = expect_answer(
        STREAM, context.cached(STREAM.ask(PROMPTS[0], tokens=TOKENS, temperature=0.0))
    ).pieces
    stops = [piece for piece in pieces[1:] if piece.strip() and REPLACEMENT not in piece][:1]
    taken = stops if context.capabilities.limit("max_stop_sequences") != 0 else []
    return {"temperature": 0.0, "stop": taken}


@requirement(
    "single-text-is-a-prompt",
    "A `prompt` that is a string is answered like an array of this one string.",
    forms=(FORM,),
    source="behaviour.md#openai-style-routes",
    category="batches",
    why="OpenAI's clients send a string.",
)
def single_text_is_a_prompt(context: Context, form: Form) -> None:
    alone = expect_answer(form, context.cached(form.ask(PROMPTS[0], tokens=TOKENS, temperature=0.0)))
    body = {**form.body(tokens=TOKENS, temperature=0.0), "prompt": PROMPTS[0]}
    exchange = context.send(form.request(body))
    answer = expect_answer(form, exchange)
    expect_equal(1, len(listed(exchange.response.json, "choices")), "the number of choices", exchange)
    expect_equal(alone.prompt, answer.prompt, "prompt_tokens", exchange)


@requirement(
    "no-prompt-is-refused",
    "An empty array of prompts is refused with 422.",
    forms=(FORM,),
    source="behaviour.md#openai-style-routes",
    category="batches",
    why="A client that empties a batch by mistake needs an error to notice it.",
)
def no_prompt_is_refused(context: Context, form: Form) -> None:
    expect_status(context.send(form.request({**form.body(tokens=2), "prompt": []})), UNPROCESSABLE)


@requirement(
    "max-client-batch-size-is-enforced",
    "A request with more prompts than `max_client_batch_size` is refused with 422 and an ErrorResponse.",
    forms=(FORM,),
    source="#/components/schemas/Info/properties/max_client_batch_size",
    category="batches",
    needs=("GET /info",),
    why="Gateways split batches at the advertised size.",
)
def max_client_batch_size_is_enforced(context: Context, form: Form) -> None:
    limit = context.capabilities.limit("max_client_batch_size")
    if limit is None or limit > LARGEST_BATCH:
        raise UnsupportedError(f"/info advertises a max_client_batch_size of {limit}")
    if limit > (context.capabilities.limit("max_concurrent_requests") or limit):
        raise UnsupportedError("/info advertises fewer requests at a time than prompts in a batch")
    with context.case():
        exchange = context.send(form.request({**form.body(tokens=1), "prompt": [PROMPT] * limit}))
        expect_status(exchange, OK)
        choices = listed(exchange.response.json, "choices")
        expect_equal(limit, len(choices), "the number of choices", exchange)
    with context.case():
        for one in (form, STREAM):
            exchange = context.send(one.request({**one.body(tokens=1), "prompt": [PROMPT] * (limit + 1)}))
            expect_refused(context, one.operation, exchange)


@requirement(
    "choices-finish-once-each",
    "In a stream, each of several prompts has its own chunks, text, single finish reason and usage.",
    forms=(STREAM,),
    source="#/components/schemas/Chunk",
    category="batches",
    needs=("reproducible",),
    why="Clients assign the chunks to the prompts by `index` (text-generation-inference#2336).",
)
def choices_finish_once_each(context: Context, form: Form) -> None:
    for asked in (GREEDY, *((SAMPLED, _stopped(context)) if context.exact else ())):
        with context.case():
            _expect_streamed(context, form, *_several(context, **asked), asked=asked)


def _expect_streamed(
    context: Context,
    form: Form,
    prompts: Sequence[str],
    alone: Sequence[Answer],
    *,
    asked: Mapping[str, Any],
) -> None:
    """Raise UnmetError unless a stream answers each prompt as it is answered alone, and counts its tokens."""
    exchange = context.send(form.request({**form.body(tokens=TOKENS, **asked), "prompt": prompts}))
    expect_status(exchange, OK)
    expect_terminated(context, exchange)
    for index, answer in enumerate(alone):
        bodies = [event for event in json_events(exchange) if isinstance(event, dict)]
        chunks = [event for event in bodies if member(event, "choices", 0, "index") == index]
        finishes = [member(e, "choices", 0, "finish_reason") for e in chunks]
        once = sum(map(bool, finishes)) == 1 and bool(finishes[-1])
        expect(once, f"one finish reason of choice {index}, in its last chunk", finishes, exchange)
        text = read_choice(chunks, index).text or ""
        usage = member(chunks[-1], "usage")
        expect_equal(answer.prompt, member(usage, "prompt_tokens"), f"prompt_tokens of {index}", exchange)
        if context.exact:
            whole = {"text": text.rstrip(REPLACEMENT), "finish_reason": finishes[-1]}
            plain = [evolve(one, text=(one.text or "").rstrip(REPLACEMENT)) for one in alone]
            _expect_choice(index, plain, _as_unstreamed(whole), exchange)
        counted = member(usage, "completion_tokens")
        fits = isinstance(counted, int) and 1 <= counted <= TOKENS
        expect(fits, f"1 to {TOKENS} completion_tokens", counted, exchange)


def _as_unstreamed(choice: dict[str, Any]) -> dict[str, Any]:
    """Translate the finish reason `eos_token`, which TGI's streams use instead of `stop`."""
    reason = "stop" if choice["finish_reason"] == "eos_token" else choice["finish_reason"]
    return {**choice, "finish_reason": reason}
