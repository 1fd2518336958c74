"""POST /v1/completions: OpenAI's completions, streamed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.api import COMPLETIONS as FORM
from tgi_conformance.api import COMPLETIONS_STREAM as STREAM
from tgi_conformance.api import listed
from tgi_conformance.contract import pinned_contract
from tgi_conformance.families.aliases import completions_as_generate
from tgi_conformance.families.answers import documented_answer, documented_stream
from tgi_conformance.families.batches import PROMPTS, TOKENS, batches
from tgi_conformance.families.bursts import bursts
from tgi_conformance.families.characters import characters
from tgi_conformance.families.effects import effects
from tgi_conformance.families.errors_in_streams import errors_in_streams
from tgi_conformance.families.framing import framing
from tgi_conformance.families.generated import generated
from tgi_conformance.families.headers import headers
from tgi_conformance.families.identity import identity
from tgi_conformance.families.limits import limits
from tgi_conformance.families.methods import body_needs_post
from tgi_conformance.families.origins import origins
from tgi_conformance.families.parameters import parameters
from tgi_conformance.families.parity import refused_alike, repeats, streamed_as_unstreamed
from tgi_conformance.families.prompts import white_space
from tgi_conformance.families.refusals import expect_refused, refusals
from tgi_conformance.families.sampling import sampling
from tgi_conformance.families.slots import left, overload
from tgi_conformance.families.state import no_state
from tgi_conformance.families.stops import stops
from tgi_conformance.families.streams import streams
from tgi_conformance.families.tokens import tokens
from tgi_conformance.families.validation import validation
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import expect_answer, expect_equal

if TYPE_CHECKING:
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "completions", FORM.operation)
MEMBERS = pinned_contract().schema("CompletionRequest")["properties"]
POINTER = "#/components/schemas/CompletionRequest"

documented_answer(CATALOGUE, FORM.ask())
documented_stream(CATALOGUE, STREAM)
for form in (FORM, STREAM):
    tokens(CATALOGUE, form)
    repeats(CATALOGUE, form)
    stops(CATALOGUE, form)
    sampling(CATALOGUE, form)
    effects(CATALOGUE, form)
    validation(CATALOGUE, form)
    identity(CATALOGUE, form)
    headers(CATALOGUE, form)
    characters(CATALOGUE, form)
    limits(CATALOGUE, form)
    completions_as_generate(CATALOGUE, form)
    parameters(CATALOGUE, form, MEMBERS, POINTER)
    framing(CATALOGUE, form)
    overload(CATALOGUE, form)
streams(CATALOGUE, STREAM)
errors_in_streams(CATALOGUE, STREAM)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
refused_alike(CATALOGUE, STREAM, FORM)
no_state(CATALOGUE, FORM)
refusals(CATALOGUE, FORM.body(), "prompt")
batches(CATALOGUE)
generated(CATALOGUE)
body_needs_post(CATALOGUE, FORM.body(tokens=1))
origins(CATALOGUE, FORM)
white_space(CATALOGUE, FORM)
bursts(CATALOGUE, STREAM)
left(CATALOGUE, STREAM)


@CATALOGUE.add(
    "single-text-is-a-prompt",
    "A `prompt` that is a text, not an array of one, is answered as that array.",
    source="behaviour.md#openai-style-routes",
    why="It is what OpenAI's clients send.",
)
def single(trial: Trial) -> None:
    """Send the prompt both ways."""
    alone = expect_answer(FORM, trial.sample(FORM.ask(PROMPTS[0], tokens=TOKENS, temperature=0.0)))
    body = {**FORM.body(tokens=TOKENS, temperature=0.0), "prompt": PROMPTS[0]}
    exchange = trial.send(FORM.request(body))
    answer = expect_answer(FORM, exchange)
    expect_equal(1, len(listed(exchange.response.json, "choices")), "choices", exchange)
    expect_equal(alone.prompt, answer.prompt, "prompt_tokens", exchange)


@CATALOGUE.add(
    "suffix-is-refused",
    "A `suffix` is refused with 422 and an ErrorResponse, streamed or not.",
    source="behaviour.md#openai-style-routes",
    why="An editor that asks to fill in a gap must not get a continuation.",
)
def suffix(trial: Trial) -> None:
    """Ask for an insertion."""
    for form in (FORM, STREAM):
        with trial.case():
            exchange = trial.send(form.ask(tokens=2, suffix="the end"))
            expect_refused(trial, form.operation, exchange)
