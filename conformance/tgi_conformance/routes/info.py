"""GET /info: what is served, and its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.api import GENERATE, PROMPT, get, member
from tgi_conformance.families.answers import documented_answer
from tgi_conformance.families.refusals import expect_refused
from tgi_conformance.levels import Depth
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import OK, expect, expect_equal, expect_status

if TYPE_CHECKING:
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "info", "GET /info")
INFO = "#/components/schemas/Info/properties"
WHY = "Gateways route and cut prompts by what is advertised."
MOST_STOPS = 200
LARGEST_PROMPT = 4_000  # tokens; a context larger than that is tried only at level exhaustive

documented_answer(CATALOGUE, get("/info"))


@CATALOGUE.add(
    "limits-fit-together",
    "`max_input_tokens` is below `max_total_tokens`, and no limit is 0.",
    source=f"{INFO}/max_total_tokens",
    depth=Depth.SMOKE,
    why=WHY,
)
def fit_together(trial: Trial) -> None:
    """Compare the limits with each other."""
    exchange = trial.sample(get("/info"))
    expect_status(exchange, OK)
    names = (
        "max_input_tokens",
        "max_total_tokens",
        "max_best_of",
        "max_concurrent_requests",
        "max_client_batch_size",
    )
    values = {name: member(exchange.response.json, name) for name in names}
    expect(all(isinstance(v, int) and v > 0 for v in values.values()), "limits above 0", values, exchange)
    expect(values["max_input_tokens"] < values["max_total_tokens"], "input below total", values, exchange)


@CATALOGUE.add(
    "max-total-tokens-is-enforced",
    "One token more than `max_total_tokens` leaves is refused.",
    source=f"{INFO}/max_total_tokens",
    needs=(GENERATE.operation,),
    why=WHY,
)
def total(trial: Trial) -> None:
    """Ask for as many tokens as the total, then for one more than the prompt leaves of it."""
    limit = trial.facts.limit("max_total_tokens")
    if limit is None:
        raise UnsupportedError("/info advertises no max_total_tokens")
    with trial.case():
        exchange = trial.send(GENERATE.ask(tokens=limit))
        expect_refused(trial, GENERATE.operation, exchange, error_type="validation")
    prompt = trial.sample(GENERATE.ask(tokens=1)).response.headers.get("x-prompt-tokens", "")
    if prompt.isascii() and prompt.isdigit():
        with trial.case():
            exchange = trial.send(GENERATE.ask(tokens=limit - int(prompt) + 1))
            expect_refused(trial, GENERATE.operation, exchange, error_type="validation")


@CATALOGUE.add(
    "max-input-tokens-is-enforced",
    "A prompt longer than `max_input_tokens` is refused.",
    source=f"{INFO}/max_input_tokens",
    needs=(GENERATE.operation,),
    why=WHY,
)
def inputs(trial: Trial) -> None:
    """Send a prompt that is too long by any tokenizer: no token of common text holds 16 of these words."""
    limit = trial.facts.limit("max_input_tokens")
    if limit is None:
        raise UnsupportedError("/info advertises no max_input_tokens")
    if limit > LARGEST_PROMPT and trial.setting.depth is not Depth.EXHAUSTIVE:
        raise UnsupportedError(
            f"max_input_tokens is {limit}; a longer prompt is sent at level exhaustive only"
        )
    prompt = " ".join(f"{n % 977} {PROMPT[n % 20]}?" for n in range(limit))
    expect_refused(
        trial, GENERATE.operation, trial.send(GENERATE.ask(prompt, tokens=1)), error_type="validation"
    )


@CATALOGUE.add(
    "max-best-of-is-enforced",
    "A `best_of` above `max_best_of` is refused.",
    source=f"{INFO}/max_best_of",
    needs=(GENERATE.operation,),
    why=WHY,
)
def best_of(trial: Trial) -> None:
    """Ask for one sequence too many."""
    limit = trial.facts.limit("max_best_of")
    if limit is None:
        raise UnsupportedError("/info advertises no max_best_of")
    request = GENERATE.ask(tokens=1, best_of=limit + 1, do_sample=True)
    expect_refused(trial, GENERATE.operation, trial.send(request), error_type="validation")


@CATALOGUE.add(
    "max-stop-sequences-is-enforced",
    "More stop strings than `max_stop_sequences` are refused, as many are taken.",
    source=f"{INFO}/max_stop_sequences",
    needs=(GENERATE.operation,),
    why=WHY,
)
def stop_sequences(trial: Trial) -> None:
    """Send as many as allowed, and one more."""
    limit = trial.facts.limit("max_stop_sequences")
    if limit is None or limit > MOST_STOPS:
        raise UnsupportedError(f"/info advertises a max_stop_sequences of {limit}")
    strings = [f"never to be seen {n}" for n in range(limit + 1)]
    with trial.case():
        expect_status(trial.send(GENERATE.ask(tokens=1, stop=strings[:limit])), OK)
    with trial.case():
        exchange = trial.send(GENERATE.ask(tokens=1, stop=strings))
        expect_refused(trial, GENERATE.operation, exchange, error_type="validation")


@CATALOGUE.add(
    "info-stays-the-same",
    "`/info` says the same at the end as at the beginning.",
    source="#/paths/~1info/get",
    why="It describes the deployment, not the moment.",
)
def same(trial: Trial) -> None:
    """Ask again."""
    exchange = trial.send(get("/info"))
    expect_equal(trial.sample(get("/info")).response.json, exchange.response.json, "/info", exchange)
