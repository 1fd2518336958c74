"""What `details` shows on request: prompt tokens, top tokens, several sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.version import Version

from tgi_conformance.protocol.forms import GENERATE, GENERATE_STREAM, PROMPT, Form, listed, member, post
from tgi_conformance.requirements._counting import REPLACEMENT, counted, expect_probabilities
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._pointers import parameter
from tgi_conformance.requirements._verify import (
    expect,
    expect_answer,
    expect_equal,
    expect_ids_within,
    is_refused,
    near,
)
from tgi_conformance.requirements.characters import FILLER
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.session.context import Context

TOKENS = 4
MOST, FEW = 5, 2  # top tokens
KEPT = 3
CLOSE = 1e-3  # log-probabilities of one step, computed once
SCORED = 0.5  # log-probabilities of one text, computed as an answer and as a prompt
SEQUENCES = 2
PARAMETERS = "#/components/schemas/GenerateParameters/properties"
# Since this release TGI's own model server omits prompt tokens unless an environment variable asks for them.
LEFT_OUT_SINCE = Version("3.0")


def _asked(context: Context, form: Form, **parameters: Any) -> tuple[Exchange, Answer]:
    exchange = context.cached(form.ask(tokens=TOKENS, **counted(form), **parameters))
    return exchange, expect_answer(form, exchange)


@requirement(
    "prefill-shows-the-prompt",
    "`decoder_input_details` fills `prefill` with the prompt tokens; the first has no log-probability.",
    forms=(GENERATE,),
    source=f"{PARAMETERS}/decoder_input_details",
    category="tokens",
    needs=("prefill",),
    why="Clients that score a given text need it (text-generation-inference#2973).",
)
def prefill_shows_the_prompt(context: Context, form: Form) -> None:
    exchange, answer = _asked(context, form, decoder_input_details=True)
    prefill = member(answer.raw, "details", "prefill")
    expect(isinstance(prefill, list) and len(prefill) > 1, "the prompt tokens", prefill, exchange)
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


def _expect_prompt(context: Context, prefill: list[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless these are the prompt's tokens, by id or, without /tokenize, by letters."""
    if "POST /tokenize" not in context.capabilities.absent:
        tokens = listed(context.cached(post("/tokenize", {"inputs": PROMPT})).response.json)
        expect_ids_within(tokens, prefill, exchange)
        return
    joined = "".join(str(member(token, "text")) for token in prefill)
    expect(_letters(PROMPT) in _letters(joined), "the text of the prompt", joined, exchange)


def _letters(text: str) -> str:
    """Drop spaces and case: tokenizers show those of single tokens each in their own way, or not at all."""
    return "".join(character for character in text.casefold() if character.isalnum())


@requirement(
    "prefill-scores-a-text-as-it-was-generated",
    "A greedy answer that is sent back after its prompt has in `prefill` the log-probabilities with which it "
    "was generated.",
    forms=(GENERATE,),
    source="#/components/schemas/PrefillToken/properties/logprob",
    category="tokens",
    level=SHOULD,  # a prompt is computed by other kernels than an answer
    needs=("prefill", "reproducible"),
    why="Evaluations score given texts by these numbers (text-generation-inference#1069).",
)
def prefill_scores_a_text_as_it_was_generated(context: Context, form: Form) -> None:
    _, answer = _asked(context, form, return_full_text=False)
    text = (answer.text or "").rstrip(REPLACEMENT)
    exchange = context.cached(form.ask(PROMPT + text, tokens=1, decoder_input_details=True))
    prefill = listed(expect_answer(form, exchange).raw, "details", "prefill")
    generated = [token for token in answer.tokens if not token.get("special")]
    scored = prefill[-len(generated) :] if generated else []
    ids = [[member(token, "id") for token in some] for some in (generated, scored)]
    if not generated or ids[0] != ids[1]:
        raise UnsupportedError("the answer has other tokens when it is sent as a prompt")
    for token, again in zip(generated, scored, strict=True):
        logprob = token.get("logprob")
        alike = near(logprob, member(again, "logprob"), SCORED)
        expect(alike, f"a logprob of about {logprob} for {token.get('text')!r}", again, exchange)


@requirement(
    "prompt-tokens-come-when-asked-for",
    f"Before {LEFT_OUT_SINCE} `decoder_input_details` fills `prefill`; later releases may leave it empty.",
    forms=(GENERATE,),
    source="#/components/schemas/Details/properties/prefill",
    category="tokens",
    level=SHOULD,  # model servers for some hardware do not compute these tokens
    why="Log-probabilities of a prompt are often requested (text-generation-inference#2973).",
)
def prompt_tokens_come_when_asked_for(context: Context, form: Form) -> None:
    release = context.capabilities.version
    exchange = context.cached(form.ask(PROMPT, tokens=1, decoder_input_details=True))
    answer = expect_answer(form, exchange)
    shown = listed(answer.raw, "details", "prefill")
    if not shown and (release is None or release.release >= LEFT_OUT_SINCE.release):
        raise UnsupportedError(
            f"release {release or 'unknown'} returns prompt tokens only if configured to do so"
        )
    expect(bool(shown), "the prompt tokens", "none", exchange)


@requirement(
    "prefill-is-empty-unless-asked",
    "Without `decoder_input_details`, `prefill` is empty.",
    forms=(GENERATE,),
    source="#/components/schemas/Details/properties/prefill",
    category="tokens",
    why="Clients that did not ask for prompt tokens must not pay for their bytes.",
)
def prefill_is_empty_unless_asked(context: Context, form: Form) -> None:
    exchange, answer = _asked(context, form)
    expect_equal([], member(answer.raw, "details", "prefill"), "prefill", exchange)


@requirement(
    "details-only-when-asked",
    "`details` is present only if `details` or `decoder_input_details` asks for it, and `top_tokens` only "
    "if `top_n_tokens` does.",
    forms=(GENERATE,),
    source=f"{PARAMETERS}/details",
    category="tokens",
    why="Clients that did not ask for details must not pay for their bytes.",
)
def details_only_when_asked(context: Context, form: Form) -> None:
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


@requirement(
    "truncate-keeps-the-end-of-the-prompt",
    "`truncate` N keeps the last N tokens of the prompt, as `prefill` shows.",
    forms=(GENERATE,),
    source=f"{PARAMETERS}/truncate",
    category="tokens",
    needs=("prefill",),
    why="The question is at the end of a prompt; a server that keeps the beginning answers something else.",
)
def truncate_keeps_the_end_of_the_prompt(context: Context, form: Form) -> None:
    _, whole = _asked(context, form, decoder_input_details=True)
    exchange, cut = _asked(context, form, decoder_input_details=True, truncate=KEPT)
    ids = [member(token, "id") for token in listed(whole.raw, "details", "prefill")]
    kept = [member(token, "id") for token in listed(cut.raw, "details", "prefill")]
    expect(len(kept) <= KEPT, f"at most {KEPT} prompt tokens", kept, exchange)
    expect(bool(kept) and kept[-1:] == ids[-1:], "the end of the prompt", kept, exchange)


@requirement(
    "best-of-shows-the-other-sequences",
    "`best_of` 2 returns the more likely sequence, and the other one in `best_of_sequences`.",
    forms=(GENERATE,),
    source=f"{PARAMETERS}/best_of",
    category="tokens",
    why="Clients that pay for two sequences expect to get both.",
)
def best_of_shows_the_other_sequences(context: Context, form: Form) -> None:
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
    expect(answer.seed is None or drawn != answer.seed, "a different seed", drawn, exchange)
    mine, other = _mean(answer.tokens), _mean(listed(others, 0, "tokens"))
    expect(mine >= other - 1e-4, "the more likely sequence as the answer", f"{mine} < {other}", exchange)


def _expect_sequence(other: Any, exchange: Exchange, *, with_top_tokens: bool) -> None:
    """Raise UnmetError unless another sequence is as complete as the answer itself."""
    tokens = listed(other, "tokens")
    expect_equal(len(tokens), member(other, "generated_tokens"), "its generated_tokens", exchange)
    joined = "".join(str(member(token, "text")) for token in tokens if not member(token, "special"))
    whole = str(member(other, "generated_text"))
    expect(whole.rstrip(REPLACEMENT) == joined.rstrip(REPLACEMENT), f"its text {joined!r}", whole, exchange)
    expect(isinstance(member(other, "seed"), int), "its seed", member(other, "seed"), exchange)
    if with_top_tokens:
        expect_equal(len(tokens), len(listed(other, "top_tokens")), "its lists of top tokens", exchange)


def _mean(tokens: Any) -> float:
    logprobs = [token["logprob"] for token in tokens if isinstance(member(token, "logprob"), (int, float))]
    return sum(logprobs) / len(logprobs) if logprobs else float("-inf")


@requirement(
    "top-tokens-are-as-many-as-asked",
    f"`top_n_tokens` {MOST} returns at least {MOST} tokens for each generated one, the most likely first and "
    "the greedy one among them.",
    forms=(GENERATE, GENERATE_STREAM),
    source=f"{PARAMETERS}/top_n_tokens",
    category="tokens",
    needs=("top-tokens",),
    why="Constrained decoding and classification read the alternatives (text-generation-inference#1629).",
)
def top_tokens_are_as_many_as_asked(context: Context, form: Form) -> None:
    exchange, most = _with_top_tokens(context, form)
    answer = expect_answer(form, exchange)
    tops = _tops(form, exchange, answer)
    expect_equal(len(answer.tokens), len(tops), "lists of top tokens", exchange)
    expect(bool(tops), "top tokens", answer.raw, exchange)
    for token, top in zip(answer.tokens, tops, strict=True):
        _expect_top(token, top, most, exchange)
    _sampled_top_tokens(context, form)


def _expect_top(token: dict[str, Any], top: Any, most: int, exchange: Exchange) -> None:
    """Raise UnmetError unless a greedy token has its list of top tokens."""
    expect(isinstance(top, list), "a list of tokens", top, exchange)
    logprobs = [member(entry, "logprob") for entry in top]
    numbers = all(isinstance(logprob, (int, float)) for logprob in logprobs)
    expect(numbers and len(top) >= most, f"at least {most} tokens with log-probabilities", top, exchange)
    expect(logprobs == sorted(logprobs, reverse=True), "the most likely first", logprobs, exchange)
    ids = [member(entry, "id") for entry in top]
    expect(all(isinstance(id_, int) for id_ in ids), "ids that are integers", ids, exchange)
    expect(len(set(ids)) == len(ids), "different tokens", ids, exchange)
    expect(token.get("id") in ids, f"the greedy token {token.get('id')}", ids, exchange)
    same = next(entry for entry in top if member(entry, "id") == token.get("id"))
    expect(_alike(same, token), f"the token as in the answer: {token}", same, exchange)
    expect_probabilities(top, exchange)


def _with_top_tokens(context: Context, form: Form) -> tuple[Exchange, int]:
    """Ask for as many as TGI allows by default, or for fewer if this server allows no more."""
    exchange = context.cached(form.ask(tokens=TOKENS, **counted(form), top_n_tokens=MOST))
    if not is_refused(exchange):
        return exchange, MOST
    return context.cached(form.ask(tokens=TOKENS, **counted(form), top_n_tokens=FEW)), FEW


def _sampled_top_tokens(context: Context, form: Form) -> None:
    """Check that the probabilities of a step are valid with top_p too (text-generation-inference#1629)."""
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
