"""Validation beyond the document's bounds: what TGI refuses, and with which error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import EVENT_STREAM
from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, COMPLETIONS_STREAM, Form, member
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import (
    ALL_FORMS,
    NATIVE_FORMS,
    NATIVE_STREAMED,
    NATIVE_UNSTREAMED,
    OPENAI_FORMS,
)
from tgi_conformance.requirements._pointers import parameter
from tgi_conformance.requirements._verify import OK, expect, expect_answer, seen
from tgi_conformance.requirements.refusals import WHY, expect_refused, taken
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

SOURCE = "behaviour.md#validation"
VALIDATION = "validation"
SEQUENCES = 2
MOST_STOPS = 1_000
# Refused by every release, streamed or not; each is a rule of another kind.
BAD: Mapping[str, Any] = {"frequency_penalty": 2.1, "temperature": -1.0, "top_p": 1.5}
HIGHEST_PENALTY = 2.0
PENALTIES_REFUSED = (2.1, -2.1)


def bad_values(context: Context, form: Form) -> list[tuple[str, Any]]:
    """Return parameters of the deployment's document with values that are refused."""
    known = [item for item in BAD.items() if context.contract.has(parameter(form, item[0]))]
    return [*context.share(known)]


def expect_refusal(context: Context, form: Form, exchange: Exchange) -> None:
    """Raise UnmetError unless a request is refused as invalid: by its status, or by an error in a stream."""
    response = exchange.response
    if not (form.streamed and response.status == OK and response.media_type == EVENT_STREAM):
        expect_refused(context, form.operation, exchange, error_type=VALIDATION)
        return
    bodies = [event.json_or_none for event in response.stream.events]
    errors = [body for body in bodies if member(body, "error")]
    expect(bool(errors), "an error", seen(exchange), exchange)
    tokens = [body for body in bodies if member(body, "token") or member(body, "choices")]
    expect(not tokens, "an error and no token", seen(exchange), exchange)
    if form.dialect == "generate":
        expect(
            member(errors[0], "error_type") == VALIDATION, "error_type 'validation'", seen(exchange), exchange
        )


def _expect_parameters_refused(context: Context, form: Form, **asked: Any) -> None:
    expect_refusal(context, form, context.send(form.ask(tokens=2, **asked)))


def _expect_two_sequences_allowed(context: Context) -> None:
    """Raise UnsupportedError if the deployment never generates two sequences for a request."""
    if (context.capabilities.limit("max_best_of") or SEQUENCES) < SEQUENCES:
        raise UnsupportedError("/info advertises a max_best_of of 1")


@requirement(
    "best-of-without-sampling-is-refused",
    "A `best_of` above 1 without sampling is refused: every sequence would be the same.",
    forms=NATIVE_UNSTREAMED,
    source=SOURCE,
    category="refusals",
    why=WHY,
)
def best_of_without_sampling_is_refused(context: Context, form: Form) -> None:
    _expect_two_sequences_allowed(context)
    _expect_parameters_refused(context, form, best_of=SEQUENCES)


@requirement(
    "seed-for-several-sequences-is-refused",
    "A `seed` with a `best_of` above 1 is refused: every sequence would be the same.",
    forms=NATIVE_UNSTREAMED,
    source=SOURCE,
    category="refusals",
    why=WHY,
)
def seed_for_several_sequences_is_refused(context: Context, form: Form) -> None:
    _expect_two_sequences_allowed(context)
    _expect_parameters_refused(context, form, best_of=SEQUENCES, do_sample=True, seed=1)


@requirement(
    "best-of-is-refused",
    "A `best_of` above 1 is refused: a stream has one sequence.",
    forms=NATIVE_STREAMED,
    source=SOURCE,
    category="refusals",
    why=WHY,
)
def best_of_is_refused(context: Context, form: Form) -> None:
    _expect_parameters_refused(context, form, best_of=SEQUENCES, do_sample=True)


@requirement(
    "decoder-input-details-are-refused",
    "`decoder_input_details` is refused: a stream does not return the prompt's tokens.",
    forms=NATIVE_STREAMED,
    source=SOURCE,
    category="refusals",
    why=WHY,
)
def decoder_input_details_are_refused(context: Context, form: Form) -> None:
    _expect_parameters_refused(context, form, decoder_input_details=True)


@requirement(
    "truncate-beyond-the-context-is-refused",
    "A `truncate` above `max_input_tokens` is refused; one equal to it is accepted.",
    forms=NATIVE_FORMS,
    source=SOURCE,
    category="refusals",
    needs=("GET /info",),
    why="A client that truncates to more tokens than the model reads expects a larger context.",
)
def truncate_beyond_the_context_is_refused(context: Context, form: Form) -> None:
    limit = context.capabilities.limit("max_input_tokens")
    if limit is None:
        raise UnsupportedError("/info advertises no max_input_tokens")
    asking = context.either(form, "highest")
    with context.case():
        expect_answer(asking, taken(context, asking, {"truncate": limit}, _highest(context, asking)))
    with context.case():
        expect_refusal(context, asking, context.cached(asking.ask(tokens=2, truncate=limit + 1)))


def _highest(context: Context, form: Form) -> dict[str, Any]:
    """Return the highest valid value of each parameter with a maximum, to be sent in one request."""
    limit = context.capabilities.limit("max_input_tokens") if form.dialect == "generate" else None
    highest = {"truncate": limit, "frequency_penalty": HIGHEST_PENALTY}
    return {name: value for name, value in highest.items() if value is not None}


@requirement(
    "empty-prompt-is-refused",
    "An empty prompt is refused.",
    forms=(*NATIVE_FORMS, COMPLETIONS, COMPLETIONS_STREAM),  # a chat template makes a prompt of no text
    source=SOURCE,
    category="refusals",
    why="The model would invent an answer to nothing, and the caller would pay for it.",
)
def empty_prompt_is_refused(context: Context, form: Form) -> None:
    asking = context.either(form, "empty prompt")
    expect_refusal(context, asking, context.cached(asking.ask("", tokens=2)))


@requirement(
    "error-has-a-type",
    "An invalid parameter is refused with an error message and the `error_type` `validation`, streamed or "
    "not.",
    forms=(*NATIVE_FORMS, CHAT, COMPLETIONS),  # error events of OpenAI-style streams have no `error_type`
    source="#/components/schemas/ErrorResponse/properties/error_type",
    category="refusals",
    why=WHY,
)
def error_has_a_type(context: Context, form: Form) -> None:
    for name, value in bad_values(context, form):
        with context.case():
            expect_refusal(context, form, context.cached(form.ask(tokens=2, **{name: value})))


@requirement(
    "frequency-penalty-lies-within-two",
    "A `frequency_penalty` of 2 is accepted; one above 2 or below -2 is refused.",
    forms=ALL_FORMS,
    source=SOURCE,
    category="refusals",
    why="OpenAI's clients offer the range from -2 to 2.",
)
def frequency_penalty_lies_within_two(context: Context, form: Form) -> None:
    asking = context.either(form, "highest")
    with context.case():
        exchange = taken(context, asking, {"frequency_penalty": HIGHEST_PENALTY}, _highest(context, asking))
        expect_answer(asking, exchange)
    for value in context.share(PENALTIES_REFUSED):
        with context.case():
            expect_refusal(context, form, context.cached(form.ask(tokens=2, frequency_penalty=value)))


@requirement(
    "too-many-stop-strings-are-refused",
    "More stop strings than `max_stop_sequences` are refused.",
    forms=OPENAI_FORMS,  # the document itself limits those of the generate dialect
    source=SOURCE,
    category="refusals",
    needs=("GET /info",),
    why="If the server dropped a stop string, generation would continue beyond it.",
)
def too_many_stop_strings_are_refused(context: Context, form: Form) -> None:
    limit = context.capabilities.limit("max_stop_sequences")
    if limit is None or limit > MOST_STOPS:
        raise UnsupportedError(f"/info advertises a max_stop_sequences of {limit}")
    strings = [f"never to be seen {n}" for n in range(limit + 1)]
    asking = context.either(form, "stop")
    expect_refusal(context, asking, context.cached(asking.ask(tokens=2, stop=strings)))
