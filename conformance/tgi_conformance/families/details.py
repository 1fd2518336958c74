"""What `details` shows when asked: the prompt's tokens, the likeliest tokens, several sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.api import PROMPT, Form, member
from tgi_conformance.families.naming import words
from tgi_conformance.families.tokens import counted
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.verify import expect, expect_answer, expect_equal

if TYPE_CHECKING:
    from tgi_conformance.answer import Answer
    from tgi_conformance.exchange import Exchange
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

TOKENS = 4
TOP = 3
KEPT = 3
CLOSE = 1e-3  # log-probabilities of one step, computed once
SEQUENCES = 2
PARAMETERS = "#/components/schemas/GenerateParameters/properties"


def details(catalogue: Catalogue, form: Form) -> None:
    """The promises of `details` of an unstreamed answer."""
    _prefill(catalogue, form)
    _truncate(catalogue, form)
    _best_of(catalogue, form)
    top_tokens(catalogue, form)


def _asked(trial: Trial, form: Form, **parameters: Any) -> tuple[Exchange, Answer]:
    exchange = trial.sample(form.ask(tokens=TOKENS, **counted(form), **parameters))
    return exchange, expect_answer(form, exchange)


def _prefill(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "prefill-shows-the-prompt",
        "`decoder_input_details` fills `prefill` with the prompt's tokens, the first without a logprob.",
        source=f"{PARAMETERS}/decoder_input_details",
        needs=("prefill",),
        why="Scoring a given text rests on it (text-generation-inference#2973).",
    )
    def check(trial: Trial) -> None:
        exchange, answer = _asked(trial, form, decoder_input_details=True)
        prefill = member(answer.raw, "details", "prefill")
        expect(isinstance(prefill, list) and len(prefill) > 1, "the prompt's tokens", prefill, exchange)
        stated = exchange.response.headers.get("x-prompt-tokens")
        if stated is not None:
            expect_equal(stated, str(len(prefill)), "the number of prefill tokens", exchange)
        expect_equal(None, member(prefill, 0, "logprob"), "the first prefill logprob", exchange)
        together = "".join(str(member(token, "text")) for token in prefill)
        expect(_letters(PROMPT) in _letters(together), "the prompt's text", together, exchange)
        for token in prefill[1:]:
            logprob = member(token, "logprob")
            expect(isinstance(logprob, (int, float)) and logprob <= 0, "logprob <= 0", token, exchange)

    @catalogue.add(
        "prefill-is-empty-unless-asked",
        "Without `decoder_input_details` the `prefill` is empty.",
        source="#/components/schemas/Details/properties/prefill",
    )
    def unasked(trial: Trial) -> None:
        exchange, answer = _asked(trial, form)
        expect_equal([], member(answer.raw, "details", "prefill"), "prefill", exchange)


def _letters(text: str) -> str:
    """Leave spaces out: a tokenizer shows those of single tokens in its own way, or not at all."""
    return "".join(character for character in text if character.isalnum())


def _truncate(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "truncate-keeps-the-end-of-the-prompt",
        "`truncate` N leaves the last N tokens of the prompt, as `prefill` shows.",
        source=f"{PARAMETERS}/truncate",
        needs=("prefill",),
        why="The question stands at the end; a server that keeps the beginning answers something else.",
    )
    def check(trial: Trial) -> None:
        _, whole = _asked(trial, form, decoder_input_details=True)
        exchange, cut = _asked(trial, form, decoder_input_details=True, truncate=KEPT)
        ids = [member(token, "id") for token in member(whole.raw, "details", "prefill") or []]
        kept = [member(token, "id") for token in member(cut.raw, "details", "prefill") or []]
        expect(len(kept) <= KEPT, f"at most {KEPT} prompt tokens", kept, exchange)
        expect(bool(kept) and kept[-1] == ids[-1], "the end of the prompt", kept, exchange)


def _best_of(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "best-of-shows-the-other-sequences",
        "`best_of` 2 answers with the likelier sequence and shows the other one in `best_of_sequences`.",
        source=f"{PARAMETERS}/best_of",
        why="Whoever pays for two sequences wants to see both.",
    )
    def check(trial: Trial) -> None:
        if (trial.facts.limit("max_best_of") or SEQUENCES) < SEQUENCES:
            raise UnsupportedError("/info advertises a max_best_of of 1")
        exchange = trial.send(form.ask(tokens=TOKENS, details=True, do_sample=True, best_of=SEQUENCES))
        answer = expect_answer(form, exchange)
        others = member(answer.raw, "details", "best_of_sequences")
        expect(isinstance(others, list) and len(others) == 1, "one other sequence", others, exchange)
        mine, other = _mean(answer.tokens), _mean(member(others, 0, "tokens") or [])
        expect(mine >= other - 1e-4, "the likelier sequence as the answer", f"{mine} < {other}", exchange)


def _mean(tokens: Any) -> float:
    logprobs = [token["logprob"] for token in tokens if isinstance(member(token, "logprob"), (int, float))]
    return sum(logprobs) / len(logprobs) if logprobs else float("-inf")


def top_tokens(catalogue: Catalogue, form: Form) -> None:
    """The likeliest tokens at each step, of either form."""

    @catalogue.add(
        words(form, "top-tokens-are-as-many-as-asked"),
        f"`top_n_tokens` {TOP} shows at least {TOP} tokens for each, best first, the greedy one among them.",
        source=f"{PARAMETERS}/top_n_tokens",
        operation=form.operation,
        why="Constrained decoding and classification read the alternatives (text-generation-inference#1629).",
    )
    def check(trial: Trial) -> None:
        exchange, answer = _asked(trial, form, top_n_tokens=TOP)
        tops = _tops(form, exchange, answer)
        expect_equal(len(answer.tokens), len(tops), "lists of top tokens", exchange)
        for token, top in zip(answer.tokens, tops, strict=True):
            logprobs = [member(entry, "logprob") for entry in top]
            numbers = all(isinstance(logprob, (int, float)) for logprob in logprobs)
            expect(
                numbers and len(top) >= TOP, f"at least {TOP} tokens with log-probabilities", top, exchange
            )
            expect(logprobs == sorted(logprobs, reverse=True), "best first", logprobs, exchange)
            ids = [member(entry, "id") for entry in top]
            expect(len(set(ids)) == len(ids), "different tokens", ids, exchange)
            expect(token.get("id") in ids, f"the greedy token {token.get('id')}", ids, exchange)
            same = next(entry for entry in top if member(entry, "id") == token.get("id"))
            expect(_alike(same, token), f"the token as it is in the answer: {token}", same, exchange)


def _alike(top: Any, token: dict[str, Any]) -> bool:
    logprobs = (member(top, "logprob"), token.get("logprob"))
    numbers = all(isinstance(logprob, (int, float)) for logprob in logprobs)
    return (
        numbers and abs(logprobs[0] - logprobs[1]) < CLOSE and member(top, "special") == token.get("special")
    )


def _tops(form: Form, exchange: Exchange, answer: Answer) -> list[Any]:
    if form.streamed:
        return [member(event.json, "top_tokens") or [] for event in exchange.response.stream.events]
    return member(answer.raw, "details", "top_tokens") or []
