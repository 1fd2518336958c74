"""Members of a request that may be null, left out or unknown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from tgi_conformance.protocol.forms import COMPLETIONS
from tgi_conformance.requirements._counting import LIMITS, LONGER, REPLACEMENT, ask, counted
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import GRAMMAR_FORMS, PRIMARY
from tgi_conformance.requirements._pointers import parameter, with_grammar
from tgi_conformance.requirements._sampled import text_of
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_equal, expect_status
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

UNLIMITED = Version("3.0")  # before it an answer without a limit had 100 tokens
DIGITS, FEWER_DIGITS = 110, 30  # each followed by a space: as many tokens or twice as many
# What changes an answer if it is read as 0, true or a text; temperature and tools choose the kind of answer.
NULLABLE = (
    *("best_of", "decoder_input_details", "do_sample", "frequency_penalty", "presence_penalty"),
    *("repetition_penalty", "return_full_text", "seed", "stop", "suffix", "top_k", "top_n_tokens", "top_p"),
    *("truncate", "typical_p", "watermark", "logprobs", "top_logprobs"),
)
MOST_CONTEXT = 8192  # tokens, which an answer may fill if its end is missed
LONG_STOP = 40  # characters at the end of an answer, which it has nowhere else
TOKENS_PER_DIGIT = 3  # at most, with the prompt


@requirement(
    "unknown-members-are-ignored",
    "A request with members that the document does not name is accepted.",
    forms=PRIMARY,
    source=lambda form: f"#/components/schemas/{form.schema}",
    category="sampling",
    why="Clients of other releases send members that this one does not know.",
)
def unknown_members_are_ignored(context: Context, form: Form) -> None:
    asking = context.one_form(form, "unknown members")
    body = asking.body(tokens=2, x_unknown={"a": [1]})
    exchange = context.cached(asking.request({**body, "x_other": None}))
    expect_answer(asking, exchange)


@requirement(
    "null-parameters-are-left-out",
    "A greedy request whose other parameters are null is answered like one without them.",
    forms=PRIMARY,
    source=lambda form: f"#/components/schemas/{form.schema}",
    category="parity",
    needs=("reproducible",),
    why="Client libraries send null for what was not set (text-generation-inference#2421).",
)
def null_parameters_are_left_out(context: Context, form: Form) -> None:
    asked, limit = context.repeatable(form), context.repeatable_tokens(LIMITS[-1])
    _, plain = ask(context, asked, limit)
    known = [name for name in NULLABLE if context.contract.has(parameter(form, name))]
    nulls = {name: None for name in known if context.contract.problem(None, parameter(form, name)) is None}
    if not nulls:
        raise UnsupportedError("the document has no parameter that may be null")
    exchange, answer = ask(context, asked, limit, **nulls)
    expect_equal(plain.text, answer.text, f"the text without {', '.join(nulls)}", exchange)
    counts = [(one.prompt, one.generated, one.finish) for one in (plain, answer)]
    expect_equal(counts[0], counts[1], "prompt tokens, generated tokens, and the finish reason", exchange)


def _limit_pointer(form: Form) -> str:
    return parameter(form, form.limit_name)


def _limit_needs(form: Form) -> tuple[str, ...]:
    return ("lengths", *with_grammar(form))  # a grammar ends the answer where no limit does


@requirement(
    "limit-may-be-null-or-left-out",
    lambda form: f"`{form.limit_name}` may be null or left out.",
    forms=GRAMMAR_FORMS,
    source=_limit_pointer,
    category="sampling",
    needs=_limit_needs,
    why="Client libraries send null for what was not set (text-generation-inference#2421).",
)
def limit_may_be_null_or_left_out(context: Context, form: Form) -> None:
    longest = context.capabilities.limit("max_total_tokens")
    release = context.capabilities.version or context.contract.release
    digits = DIGITS if release >= UNLIMITED else FEWER_DIGITS
    if longest is not None and longest < digits * TOKENS_PER_DIGIT:
        raise UnsupportedError(f"a context of {longest} tokens is too small for {digits} digits")
    name = form.grammar_name
    with context.case():
        asked = {**counted(form), name: _digits(FEWER_DIGITS), form.limit_name: None}
        _expect_digits(context, form, FEWER_DIGITS, **asked)
    asked = {**counted(form), name: _digits(digits)}
    text = ""
    with context.case():
        text = _expect_digits(context, form, digits, **asked)
    stop = Counter(text[-digits:]).most_common(1)[0][0]  # no space, which may begin the next token
    if context.checks_every_case and context.capabilities.limit("max_stop_sequences") != 0:
        with context.case():
            exchange = context.send(form.ask(tokens=None, **asked, stop=[stop]))
            shown = text_of(form, expect_answer(form, exchange)).replace(" ", "")
            expect(len(shown) < digits, f"an end with {stop!r}", shown, exchange)


@requirement(
    "max-tokens-may-be-left-out",
    "Without `max_tokens` an answer goes on beyond a hundred tokens, to a stop string or its own end.",
    forms=(COMPLETIONS,),
    source=_limit_pointer,
    category="sampling",
    needs=("reproducible", "lengths"),
    since=str(UNLIMITED),
    why="A gateway with a default of its own, such as OpenAI's 16 tokens, cuts answers off in mid-sentence.",
)
def max_tokens_may_be_left_out(context: Context, form: Form) -> None:
    """Repeat an answer with its own end as the stop string: no grammar ends an answer of completions."""
    if not context.decoding_is_exact:
        raise UnsupportedError("decoding is not exact: no stop string is sure to end an answer")
    if context.capabilities.limit("max_stop_sequences") == 0:
        raise UnsupportedError("/info advertises a max_stop_sequences of 0")
    context_tokens = context.capabilities.limit("max_total_tokens") or 0
    if not LONGER * 2 <= context_tokens <= MOST_CONTEXT:
        raise UnsupportedError(f"the context has {context_tokens} tokens, not {LONGER * 2} to {MOST_CONTEXT}")
    asked = {"temperature": 1.0, "seed": 1}
    limited = context.cached(form.ask(tokens=LONGER, **asked))
    text = expect_answer(form, limited).text or ""
    stop = text[-LONG_STOP:]
    if text.find(stop) != len(text) - len(stop) or REPLACEMENT in stop:
        raise UnsupportedError(f"the end of an answer occurs twice in it, or in part: {stop!r}")
    exchange = context.cached(form.ask(tokens=None, **asked, stop=[stop]))
    expect_equal(text, expect_answer(form, exchange).text, "the text with a limit, without one", exchange)


def _digits(count: int) -> dict[str, str]:
    """Write a grammar of digits, each followed by a space."""
    return {"type": "regex", "value": f"([0-9] ){{{count}}}"}


def _expect_digits(context: Context, form: Form, count: int, **asked: Any) -> str:
    """Raise UnmetError unless an answer without a limit has all digits of its grammar; return them."""
    exchange = context.send(form.ask(tokens=None, **asked))
    expect_status(exchange, OK)
    text = text_of(form, expect_answer(form, exchange)).replace(" ", "")
    expect(text[-count:].isdigit() and len(text) >= count, f"{count} digits", text, exchange)
    return text
