"""POST /v1/completions: OpenAI's completions, streamed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.api import COMPLETIONS as FORM
from tgi_conformance.api import COMPLETIONS_STREAM as STREAM
from tgi_conformance.api import PROMPT, member
from tgi_conformance.contract import pinned_contract
from tgi_conformance.families.answers import documented_answer, documented_stream, json_events
from tgi_conformance.families.effects import effects
from tgi_conformance.families.errors_in_streams import errors_in_streams
from tgi_conformance.families.generated import generated
from tgi_conformance.families.parameters import parameters
from tgi_conformance.families.parity import refused_alike, repeats, streamed_as_unstreamed
from tgi_conformance.families.refusals import expect_refused, refusals
from tgi_conformance.families.sampling import sampling
from tgi_conformance.families.stops import stops
from tgi_conformance.families.streams import streams
from tgi_conformance.families.tokens import tokens
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import OK, expect, expect_answer, expect_equal, expect_status

if TYPE_CHECKING:
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "completions", FORM.operation)
MEMBERS = pinned_contract().schema("CompletionRequest")["properties"]
POINTER = "#/components/schemas/CompletionRequest"
LARGEST_BATCH = 64
TWO_PROMPTS = [PROMPT, "Which token comes next?"]

documented_answer(CATALOGUE, FORM.ask())
documented_stream(CATALOGUE, STREAM)
for form in (FORM, STREAM):
    tokens(CATALOGUE, form)
    repeats(CATALOGUE, form)
    stops(CATALOGUE, form)
    sampling(CATALOGUE, form)
    effects(CATALOGUE, form)
    parameters(CATALOGUE, form, MEMBERS, POINTER)
streams(CATALOGUE, STREAM)
errors_in_streams(CATALOGUE, STREAM)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
refused_alike(CATALOGUE, STREAM, FORM)
refusals(CATALOGUE, FORM.body(), "prompt")
generated(CATALOGUE)


@CATALOGUE.add(
    "object-names-the-kind",
    "`object` is `text_completion`.",
    source="behaviour.md#openai-style-routes",
    why="OpenAI's clients tell answers apart by it (text-generation-inference#1682).",
)
def kind(trial: Trial) -> None:
    """Look at the plain answer."""
    exchange = trial.sample(FORM.ask())
    expect_status(exchange, OK)
    expect_equal("text_completion", member(exchange.response.json, "object"), "object", exchange)


@CATALOGUE.add(
    "each-prompt-has-its-choice",
    "Two prompts are answered by two choices, `index` 0 and 1, and `usage` sums over both.",
    source="#/components/schemas/Prompt",
    why="Batches are read back by `index`.",
)
def each_prompt(trial: Trial) -> None:
    """Send two prompts."""
    exchange = trial.send(FORM.request({**FORM.body(tokens=3, temperature=0.0), "prompt": TWO_PROMPTS}))
    expect_status(exchange, OK)
    choices = member(exchange.response.json, "choices") or []
    expect_equal([0, 1], sorted(member(choice, "index") for choice in choices), "indices", exchange)
    texts = {member(choice, "index"): member(choice, "text") for choice in choices}
    alone = [expect_answer(FORM, trial.sample(FORM.ask(p, tokens=3, temperature=0.0))) for p in TWO_PROMPTS]
    if "reproducible" not in trial.facts.absent:
        expect_equal([answer.text for answer in alone], [texts[0], texts[1]], "each prompt's text", exchange)
        stated = member(exchange.response.json, "usage", "prompt_tokens")
        expect_equal(sum(answer.prompt or 0 for answer in alone), stated, "prompt_tokens", exchange)
    generated_tokens = member(exchange.response.json, "usage", "completion_tokens")
    expect(
        isinstance(generated_tokens, int) and 2 <= generated_tokens <= 6,
        "2 to 6 tokens",
        generated_tokens,
        exchange,
    )


@CATALOGUE.add(
    "max-client-batch-size-is-enforced",
    "More prompts than `max_client_batch_size` are refused with 422 and an ErrorResponse.",
    source="#/components/schemas/Info/properties/max_client_batch_size",
    needs=("GET /info",),
    why="Gateways cut batches by what is advertised.",
)
def batch_size(trial: Trial) -> None:
    """Send as many prompts as allowed, and one more."""
    limit = trial.facts.limit("max_client_batch_size")
    if limit is None or limit > LARGEST_BATCH:
        raise UnsupportedError(f"/info advertises a max_client_batch_size of {limit}")
    with trial.case():
        exchange = trial.send(FORM.request({**FORM.body(tokens=1), "prompt": [PROMPT] * limit}))
        expect_status(exchange, OK)
    with trial.case():
        exchange = trial.send(FORM.request({**FORM.body(tokens=1), "prompt": [PROMPT] * (limit + 1)}))
        expect_refused(trial, FORM.operation, exchange)


@CATALOGUE.add(
    "streamed-choices-finish-once-each",
    "Streamed, each of two prompts has its chunks and exactly one finish reason.",
    source="#/components/schemas/Chunk",
    why="Batches are read back by `index` (text-generation-inference#2336).",
)
def streamed_choices(trial: Trial) -> None:
    """Send two prompts, streamed."""
    exchange = trial.send(STREAM.request({**STREAM.body(tokens=3, temperature=0.0), "prompt": TWO_PROMPTS}))
    expect_status(exchange, OK)
    for index in (0, 1):
        chunks = [e for e in json_events(exchange) if member(e, "choices", 0, "index") == index]
        finishes = [bool(member(e, "choices", 0, "finish_reason")) for e in chunks]
        expect(
            sum(finishes) == 1 and finishes[-1],
            f"one finish of choice {index}, at its end",
            finishes,
            exchange,
        )
