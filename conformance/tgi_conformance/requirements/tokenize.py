"""POST /tokenize: the tokens of a text, and their offsets into it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE, listed, member, post
from tgi_conformance.protocol.routes import TOKENIZE
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._verify import (
    OK,
    expect,
    expect_equal,
    expect_fits,
    expect_ids_within,
    expect_status,
    seen,
)
from tgi_conformance.requirements.limits import LARGEST_PROMPT, too_long
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

LONG = " ".join(f"word {n} of a long naïve text 🇯🇵," for n in range(90))
TEXTS = (
    "What is Deep Learning?",
    "naïve 🤖 日本",
    "  two  spaces\n",
    "one line\nanother",
    "x",
    "cat",
    "dog",
    "cafe\u0301 na\u0308ive\r\n👩\u200d🔬 and on",
    LONG,
)
CHARACTERS_COUNTED = "offsets that count characters"
BY_CHARACTERS = "the characters at the offsets of bytes"
ANSWER = "#/components/schemas/TokenizeResponse"


def tokens_of(context: Context, text: str) -> tuple[Exchange, list[dict[str, object]]]:
    """Tokenize a text; raises UnmetError unless the answer fits the document."""
    exchange = context.cached(post("/tokenize", {"inputs": text}))
    expect_status(exchange, OK)
    expect_fits(context, exchange, exchange.response.json, ANSWER)
    expect(bool(exchange.response.json) or not text, "tokens", seen(exchange), exchange)
    return exchange, exchange.response.json


@requirement(
    "offsets-lead-into-the-text",
    "`start` and `stop` are ascending byte offsets into the UTF-8 text, and `text` is the text between them.",
    route=TOKENIZE,
    source="#/components/schemas/SimpleToken/properties/start",
    category="tokens",
    why="Clients highlight and cut prompts by these offsets.",
)
def offsets_lead_into_the_text(context: Context) -> None:
    """Look up each token's text by its offsets; a token inside a character may show the whole character."""
    for text in TEXTS:
        with context.case():
            exchange, tokens = tokens_of(context, text)
            expect_offsets(text, tokens, exchange)


def expect_offsets(text: str, tokens: Sequence[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless the tokens show the text between their offsets, which ascend within it."""
    data = text.encode()
    places = [place_of(token, exchange) for token in tokens]
    expect(
        all(0 <= a <= b <= len(data) for a, b in places),
        f"offsets within {len(data)} bytes",
        places,
        exchange,
    )
    wide = [(start, stop) for start, stop in places if start < stop]
    expect(wide == sorted(wide), "offsets in order", wide, exchange)
    expect(not _by_characters(text, tokens), "the text of those bytes", BY_CHARACTERS, exchange)
    _expect_slices(data, tokens, exchange)


def place_of(token: Any, exchange: Exchange) -> tuple[int, int]:
    """Return a token's offsets; raises UnmetError unless they are integers of at least 0."""
    start, stop = member(token, "start"), member(token, "stop")
    whole = all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in (start, stop))
    expect(whole, "offsets that are integers of at least 0", token, exchange)
    return start, stop


def _by_characters(text: str, tokens: Sequence[Any]) -> bool:
    """Tell whether each token shows the characters at its offsets, and they differ from the bytes there."""
    data = text.encode()
    places = [(member(token, "start"), member(token, "stop"), member(token, "text")) for token in tokens]
    shown = all(text[start:stop] == here for start, stop, here in places)
    return shown and any(data[start:stop].decode(errors="replace") != here for start, stop, here in places)


def _expect_slices(data: bytes, tokens: Sequence[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless each token shows the text at its offsets, if it has a width."""
    for token in tokens:
        there = data[slice(*place_of(token, exchange))]
        try:
            expected = there.decode()
        except UnicodeDecodeError:
            continue  # part of a character
        shown = str(member(token, "text"))
        expect(not there or expected == shown, f"the text {expected!r}", token, exchange)


@requirement(
    "tokens-cover-the-text",
    "The tokens cover every visible character of the text.",
    route=TOKENIZE,
    source="#/components/schemas/TokenizeResponse",
    category="tokens",
    why="If tokens are missing, clients budget too few.",
)
def tokens_cover_the_text(context: Context) -> None:
    for text in TEXTS:
        with context.case():
            exchange, tokens = tokens_of(context, text)
            expect_covered(text, tokens, exchange)


def expect_covered(text: str, tokens: Sequence[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless each byte of a visible character lies between the offsets of a token."""
    covered: set[int] = set()
    for token in tokens:
        covered |= set(range(len(text.encode()))[slice(*place_of(token, exchange))])
    missing = {i for i, byte in enumerate(text.encode()) if not chr(byte).isspace()} - covered
    characters = {i for i, character in enumerate(text) if not character.isspace()}
    counted = bool(missing) and covered <= set(range(len(text))) and characters <= covered
    expect(not counted, "every byte in a token", CHARACTERS_COUNTED, exchange)
    expect(not missing, "every byte in a token", f"bytes {sorted(missing)} of {text!r} missing", exchange)


@requirement(
    "same-text-same-tokens",
    "The same text always has the same tokens, and tokens with different texts have different ids.",
    route=TOKENIZE,
    source="#/components/schemas/SimpleToken/properties/id",
    category="tokens",
    why="Clients cache token counts.",
)
def same_text_same_tokens(context: Context) -> None:
    request = post("/tokenize", {"inputs": TEXTS[0]})
    _, first = tokens_of(context, TEXTS[0])
    exchange = context.send(request)
    expect_equal(first, exchange.response.json, "the tokens", exchange)
    texts = {(str(member(t, "id")), str(member(t, "text")).casefold()) for t in first}
    shared = [id_ for id_, count in Counter(id_ for id_, _ in texts).items() if count > 1]
    # Words outside the vocabulary share the id of the unknown token.
    if len(shared) > 1 or (shared and len({id_ for id_, _ in texts}) == 1):
        raise UnmetError("one text for each id", sorted(map(str, texts)), exchange)


@requirement(
    "ids-are-those-of-the-prompt",
    "A prompt has the same token ids here as in the `prefill` of /generate.",
    route=TOKENIZE,
    source="#/components/schemas/SimpleToken/properties/id",
    category="tokens",
    needs=("prefill",),
    why="Clients count and cut prompts by these tokens.",
)
def ids_are_those_of_the_prompt(context: Context) -> None:
    """Compare the ids; /generate may add special tokens before and after the text."""
    for text in TEXTS[:4]:
        with context.case():
            _, tokens = tokens_of(context, text)
            exchange = context.cached(GENERATE.ask(text, tokens=1, details=True, decoder_input_details=True))
            expect_status(exchange, OK)
            expect_ids_within(tokens, listed(exchange.response.json, "details", "prefill"), exchange)


@requirement(
    "empty-text-has-no-visible-tokens",
    "An empty text is valid, and has no tokens except special ones of width zero.",
    route=TOKENIZE,
    source="behaviour.md#tokenize",
    category="tokens",
    why="Clients that count tokens need no special case for empty input.",
)
def empty_text_has_no_visible_tokens(context: Context) -> None:
    exchange, tokens = tokens_of(context, "")
    empty = all(member(token, "start") == member(token, "stop") for token in tokens)
    expect(empty, "only tokens of width zero", tokens, exchange)


@requirement(
    "parameters-and-limits-do-not-apply",
    "Generation parameters are accepted without effect, and a text may be longer than `max_input_tokens`.",
    route=TOKENIZE,
    source="behaviour.md#tokenize",
    category="tokens",
    why="Clients tokenize a long text to find out how much of it fits.",
)
def parameters_and_limits_do_not_apply(context: Context) -> None:
    _, plain = tokens_of(context, TEXTS[0])
    cutting = {"truncate": 2, "max_new_tokens": 1}
    with context.case():
        exchange = context.send(post("/tokenize", {"inputs": TEXTS[0], "parameters": cutting}))
        expect_status(exchange, OK)
        expect_equal(plain, exchange.response.json, "the tokens", exchange)
    limit = context.capabilities.limit("max_input_tokens")
    if limit is not None and limit <= LARGEST_PROMPT:
        with context.case():
            exchange = context.send(post("/tokenize", {"inputs": too_long(limit)}))
            expect_status(exchange, OK)
            count = len(listed(exchange.response.json))
            expect(count > limit, f"more than {limit} tokens", count, exchange)
