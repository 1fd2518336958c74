"""POST /tokenize: the tokens of a text, with their places in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE, listed, member, post
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import (
    OK,
    expect,
    expect_equal,
    expect_fits,
    expect_ids_within,
    expect_status,
    seen,
)
from tgi_conformance.requirements.answers import documented_answer
from tgi_conformance.requirements.generated import generated
from tgi_conformance.requirements.limits import LARGEST_PROMPT, too_long
from tgi_conformance.requirements.refusals import refusals
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "tokenize", "POST /tokenize")
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

documented_answer(CATALOGUE, post("/tokenize", {"inputs": TEXTS[0]}))
refusals(CATALOGUE, {"inputs": "x"}, "inputs")
generated(CATALOGUE)


def tokens_of(context: Context, text: str) -> tuple[Exchange, list[dict[str, object]]]:
    """Tokenize a text; raises UnmetError unless the answer is the documented one."""
    exchange = context.cached(post("/tokenize", {"inputs": text}))
    expect_status(exchange, OK)
    expect_fits(context, exchange, exchange.response.json, ANSWER)
    expect(bool(exchange.response.json) or not text, "tokens", seen(exchange), exchange)
    return exchange, exchange.response.json


@CATALOGUE.add(
    "offsets-lead-into-the-text",
    "`start` and `stop` are byte offsets into the UTF-8 text, in order, and `text` is what stands there.",
    source="#/components/schemas/SimpleToken/properties/start",
    why="Highlighting and cutting a prompt go by the offsets.",
)
def offsets(context: Context) -> None:
    """Look up each token's text by its offsets; inside a character the whole character may be shown."""
    for text in TEXTS:
        with context.case():
            exchange, tokens = tokens_of(context, text)
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
            expect_slices(data, tokens, exchange)


def place_of(token: Any, exchange: Exchange) -> tuple[int, int]:
    """Give a token's offsets; raises UnmetError unless they are whole numbers from 0 on."""
    start, stop = member(token, "start"), member(token, "stop")
    whole = all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in (start, stop))
    expect(whole, "offsets that are whole numbers", token, exchange)
    return start, stop


def _by_characters(text: str, tokens: Sequence[Any]) -> bool:
    """Whether each token shows the characters of its numbers instead of the bytes, which differ somewhere."""
    data = text.encode()
    places = [(member(token, "start"), member(token, "stop"), member(token, "text")) for token in tokens]
    shown = all(text[start:stop] == here for start, stop, here in places)
    return shown and any(data[start:stop].decode(errors="replace") != here for start, stop, here in places)


def expect_slices(data: bytes, tokens: Sequence[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless each token that is somewhere shows what is there."""
    for token in tokens:
        there = data[slice(*place_of(token, exchange))]
        try:
            expected = there.decode()
        except UnicodeDecodeError:
            continue  # a part of a character
        shown = str(member(token, "text"))
        expect(not there or expected == shown, f"the text {expected!r}", token, exchange)


@CATALOGUE.add(
    "tokens-cover-the-text",
    "The tokens leave no visible character of the text out.",
    source="#/components/schemas/TokenizeResponse",
    why="A count of tokens that misses some breaks every budget.",
)
def cover(context: Context) -> None:
    """Mark the bytes that tokens cover."""
    for text in TEXTS:
        with context.case():
            exchange, tokens = tokens_of(context, text)
            covered: set[int] = set()
            for token in tokens:
                covered |= set(range(len(text.encode()))[slice(*place_of(token, exchange))])
            missing = {i for i, byte in enumerate(text.encode()) if not chr(byte).isspace()} - covered
            characters = {i for i, character in enumerate(text) if not character.isspace()}
            counted = bool(missing) and covered <= set(range(len(text))) and characters <= covered
            expect(not counted, "every byte in a token", CHARACTERS_COUNTED, exchange)
            expect(
                not missing, "every byte in a token", f"bytes {sorted(missing)} of {text!r} missing", exchange
            )


@CATALOGUE.add(
    "same-text-same-tokens",
    "The same text has the same tokens, and equal words in it have equal ids.",
    source="#/components/schemas/SimpleToken/properties/id",
    why="Token counts are cached.",
)
def same(context: Context) -> None:
    """Ask twice."""
    request = post("/tokenize", {"inputs": TEXTS[0]})
    _, first = tokens_of(context, TEXTS[0])
    exchange = context.send(request)
    expect_equal(first, exchange.response.json, "the tokens", exchange)
    texts = {(str(member(t, "id")), str(member(t, "text")).casefold()) for t in first}
    shared = [id_ for id_, count in Counter(id_ for id_, _ in texts).items() if count > 1]
    # Words that a vocabulary does not have share the id of what is unknown.
    if len(shared) > 1 or (shared and len({id_ for id_, _ in texts}) == 1):
        raise UnmetError("one text for each id", sorted(map(str, texts)), exchange)


@CATALOGUE.add(
    "ids-are-those-of-the-prompt",
    "A prompt has the same token ids here and in the `prefill` of /generate.",
    source="#/components/schemas/SimpleToken/properties/id",
    needs=("prefill",),
    why="Clients count and cut prompts by these tokens.",
)
def same_ids(context: Context) -> None:
    """Compare; /generate may put special tokens before and after the text."""
    for text in TEXTS[:4]:
        with context.case():
            _, tokens = tokens_of(context, text)
            exchange = context.cached(GENERATE.ask(text, tokens=1, details=True, decoder_input_details=True))
            expect_status(exchange, OK)
            expect_ids_within(tokens, listed(exchange.response.json, "details", "prefill"), exchange)


@CATALOGUE.add(
    "empty-text-has-no-visible-tokens",
    "An empty text is no error.",
    source="behaviour.md#tokenize",
)
def empty(context: Context) -> None:
    """Ask for the tokens of nothing: none, or special ones that cover nothing."""
    exchange, tokens = tokens_of(context, "")
    expect(
        all(member(t, "start") == member(t, "stop") for t in tokens), "tokens of no width", tokens, exchange
    )


@CATALOGUE.add(
    "parameters-and-limits-do-not-apply",
    "A generation body is taken, its parameters change nothing, and a text may be longer than a prompt may.",
    source="behaviour.md#tokenize",
    why="Clients ask here how much of a long text fits.",
)
def parameters(context: Context) -> None:
    """Send parameters that would cut a prompt, then a text that no prompt may be."""
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
