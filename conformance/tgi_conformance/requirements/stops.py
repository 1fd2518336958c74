"""Stop strings: found wherever they fall, kept in the text, and the end of it."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.protocol.forms import PROMPT
from tgi_conformance.requirements._naming import grammar_name, parameter, with_grammar, words
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal, expect_terminated
from tgi_conformance.requirements.tokens import LONG, ask, counted
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

WIDTHS = (6, 3, 24)
SAMPLED = 8  # tokens, most of which repeat where decoding is not exact
LONGEST_TOKEN = 40
DOCUMENTED = 4  # most stop strings, where /info tells of no limit
LARGEST_LIST = 16
NEVER = "never to be seen"  # each of several strings counts, not the first alone
FORCED = "uno\ndös\ntrês 日本\nquatro"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def stops(catalogue: Catalogue, form: Form) -> None:
    """Take a greedy answer, ask again with a piece of it as a stop string: the answer ends there."""
    source = parameter(form, "stop")
    _sampled(catalogue, form, source)
    if form.dialect != "completions":  # which takes no grammar
        _unusual(catalogue, form, source)
    if not form.streamed:
        _in_the_prompt(catalogue, form, source)

    @catalogue.add(
        words(form, "stop-string-ends-the-answer"),
        "An answer ends with the token that completes a stop string, which stays in the text.",
        source=source,
        operation=form.operation,
        needs=("reproducible",),
        why="Agents cut their turns with stop strings; a missed one runs on to the limit.",
    )
    def at_borders(context: Context) -> None:
        asked = context.repeatable(form)
        _hold(context, asked, at_token_ends(greedy_pieces(context, asked, context.repeatable_tokens(LONG))))

    @catalogue.add(
        words(form, "stop-string-within-a-token-ends-the-answer"),
        "A stop string that ends within a token ends the answer as well.",
        source=source,
        operation=form.operation,
        level=Level.SHOULD,
        needs=("reproducible",),
        why="Users know characters, not tokens (text-generation-inference#1979).",
    )
    def anywhere(context: Context) -> None:
        asked = context.repeatable(form)
        _hold(
            context,
            asked,
            anywhere_in("".join(greedy_pieces(context, asked, context.repeatable_tokens(LONG)))),
        )


def greedy_pieces(context: Context, form: Form, tokens: int = LONG, **parameters: Any) -> list[str]:
    """Give a greedy answer as the texts of its tokens; a form that does not show them is asked streamed."""
    showing = form if form.dialect == "generate" else evolve(form, streamed=True)
    exchange = context.cached(showing.ask(tokens=tokens, **{**counted(showing), **parameters}))
    answer = expect_answer(showing, exchange)
    if form.dialect == "generate":
        return answer.own_texts
    return list(tokens_of(answer))


def tokens_of(answer: Answer) -> tuple[str, ...]:
    """Give the pieces of a stream of the OpenAI-style routes, if they may be tokens.

    Raises:
        UnsupportedError: There are more of them than tokens: somebody on the way cuts the text anew.
    """
    pieces = [piece for piece in answer.pieces if piece]
    if answer.generated is not None and len(pieces) > answer.generated:
        raise UnsupportedError(f"{answer.generated} tokens come in {len(pieces)} pieces of other borders")
    return answer.pieces


def _unusual(catalogue: Catalogue, form: Form, source: str) -> None:
    name = grammar_name(form)

    @catalogue.add(
        words(form, "stop-string-beyond-ascii-ends-the-answer"),
        "A stop string of a line end or of characters beyond ASCII ends the answer as any other does.",
        source=source,
        operation=form.operation,
        needs=("reproducible", *with_grammar(form)),
        why="Agents stop at line ends; most of the world writes beyond ASCII.",
    )
    def check(context: Context) -> None:
        most_stops(context)
        forced = {name: {"type": "regex", "value": FORCED}}
        pieces = [piece for piece in greedy_pieces(context, form, LONG, **forced) if REPLACEMENT not in piece]
        text = "".join(pieces)
        ends = [piece for piece in pieces if "\n" in piece or not piece.isascii()]
        chosen = [piece for piece in dict.fromkeys(ends) if piece.strip(" ") and text.find(piece) >= 0]
        if not chosen:
            raise UnsupportedError(f"no token of {text!r} ends with a line or beyond ASCII")
        for stop in context.sample(chosen[:2]):
            with context.case():
                exchange = context.send(form.ask(tokens=LONG, stop=[stop], **counted(form), **forced))
                answer = expect_answer(form, exchange)
                expect_equal("stop_sequence", answer.finish, f"the finish reason for {stop!r}", exchange)


def _sampled(catalogue: Catalogue, form: Form, source: str) -> None:
    @catalogue.add(
        words(form, "stop-string-ends-a-sampled-answer"),
        "A stop string ends a sampled answer as it ends a greedy one.",
        source=source,
        operation=form.operation,
        needs=("reproducible",),
        why="Nearly all that users read is sampled.",
    )
    def check(context: Context) -> None:
        most_stops(context)
        seeded = {
            "seed": 9,
            "temperature": 1.0,
            **({"do_sample": True} if form.dialect == "generate" else {}),
        }
        context.retry_if_inexact(lambda: _expect_sampled_end(context, context.repeatable(form), seeded))


def _expect_sampled_end(context: Context, form: Form, seeded: dict[str, Any]) -> None:
    """Raise UnmetError unless a sampled answer, asked again with a piece of it as stop string, ends there."""
    limit = LONG if context.decoding_is_exact else context.repeatable_tokens(SAMPLED)
    pieces = greedy_pieces(context, form, limit, **seeded)
    strings = at_token_ends(pieces)[:1]
    if not strings:
        raise UnsupportedError(f"the sampled answer is too short to stop: {''.join(pieces)!r}")
    exchange = context.send(form.ask(tokens=limit, stop=strings, **{**counted(form), **seeded}))
    answer = expect_answer(form, exchange)
    cut = "".join(answer.pieces) if form.streamed else answer.text or ""
    expect(strings[0] in cut, f"{strings[0]!r} kept in the text", cut, exchange)
    before = before_last(form, answer, cut)
    expect(strings[0] not in before, f"an end with the token after {strings[0]!r}", cut, exchange)
    expect_equal("stop_sequence", answer.finish, f"the finish reason for {strings[0]!r}", exchange)


def _in_the_prompt(catalogue: Catalogue, form: Form, source: str) -> None:
    @catalogue.add(
        words(form, "stop-string-in-the-prompt-ends-nothing"),
        "A stop string that only the prompt holds does not end the answer.",
        source=source,
        operation=form.operation,
        needs=("reproducible",),
        why="Agents stop at the words that their prompts are made of.",
    )
    def check(context: Context) -> None:
        most_stops(context)
        asked, limit = context.repeatable(form), context.repeatable_tokens(LONG)
        _, greedy = ask(context, asked, limit)
        exchange = context.send(asked.ask(tokens=limit, stop=[PROMPT], **counted(form)))
        answer = expect_answer(form, exchange)
        expect_equal(greedy.text, answer.text, "the text", exchange)


def _hold(context: Context, form: Form, chosen: Sequence[str]) -> None:
    limit = context.repeatable_tokens(LONG)
    text = "".join(greedy_pieces(context, form, limit))
    if not chosen:
        raise UnsupportedError(f"the greedy answer is too short to take a stop string from: {text!r}")
    most = most_stops(context)
    for place, stop in context.sample([*enumerate(chosen)]):
        with context.case():
            # As the last of as many as may be, alone, and after another one.
            others = [f"{NEVER} {n}" for n in range(min((most - 1, 0, 1)[place % 3], most - 1))]
            strings = [stop, *others] if place % 3 == 2 else [*others, stop]
            exchange = context.send(form.ask(tokens=limit, stop=strings, **counted(form)))
            answer = expect_answer(form, exchange)
            cut = "".join(answer.pieces) if form.streamed else answer.text or ""
            end = text.find(stop) + len(stop)
            expect(text.startswith(cut), f"the beginning of {text!r}", cut, exchange)
            expect(len(cut) >= end, f"{stop!r} kept in the text", cut, exchange)
            before = before_last(form, answer, cut)
            expect(stop not in before, f"an end with the token after {stop!r}", cut, exchange)
            expect_equal("stop_sequence", answer.finish, "the finish reason", exchange)
            if form.streamed and form.dialect != "generate":
                expect_terminated(context, exchange)


def most_stops(context: Context) -> int:
    """Give how many stop strings may be sent; raises UnsupportedError where none may."""
    limit = context.capabilities.limit("max_stop_sequences")
    if limit == 0:
        raise UnsupportedError("/info advertises a max_stop_sequences of 0")
    return DOCUMENTED if limit is None else min(limit, LARGEST_LIST)


def before_last(form: Form, answer: Answer, text: str) -> str:
    """Give the text without its last token; where tokens are not shown, without what one may be long."""
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
