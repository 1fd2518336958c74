"""Stop strings: generation stops at one wherever it occurs, and the text keeps it."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.protocol.forms import PROMPT
from tgi_conformance.requirements._counting import LONG, REPLACEMENT, ask, counted
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import GRAMMAR_FORMS, PRIMARY, PRIMARY_UNSTREAMED
from tgi_conformance.requirements._pointers import parameter, with_grammar
from tgi_conformance.requirements._sampled import sampling, text_of
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal, expect_terminated
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

WIDTHS = (6, 3, 24)
SAMPLED = 8  # tokens, most of which repeat where decoding is not exact
SEED = 9
LONGEST_TOKEN = 40
DOCUMENTED = 4  # stop strings at most, if /info advertises no limit
LARGEST_LIST = 16
NEVER = "never to be seen"  # each of several strings counts, not only the first
FORCED = "uno\ndös\ntrês 日本\nquatro"


def _pointer(form: Form) -> str:
    return parameter(form, "stop")


@requirement(
    "stop-string-ends-the-answer",
    "Generation stops with the token that completes a stop string, which stays in the text.",
    forms=PRIMARY,
    source=_pointer,
    category="stops",
    needs=("reproducible",),
    why="Agents end their turns with stop strings; if one is missed, generation runs on to the limit.",
)
def stop_string_ends_the_answer(context: Context, form: Form) -> None:
    asked = context.steady(form)
    _expect_stops(context, asked, at_token_ends(greedy_pieces(context, asked, context.few(LONG))))


@requirement(
    "stop-string-within-a-token-ends-the-answer",
    "Generation also stops at a stop string that ends within a token.",
    forms=PRIMARY,
    source=_pointer,
    category="stops",
    level=SHOULD,
    needs=("reproducible",),
    why="Users know characters, not tokens (text-generation-inference#1979).",
)
def stop_string_within_a_token_ends_the_answer(context: Context, form: Form) -> None:
    asked = context.steady(form)
    _expect_stops(context, asked, anywhere_in("".join(greedy_pieces(context, asked, context.few(LONG)))))


def _expect_stops(context: Context, form: Form, chosen: Sequence[str]) -> None:
    """Raise UnmetError unless the greedy answer stops at some of the strings."""
    limit = context.few(LONG)
    text = "".join(greedy_pieces(context, form, limit))
    if not chosen:
        raise UnsupportedError(f"the greedy answer is too short to take a stop string from: {text!r}")
    most = most_stops(context)
    for place, stop in context.share([*enumerate(chosen)]):
        with context.case():
            # As the last of as many as are allowed, alone, and after another one.
            others = [f"{NEVER} {n}" for n in range(min((most - 1, 0, 1)[place % 3], most - 1))]
            strings = [stop, *others] if place % 3 == 2 else [*others, stop]
            exchange = context.send(form.ask(tokens=limit, stop=strings, **counted(form)))
            answer = expect_answer(form, exchange)
            cut = text_of(form, answer)
            end = text.find(stop) + len(stop)
            expect(text.startswith(cut), f"the beginning of {text!r}", cut, exchange)
            expect(len(cut) >= end, f"{stop!r} kept in the text", cut, exchange)
            before = before_last(form, answer, cut)
            expect(stop not in before, f"an end with the token after {stop!r}", cut, exchange)
            expect_equal("stop_sequence", answer.finish, "the finish reason", exchange)
            if form.streamed and form.dialect != "generate":
                expect_terminated(context, exchange)


def _forced_needs(form: Form) -> tuple[str, ...]:
    return ("reproducible", *with_grammar(form))


@requirement(
    "stop-string-beyond-ascii-ends-the-answer",
    "Generation also stops at a line break, and at a stop string with characters beyond ASCII.",
    forms=GRAMMAR_FORMS,
    source=_pointer,
    category="stops",
    needs=_forced_needs,
    why="Agents stop at line breaks; most of the world writes beyond ASCII.",
)
def stop_string_beyond_ascii_ends_the_answer(context: Context, form: Form) -> None:
    most_stops(context)
    forced = {form.grammar_name: {"type": "regex", "value": FORCED}}
    pieces = [piece for piece in greedy_pieces(context, form, LONG, **forced) if REPLACEMENT not in piece]
    text = "".join(pieces)
    ends = [piece for piece in pieces if "\n" in piece or not piece.isascii()]
    chosen = [piece for piece in dict.fromkeys(ends) if piece.strip(" ") and text.find(piece) >= 0]
    if not chosen:
        raise UnsupportedError(f"no token of {text!r} has a line break or characters beyond ASCII")
    for stop in context.share(chosen[:2]):
        with context.case():
            exchange = context.send(form.ask(tokens=LONG, stop=[stop], **counted(form), **forced))
            answer = expect_answer(form, exchange)
            expect_equal("stop_sequence", answer.finish, f"the finish reason for {stop!r}", exchange)


@requirement(
    "stop-string-ends-a-sampled-answer",
    "Sampled generation stops at a stop string as greedy generation does.",
    forms=PRIMARY,
    source=_pointer,
    category="stops",
    needs=("reproducible",),
    why="Nearly everything that users read is sampled.",
)
def stop_string_ends_a_sampled_answer(context: Context, form: Form) -> None:
    most_stops(context)
    context.steadily(lambda: _expect_sampled_stop(context, context.steady(form)))


def _expect_sampled_stop(context: Context, form: Form) -> None:
    """Raise UnmetError unless a sampled answer stops at a string from its middle."""
    limit = LONG if context.exact else context.few(SAMPLED)
    sampled = sampling(form, SEED)
    pieces = greedy_pieces(context, form, limit, **sampled)
    strings = at_token_ends(pieces)[:1]
    if not strings:
        raise UnsupportedError(f"the sampled answer is too short to stop: {''.join(pieces)!r}")
    exchange = context.send(form.ask(tokens=limit, stop=strings, **{**counted(form), **sampled}))
    answer = expect_answer(form, exchange)
    cut = text_of(form, answer)
    expect(strings[0] in cut, f"{strings[0]!r} kept in the text", cut, exchange)
    before = before_last(form, answer, cut)
    expect(strings[0] not in before, f"an end with the token after {strings[0]!r}", cut, exchange)
    expect_equal("stop_sequence", answer.finish, f"the finish reason for {strings[0]!r}", exchange)


@requirement(
    "stop-string-in-the-prompt-ends-nothing",
    "A stop string that occurs only in the prompt does not stop generation.",
    forms=PRIMARY_UNSTREAMED,
    source=_pointer,
    category="stops",
    needs=("reproducible",),
    why="The stop strings of agents are words of their prompts.",
)
def stop_string_in_the_prompt_ends_nothing(context: Context, form: Form) -> None:
    most_stops(context)
    asked, limit = context.steady(form), context.few(LONG)
    _, greedy = ask(context, asked, limit)
    exchange = context.send(asked.ask(tokens=limit, stop=[PROMPT], **counted(form)))
    answer = expect_answer(form, exchange)
    expect_equal(greedy.text, answer.text, "the text", exchange)


def greedy_pieces(context: Context, form: Form, tokens: int = LONG, **parameters: Any) -> list[str]:
    """Give the texts of an answer's tokens; a form that does not return them is requested streamed.

    The answer is greedy unless the parameters say otherwise.
    """
    showing = form if form.dialect == "generate" else evolve(form, streamed=True)
    exchange = context.cached(showing.ask(tokens=tokens, **{**counted(showing), **parameters}))
    answer = expect_answer(showing, exchange)
    if form.dialect == "generate":
        return answer.own_texts
    return list(tokens_of(answer))


def tokens_of(answer: Answer) -> tuple[str, ...]:
    """Give the pieces of a stream of the OpenAI-style routes, if they may be tokens.

    Raises:
        UnsupportedError: There are more pieces than tokens: a gateway splits the text differently.
    """
    pieces = [piece for piece in answer.pieces if piece]
    if answer.generated is not None and len(pieces) > answer.generated:
        raise UnsupportedError(f"{answer.generated} tokens come in {len(pieces)} pieces, split differently")
    return answer.pieces


def most_stops(context: Context) -> int:
    """Give how many stop strings a request may have; raises UnsupportedError if none are allowed."""
    limit = context.capabilities.limit("max_stop_sequences")
    if limit == 0:
        raise UnsupportedError("/info advertises a max_stop_sequences of 0")
    return DOCUMENTED if limit is None else min(limit, LARGEST_LIST)


def before_last(form: Form, answer: Answer, text: str) -> str:
    """Give the text without its last token; without a long token's length if tokens are not returned."""
    if form.dialect == "generate":
        return "".join(str(token.get("text")) for token in answer.tokens[:-1] if not token.get("special"))
    if form.streamed:
        return "".join([piece for piece in answer.pieces if piece][:-1])
    return text[:-LONGEST_TOKEN]


def at_token_ends(pieces: Sequence[str]) -> list[str]:
    """Choose strings whose first occurrence ends where a token does, from the middle third of a text."""
    text, ends = "".join(pieces), list(accumulate(map(len, pieces)))
    middle = ends[len(ends) // 3 : len(ends) * 2 // 3]
    found = []
    for width, end in zip(WIDTHS, middle, strict=False):
        piece = text[max(0, end - width) : end]
        if piece.strip() and REPLACEMENT not in piece and text.find(piece) + len(piece) in ends:
            found.append(piece)
    return found


def anywhere_in(text: str) -> list[str]:
    """Choose strings of a few widths that begin after a text's first third."""
    found = []
    for position, width in enumerate(WIDTHS):
        start = len(text) // 3 + position * 2
        piece = text[start : start + width]
        if len(piece) == width and REPLACEMENT not in piece:
            found.append(piece)
    return found
