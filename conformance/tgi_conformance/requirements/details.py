"""What `details` shows when asked: the prompt's tokens, the likeliest tokens, several sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import PROMPT, Form, listed, member, post
from tgi_conformance.requirements._naming import parameter, words
from tgi_conformance.requirements._verify import (
    expect,
    expect_answer,
    expect_equal,
    expect_ids_within,
    is_refused,
    near,
)
from tgi_conformance.requirements.characters import FILLER
from tgi_conformance.requirements.tokens import REPLACEMENT, counted, expect_probabilities
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

TOKENS = 4
MOST, FEW = 5, 2  # top tokens
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


def _asked(context: Context, form: Form, **parameters: Any) -> tuple[Exchange, Answer]:
    exchange = context.cached(form.ask(tokens=TOKENS, **counted(form), **parameters))
    return exchange, expect_answer(form, exchange)


def _prefill(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "prefill-shows-the-prompt",
        "`decoder_input_details` fills `prefill` with the prompt's tokens, the first without a logprob.",
        source=f"{PARAMETERS}/decoder_input_details",
        needs=("prefill",),
        why="Scoring a given text rests on it (text-generation-inference#2973).",
    )
    def check(context: Context) -> None:
        exchange, answer = _asked(context, form, decoder_input_details=True)
        prefill = member(answer.raw, "details", "prefill")
        expect(isinstance(prefill, list) and len(prefill) > 1, "the prompt's tokens", prefill, exchange)
        stated = exchange.response.headers.get("x-prompt-tokens")
        counts = "lengths" not in context.capabilities.absent
        if stated is not None and counts:
            expect_equal(stated, str(len(prefill)), "the number of prefill tokens", exchange)
        expect_equal(None, member(prefill, 0, "logprob"), "the first prefill logprob", exchange)
        _expect_prompt(context, prefill, exchange)
        for token in prefill[1:]:
            logprob = member(token, "logprob")
            expect(isinstance(logprob, (int, float)) and logprob <= 0, "logprob <= 0", token, exchange)
        with context.case():
            long = context.cached(form.ask(FILLER, tokens=1, details=True, decoder_input_details=True))
            shown = len(listed(expect_answer(form, long).raw, "details", "prefill"))
            stated = long.response.headers.get("x-prompt-tokens", str(shown)) if counts else str(shown)
            expect_equal(stated, str(shown), "the number of prefill tokens of a longer prompt", long)

    @catalogue.add(
        "prefill-is-empty-unless-asked",
        "Without `decoder_input_details` the `prefill` is empty.",
        source="#/components/schemas/Details/properties/prefill",
    )
    def unasked(context: Context) -> None:
        exchange, answer = _asked(context, form)
        expect_equal([], member(answer.raw, "details", "prefill"), "prefill", exchange)

    @catalogue.add(
        "details-only-when-asked",
        "`details` is there when `details` or `decoder_input_details` asks for it, `top_tokens` when "
        "`top_n_tokens` does.",
        source=f"{PARAMETERS}/details",
        why="Whoever does not ask pays for bytes and parses what was not wanted.",
    )
    def only_when_asked(context: Context) -> None:
        plain = context.cached(form.ask())
        shown = member(expect_answer(form, plain).raw, "details")
        expect(shown is None, "no details", shown, plain)
        exchange, answer = _asked(context, form)
        top = member(answer.raw, "details", "top_tokens")
        expect(not top, "no top tokens", top, exchange)
        prompt = context.cached(form.ask(tokens=TOKENS, decoder_input_details=True))
        alone = expect_answer(form, prompt)
        expect(alone.generated is not None, "details", member(alone.raw, "details"), prompt)
        expect_equal(alone.generated, len(alone.tokens), "the number of tokens shown", prompt)


def _expect_prompt(context: Context, prefill: list[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless these are the prompt's tokens: by their ids, or else by their letters."""
    if "POST /tokenize" not in context.capabilities.absent:
        tokens = listed(context.cached(post("/tokenize", {"inputs": PROMPT})).response.json)
        expect_ids_within(tokens, prefill, exchange)
        return
    together = "".join(str(member(token, "text")) for token in prefill)
    expect(_letters(PROMPT) in _letters(together), "the prompt's text", together, exchange)


def _letters(text: str) -> str:
    """Leave spaces and case out: a tokenizer shows those of single tokens in its own way, or not at all."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _truncate(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "truncate-keeps-the-end-of-the-prompt",
        "`truncate` N leaves the last N tokens of the prompt, as `prefill` shows.",
        source=f"{PARAMETERS}/truncate",
        needs=("prefill",),
        why="The question stands at the end; a server that keeps the beginning answers something else.",
    )
    def check(context: Context) -> None:
        _, whole = _asked(context, form, decoder_input_details=True)
        exchange, cut = _asked(context, form, decoder_input_details=True, truncate=KEPT)
        ids = [member(token, "id") for token in listed(whole.raw, "details", "prefill")]
        kept = [member(token, "id") for token in listed(cut.raw, "details", "prefill")]
        expect(len(kept) <= KEPT, f"at most {KEPT} prompt tokens", kept, exchange)
        expect(bool(kept) and kept[-1:] == ids[-1:], "the end of the prompt", kept, exchange)


def _best_of(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "best-of-shows-the-other-sequences",
        "`best_of` 2 answers with the likelier sequence and shows the other one in `best_of_sequences`.",
        source=f"{PARAMETERS}/best_of",
        why="Whoever pays for two sequences wants to see both.",
    )
    def check(context: Context) -> None:
        if (context.capabilities.limit("max_best_of") or SEQUENCES) < SEQUENCES:
            raise UnsupportedError("/info advertises a max_best_of of 1")
        asked = {"details": True, "do_sample": True, "best_of": SEQUENCES}
        if (
            context.contract.has(parameter(form, "top_n_tokens"))
            and "top-tokens" not in context.capabilities.absent
        ):
            asked["top_n_tokens"] = 2
        exchange = context.send(form.ask(tokens=TOKENS, return_full_text=False, **asked))
        answer = expect_answer(form, exchange)
        others = member(answer.raw, "details", "best_of_sequences")
        expect(isinstance(others, list) and len(others) == 1, "one other sequence", others, exchange)
        _expect_sequence(others[0], exchange, with_top_tokens="top_n_tokens" in asked)
        drawn = member(others[0], "seed")
        expect(answer.seed is None or drawn != answer.seed, "a seed of its own", drawn, exchange)
        mine, other = _mean(answer.tokens), _mean(listed(others, 0, "tokens"))
        expect(mine >= other - 1e-4, "the likelier sequence as the answer", f"{mine} < {other}", exchange)


def _expect_sequence(other: Any, exchange: Exchange, *, with_top_tokens: bool) -> None:
    """Hold another sequence to what holds for the answer itself."""
    tokens = listed(other, "tokens")
    expect_equal(len(tokens), member(other, "generated_tokens"), "its generated_tokens", exchange)
    together = "".join(str(member(token, "text")) for token in tokens if not member(token, "special"))
    whole = str(member(other, "generated_text"))
    expect(
        whole.rstrip(REPLACEMENT) == together.rstrip(REPLACEMENT), f"its text {together!r}", whole, exchange
    )
    expect(isinstance(member(other, "seed"), int), "its seed", member(other, "seed"), exchange)
    if with_top_tokens:
        expect_equal(len(tokens), len(listed(other, "top_tokens")), "its lists of top tokens", exchange)


def _mean(tokens: Any) -> float:
    logprobs = [token["logprob"] for token in tokens if isinstance(member(token, "logprob"), (int, float))]
    return sum(logprobs) / len(logprobs) if logprobs else float("-inf")


def top_tokens(catalogue: Catalogue, form: Form) -> None:
    """The likeliest tokens at each step, of either form."""

    @catalogue.add(
        words(form, "top-tokens-are-as-many-as-asked"),
        f"`top_n_tokens` {MOST} shows as many tokens for each, best first, the greedy one among them.",
        source=f"{PARAMETERS}/top_n_tokens",
        operation=form.operation,
        needs=("top-tokens",),
        why="Constrained decoding and classification read the alternatives (text-generation-inference#1629).",
    )
    def check(context: Context) -> None:
        exchange, most = _with_top_tokens(context, form)
        answer = expect_answer(form, exchange)
        tops = _tops(form, exchange, answer)
        expect_equal(len(answer.tokens), len(tops), "lists of top tokens", exchange)
        expect(bool(tops), "top tokens", answer.raw, exchange)
        for token, top in zip(answer.tokens, tops, strict=True):
            expect(isinstance(top, list), "a list of tokens", top, exchange)
            logprobs = [member(entry, "logprob") for entry in top]
            numbers = all(isinstance(logprob, (int, float)) for logprob in logprobs)
            expect(
                numbers and len(top) >= most, f"at least {most} tokens with log-probabilities", top, exchange
            )
            expect(logprobs == sorted(logprobs, reverse=True), "best first", logprobs, exchange)
            ids = [member(entry, "id") for entry in top]
            expect(all(isinstance(id_, int) for id_ in ids), "ids that are numbers", ids, exchange)
            expect(len(set(ids)) == len(ids), "different tokens", ids, exchange)
            expect(token.get("id") in ids, f"the greedy token {token.get('id')}", ids, exchange)
            same = next(entry for entry in top if member(entry, "id") == token.get("id"))
            expect(_alike(same, token), f"the token as it is in the answer: {token}", same, exchange)
            expect_probabilities(top, exchange)
        _sampled_top_tokens(context, form)


def _with_top_tokens(context: Context, form: Form) -> tuple[Exchange, int]:
    """Ask for as many as TGI allows unless configured, or for fewer where this server allows no more."""
    exchange = context.cached(form.ask(tokens=TOKENS, **counted(form), top_n_tokens=MOST))
    if not is_refused(exchange):
        return exchange, MOST
    return context.cached(form.ask(tokens=TOKENS, **counted(form), top_n_tokens=FEW)), FEW


def _sampled_top_tokens(context: Context, form: Form) -> None:
    """With top_p the probabilities of a step are still such (text-generation-inference#1629)."""
    asked = {"details": True, "do_sample": True, "top_p": 0.9, "top_n_tokens": 2, "seed": 3}
    exchange = context.cached(form.ask(tokens=TOKENS, **asked))
    answer = expect_answer(form, exchange)
    for token, top in zip(answer.tokens, _tops(form, exchange, answer), strict=False):
        others = [entry for entry in top if member(entry, "id") != token.get("id")]
        expect_probabilities([token, *others], exchange)


def _alike(top: Any, token: dict[str, Any]) -> bool:
    close = near(member(top, "logprob"), token.get("logprob"), CLOSE)
    return close and member(top, "special") == token.get("special")


def _tops(form: Form, exchange: Exchange, answer: Answer) -> list[Any]:
    if form.streamed:
        return [listed(event.json_or_none, "top_tokens") for event in exchange.response.stream.events]
    return listed(answer.raw, "details", "top_tokens")
