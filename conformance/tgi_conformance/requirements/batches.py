"""Several prompts in one completion request: each is answered as it is alone."""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.protocol.answers import read_choice
from tgi_conformance.protocol.forms import COMPLETIONS as FORM
from tgi_conformance.protocol.forms import COMPLETIONS_STREAM as STREAM
from tgi_conformance.protocol.forms import PROMPT, listed, member
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
from tgi_conformance.requirements.tokens import REPLACEMENT
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

LARGEST_BATCH = 128
TOKENS = 5
SAMPLED = {"temperature": 1.3, "seed": 5, "top_p": 0.9, "repetition_penalty": 1.3, "frequency_penalty": 0.9}
PROMPTS = (PROMPT, "Which token comes next?", "Une idée naïve: 日本語の 🤖")


def batches(catalogue: Catalogue) -> None:
    """The promises of completions about several prompts."""
    _each_prompt(catalogue)
    _for_each(catalogue)
    _no_prompt(catalogue)
    _batch_size(catalogue)
    _streamed_choices(catalogue)


def _several(context: Context, **asked: Any) -> tuple[list[str], list[Answer]]:
    """Give as many prompts as a batch may have, three at the most, and what each is answered alone."""
    most = min(
        context.capabilities.limit(name) or 2 for name in ("max_client_batch_size", "max_concurrent_requests")
    )
    prompts = list(PROMPTS[: min(most, len(PROMPTS))])
    if len(prompts) == 1:
        raise UnsupportedError("/info advertises no more than one prompt at a time")
    asked = asked or {"temperature": 0.0}
    return prompts, [_alone(context, prompt, asked) for prompt in prompts]


def _alone(context: Context, prompt: str, asked: Mapping[str, Any]) -> Answer:
    """Give the answer to one prompt, with the pieces that it is streamed in."""
    whole, streamed = (
        expect_answer(form, context.cached(form.ask(prompt, tokens=TOKENS, **asked)))
        for form in (FORM, STREAM)
    )
    return evolve(whole, pieces=streamed.pieces)


def _expect_choice(place: int, alone: Sequence[Answer], choice: Any, exchange: Exchange) -> None:
    """Raise UnmetError unless a choice is its own prompt's answer.

    In a batch a model may round otherwise and turn off at a near tie: the first piece of the answer must be
    there, and more of it than of any other prompt's; where all of it is there, it must end as it does alone.
    """
    text = str(member(choice, "text"))
    whole = alone[place].text or ""
    first = next((piece for piece in alone[place].pieces if piece), "")
    shared = [_shared(text, answer.text or "") for answer in alone]
    own = shared[place] >= len(first) and shared[place] == max(shared)
    expect(own, f"{whole!r} as choice {place}", text, exchange)
    if shared[place] == len(whole):
        end = (text, member(choice, "finish_reason"))
        expect_equal((whole, alone[place].finish), end, f"text and reason of choice {place}", exchange)


def _shared(first: str, second: str) -> int:
    """Count the characters that two texts begin with alike."""
    pairs = zip(first, second, strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _each_prompt(catalogue: Catalogue) -> None:
    @catalogue.add(
        "each-prompt-has-its-choice",
        "Each of several prompts is answered by the choice of its `index`, and `usage` sums over all.",
        source="#/components/schemas/Prompt",
        why="Batches are read back by `index`.",
        needs=("reproducible",),
    )
    def check(context: Context) -> None:
        prompts, alone = _several(context)
        exchange = context.send(
            FORM.request({**FORM.body(tokens=TOKENS, temperature=0.0), "prompt": prompts})
        )
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


def _for_each(catalogue: Catalogue) -> None:
    @catalogue.add(
        "parameters-are-for-each-prompt",
        "A `seed` and `stop` strings have the effect on each of several prompts that they have on it alone.",
        source="behaviour.md#openai-style-routes",
        needs=("reproducible",),
        why="A batch is the same requests in one.",
    )
    def check(context: Context) -> None:
        for asking in (_sampled, _stopped):
            with context.case():
                context.steadily(partial(_expect_as_alone, context, asking))


def _expect_as_alone(context: Context, asking: Callable[[Context], Mapping[str, Any]]) -> None:
    asked = asking(context)
    prompts, alone = _several(context, **asked)
    exchange = context.send(FORM.request({**FORM.body(tokens=TOKENS, **asked), "prompt": prompts}))
    expect_status(exchange, OK)
    choices = {member(one, "index"): one for one in listed(exchange.response.json, "choices")}
    for place in range(len(prompts)):
        _expect_choice(place, alone, choices.get(place), exchange)


def _sampled(context: Context) -> Mapping[str, Any]:
    """Ask for sampled answers, for less of chance where decoding is not exact."""
    return SAMPLED if context.exact else {**SAMPLED, "temperature": LOW}


def _stopped(context: Context) -> dict[str, Any]:
    """Ask for a stop string that the first prompt's answer holds, if stop strings are taken."""
    pieces = expect_answer(
        STREAM, context.cached(STREAM.ask(PROMPTS[0], tokens=TOKENS, temperature=0.0))
    ).pieces
    stops = [piece for piece in pieces[1:] if piece.strip() and REPLACEMENT not in piece][:1]
    taken = stops if context.capabilities.limit("max_stop_sequences") != 0 else []
    return {"temperature": 0.0, "stop": taken}


def _no_prompt(catalogue: Catalogue) -> None:
    @catalogue.add(
        "no-prompt-is-refused",
        "An empty array of prompts is refused with 422.",
        source="behaviour.md#openai-style-routes",
        why="A batch that was emptied by mistake must be seen.",
    )
    def check(context: Context) -> None:
        expect_status(context.send(FORM.request({**FORM.body(tokens=2), "prompt": []})), UNPROCESSABLE)


def _batch_size(catalogue: Catalogue) -> None:
    @catalogue.add(
        "max-client-batch-size-is-enforced",
        "More prompts than `max_client_batch_size` are refused with 422 and an ErrorResponse.",
        source="#/components/schemas/Info/properties/max_client_batch_size",
        needs=("GET /info",),
        why="Gateways cut batches by what is advertised.",
    )
    def check(context: Context) -> None:
        limit = context.capabilities.limit("max_client_batch_size")
        if limit is None or limit > LARGEST_BATCH:
            raise UnsupportedError(f"/info advertises a max_client_batch_size of {limit}")
        if limit > (context.capabilities.limit("max_concurrent_requests") or limit):
            raise UnsupportedError("/info advertises fewer requests at a time than prompts in a batch")
        with context.case():
            exchange = context.send(FORM.request({**FORM.body(tokens=1), "prompt": [PROMPT] * limit}))
            expect_status(exchange, OK)
            choices = listed(exchange.response.json, "choices")
            expect_equal(limit, len(choices), "the number of choices", exchange)
        with context.case():
            for form in (FORM, STREAM):
                exchange = context.send(
                    form.request({**form.body(tokens=1), "prompt": [PROMPT] * (limit + 1)})
                )
                expect_refused(context, form.operation, exchange)


def _streamed_choices(catalogue: Catalogue) -> None:
    @catalogue.add(
        "streamed-choices-finish-once-each",
        "Streamed, each of several prompts has its chunks, its text, one finish reason and its usage.",
        source="#/components/schemas/Chunk",
        why="Batches are read back by `index` (text-generation-inference#2336).",
        needs=("reproducible",),
    )
    def check(context: Context) -> None:
        for asked in ({"temperature": 0.0}, *((SAMPLED, _stopped(context)) if context.exact else ())):
            with context.case():
                _expect_streamed(context, *_several(context, **asked), asked=asked)


def _expect_streamed(
    context: Context, prompts: Sequence[str], alone: Sequence[Answer], *, asked: Mapping[str, Any]
) -> None:
    """Raise UnmetError unless a stream answers each prompt as it is answered alone, and counts it."""
    exchange = context.send(STREAM.request({**STREAM.body(tokens=TOKENS, **asked), "prompt": prompts}))
    expect_status(exchange, OK)
    expect_terminated(context, exchange)
    for index, answer in enumerate(alone):
        bodies = [event for event in json_events(exchange) if isinstance(event, dict)]
        chunks = [event for event in bodies if member(event, "choices", 0, "index") == index]
        finishes = [member(e, "choices", 0, "finish_reason") for e in chunks]
        once = sum(map(bool, finishes)) == 1 and bool(finishes[-1])
        expect(once, f"one finish of choice {index}, at its end", finishes, exchange)
        text = read_choice(chunks, index).text or ""
        usage = member(chunks[-1], "usage")
        expect_equal(answer.prompt, member(usage, "prompt_tokens"), f"prompt_tokens of {index}", exchange)
        if context.exact:
            whole = {"text": text.rstrip(REPLACEMENT), "finish_reason": finishes[-1]}
            plain = [evolve(one, text=(one.text or "").rstrip(REPLACEMENT)) for one in alone]
            _expect_choice(index, plain, _as_unstreamed(whole), exchange)
        counted = member(usage, "completion_tokens")
        expect(isinstance(counted, int) and 1 <= counted <= TOKENS, "its tokens", counted, exchange)


def _as_unstreamed(choice: dict[str, Any]) -> dict[str, Any]:
    """TGI's streams call the end token by its native name."""
    reason = "stop" if choice["finish_reason"] == "eos_token" else choice["finish_reason"]
    return {**choice, "finish_reason": reason}
