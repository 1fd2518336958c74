"""What TGI checks of a request beyond the document's bounds: what it refuses, and with which error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_conformance.api import Form, member
from tgi_conformance.exchange import EVENT_STREAM
from tgi_conformance.families.naming import parameter, words
from tgi_conformance.families.refusals import WHY, expect_refused, taken
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.verify import OK, expect, expect_answer, seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.exchange import Exchange
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

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


def bad_values(trial: Trial, form: Form) -> list[tuple[str, Any]]:
    """Give values that are refused, of parameters that the deployment's document has."""
    known = [item for item in BAD.items() if trial.contract.has(parameter(form, item[0]))]
    return [*trial.share(known)]


def expect_refusal(trial: Trial, form: Form, exchange: Exchange) -> None:
    """Raise UnmetError unless a request is refused as invalid: by status, or by a stream's error."""
    response = exchange.response
    if not (form.streamed and response.status == OK and response.media_type == EVENT_STREAM):
        expect_refused(trial, form.operation, exchange, error_type=VALIDATION)
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
    def check(trial: Trial) -> None:
        if rule.needs_best_of and (trial.facts.limit("max_best_of") or SEQUENCES) < SEQUENCES:
            raise UnsupportedError("/info advertises a max_best_of of 1")
        expect_refusal(trial, form, trial.send(form.ask(**{"tokens": 2, **rule.asked})))


def _truncate(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "truncate-beyond-the-context-is-refused"),
        "A `truncate` of more tokens than `max_input_tokens` is refused, one of as many is taken.",
        source=SOURCE,
        operation=form.operation,
        needs=("GET /info",),
        why="Whoever cuts to more than fits meant another server.",
    )
    def check(trial: Trial) -> None:
        limit = trial.facts.limit("max_input_tokens")
        if limit is None:
            raise UnsupportedError("/info advertises no max_input_tokens")
        asking = trial.either(form, "highest")
        with trial.case():
            expect_answer(asking, taken(trial, asking, {"truncate": limit}, _highest(trial, asking)))
        with trial.case():
            expect_refusal(trial, asking, trial.sample(asking.ask(tokens=2, truncate=limit + 1)))


def _highest(trial: Trial, form: Form) -> dict[str, Any]:
    """Give what is to be taken at its highest, to be asked for at once."""
    limit = trial.facts.limit("max_input_tokens") if form.dialect == "generate" else None
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
    def check(trial: Trial) -> None:
        asking = trial.either(form, "empty prompt")
        expect_refusal(trial, asking, trial.sample(asking.ask("", tokens=2)))


def _typed(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "error-has-a-type"),
        "An invalid parameter is refused with a text and the `error_type` `validation`, streamed or not.",
        source="#/components/schemas/ErrorResponse/properties/error_type",
        operation=form.operation,
        why=WHY,
    )
    def check(trial: Trial) -> None:
        for name, value in bad_values(trial, form):
            with trial.case():
                expect_refusal(trial, form, trial.sample(form.ask(tokens=2, **{name: value})))


def _frequency_penalty(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "frequency-penalty-lies-within-two"),
        "A `frequency_penalty` is taken from -2 up to 2, and refused beyond.",
        source=SOURCE,
        operation=form.operation,
        why="It is the range that OpenAI's clients offer.",
    )
    def check(trial: Trial) -> None:
        asking = trial.either(form, "highest")
        with trial.case():
            exchange = taken(trial, asking, {"frequency_penalty": HIGHEST_PENALTY}, _highest(trial, asking))
            expect_answer(asking, exchange)
        for value in trial.share(PENALTIES_REFUSED):
            with trial.case():
                expect_refusal(trial, form, trial.sample(form.ask(tokens=2, frequency_penalty=value)))


def _stop_strings(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "too-many-stop-strings-are-refused"),
        "More stop strings than `max_stop_sequences` are refused.",
        source=SOURCE,
        operation=form.operation,
        needs=("GET /info",),
        why="A stop string that is dropped in silence is one that is missed.",
    )
    def check(trial: Trial) -> None:
        limit = trial.facts.limit("max_stop_sequences")
        if limit is None or limit > MOST_STOPS:
            raise UnsupportedError(f"/info advertises a max_stop_sequences of {limit}")
        strings = [f"never to be seen {n}" for n in range(limit + 1)]
        asking = trial.either(form, "stop")
        expect_refusal(trial, asking, trial.sample(asking.ask(tokens=2, stop=strings)))
