"""What TGI checks of a request beyond the document's bounds: what it refuses, and with which error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_conformance.http.exchange import EVENT_STREAM
from tgi_conformance.protocol.forms import Form, member
from tgi_conformance.requirements._naming import parameter, words
from tgi_conformance.requirements._verify import OK, expect, expect_answer, seen
from tgi_conformance.requirements.refusals import WHY, expect_refused, taken
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

SOURCE = "behaviour.md#validation"
VALIDATION = "validation"
SEQUENCES = 2
MOST_STOPS = 1_000
# Refused by every release, streamed or not; each is a rule of another kind.
BAD: Mapping[str, Any] = {"frequency_penalty": 2.1, "temperature": -1.0, "top_p": 1.5}
HIGHEST_PENALTY = 2.0
PENALTIES_REFUSED = (2.1, -2.1)


@frozen
class Rule:
    """Parameters that are refused together; `needs_best_of` where the server must allow two sequences."""

    words: str
    statement: str
    asked: Mapping[str, Any]
    needs_best_of: bool = False


UNSTREAMED = (
    Rule(
        "best-of-without-sampling-is-refused",
        "A `best_of` above 1 is refused where nothing is sampled: every sequence would be the same.",
        {"best_of": SEQUENCES},
        needs_best_of=True,
    ),
    Rule(
        "seed-for-several-sequences-is-refused",
        "A `seed` together with a `best_of` above 1 is refused: every sequence would be the same.",
        {"best_of": SEQUENCES, "do_sample": True, "seed": 1},
        needs_best_of=True,
    ),
)
STREAMED = (
    Rule(
        "best-of-is-refused",
        "A stream is of one sequence: a `best_of` above 1 is refused.",
        {"best_of": SEQUENCES, "do_sample": True},
    ),
    Rule(
        "decoder-input-details-are-refused",
        "A stream shows no prompt: `decoder_input_details` is refused.",
        {"decoder_input_details": True},
    ),
)


def validation(catalogue: Catalogue, form: Form) -> None:
    """The refusals of a form, and what stands in them."""
    if form.dialect == "generate":
        for rule in STREAMED if form.streamed else UNSTREAMED:
            _refused(catalogue, form, rule)
        _truncate(catalogue, form)
    if form.dialect != "chat":
        _empty_prompt(catalogue, form)
    if form.dialect == "generate" or not form.streamed:
        _typed(catalogue, form)
    _frequency_penalty(catalogue, form)
    if form.dialect != "generate":  # whose document has a bound of its own
        _stop_strings(catalogue, form)


def bad_values(context: Context, form: Form) -> list[tuple[str, Any]]:
    """Give values that are refused, of parameters that the deployment's document has."""
    known = [item for item in BAD.items() if context.contract.has(parameter(form, item[0]))]
    return [*context.sample(known)]


def expect_refusal(context: Context, form: Form, exchange: Exchange) -> None:
    """Raise UnmetError unless a request is refused as invalid: by status, or by a stream's error."""
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


def _refused(catalogue: Catalogue, form: Form, rule: Rule) -> None:
    @catalogue.add(words(form, rule.words), rule.statement, source=SOURCE, operation=form.operation, why=WHY)
    def check(context: Context) -> None:
        if rule.needs_best_of and (context.capabilities.limit("max_best_of") or SEQUENCES) < SEQUENCES:
            raise UnsupportedError("/info advertises a max_best_of of 1")
        expect_refusal(context, form, context.send(form.ask(**{"tokens": 2, **rule.asked})))


def _truncate(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "truncate-beyond-the-context-is-refused"),
        "A `truncate` of more tokens than `max_input_tokens` is refused, one of as many is taken.",
        source=SOURCE,
        operation=form.operation,
        needs=("GET /info",),
        why="Whoever cuts to more than fits meant another server.",
    )
    def check(context: Context) -> None:
        limit = context.capabilities.limit("max_input_tokens")
        if limit is None:
            raise UnsupportedError("/info advertises no max_input_tokens")
        asking = context.one_form(form, "highest")
        with context.case():
            expect_answer(asking, taken(context, asking, {"truncate": limit}, _highest(context, asking)))
        with context.case():
            expect_refusal(context, asking, context.cached(asking.ask(tokens=2, truncate=limit + 1)))


def _highest(context: Context, form: Form) -> dict[str, Any]:
    """Give what is to be taken at its highest, to be asked for at once."""
    limit = context.capabilities.limit("max_input_tokens") if form.dialect == "generate" else None
    highest = {"truncate": limit, "frequency_penalty": HIGHEST_PENALTY}
    return {name: value for name, value in highest.items() if value is not None}


def _empty_prompt(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "empty-prompt-is-refused"),
        "An empty prompt is refused.",
        source=SOURCE,
        operation=form.operation,
        why="A model makes something up from nothing, which the caller pays for.",
    )
    def check(context: Context) -> None:
        asking = context.one_form(form, "empty prompt")
        expect_refusal(context, asking, context.cached(asking.ask("", tokens=2)))


def _typed(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "error-has-a-type"),
        "An invalid parameter is refused with a text and the `error_type` `validation`, streamed or not.",
        source="#/components/schemas/ErrorResponse/properties/error_type",
        operation=form.operation,
        why=WHY,
    )
    def check(context: Context) -> None:
        for name, value in bad_values(context, form):
            with context.case():
                expect_refusal(context, form, context.cached(form.ask(tokens=2, **{name: value})))


def _frequency_penalty(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "frequency-penalty-lies-within-two"),
        "A `frequency_penalty` is taken from -2 up to 2, and refused beyond.",
        source=SOURCE,
        operation=form.operation,
        why="It is the range that OpenAI's clients offer.",
    )
    def check(context: Context) -> None:
        asking = context.one_form(form, "highest")
        with context.case():
            exchange = taken(
                context, asking, {"frequency_penalty": HIGHEST_PENALTY}, _highest(context, asking)
            )
            expect_answer(asking, exchange)
        for value in context.sample(PENALTIES_REFUSED):
            with context.case():
                expect_refusal(context, form, context.cached(form.ask(tokens=2, frequency_penalty=value)))


def _stop_strings(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "too-many-stop-strings-are-refused"),
        "More stop strings than `max_stop_sequences` are refused.",
        source=SOURCE,
        operation=form.operation,
        needs=("GET /info",),
        why="A stop string that is dropped in silence is one that is missed.",
    )
    def check(context: Context) -> None:
        limit = context.capabilities.limit("max_stop_sequences")
        if limit is None or limit > MOST_STOPS:
            raise UnsupportedError(f"/info advertises a max_stop_sequences of {limit}")
        strings = [f"never to be seen {n}" for n in range(limit + 1)]
        asking = context.one_form(form, "stop")
        expect_refusal(context, asking, context.cached(asking.ask(tokens=2, stop=strings)))
