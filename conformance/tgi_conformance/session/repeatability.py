"""Decoding that is not exact: from where on greedy answers repeat all the same.

Kernels that add up otherwise in batches of another size disturb the scores a little at each step. Near ties
fall now so, now otherwise; where the model is sure of its tokens nothing changes. So an opening is looked for
after which it is sure of several tokens in a row, and what rests on equal answers is held from there.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.protocol import forms as api
from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.results.outcomes import InconclusiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.response_cache import ResponseCache

# Beginnings of answers that models go on with as everybody would.
OPENINGS = (
    "",
    " The",
    ' {"city": "',
    " 1, 2, 3, 4, 5, 6, 7,",
    " one two three, one two three, one",
    " A B C D E F",
)
LOOKED_AT = 48  # tokens of each
SURE = log(0.65)  # the next likeliest is less than half as likely then
FEWEST, MOST = 10, 24  # tokens in a row
TIMES = 4


@frozen
class Steady:
    """An opening from which on greedy answers repeat.

    Attributes:
        evidence: What showed that decoding is not exact, in one line.
        opening: The text that answers are to begin with.
        tokens: How many tokens after it are as good as certain.
        dialects: Those whose answers repeat from there.
    """

    evidence: str
    opening: str
    tokens: int
    dialects: frozenset[str] = field(factory=frozenset)


def find_steady(cache: ResponseCache, absent: Mapping[str, str], evidence: str) -> Steady | None:
    """Look for an opening; None where there is none, or nobody shows how sure the model is."""
    form = next(
        (one for one in api.UNSTREAMED if one.dialect == "generate" and one.operation not in absent), None
    )
    if form is None:
        return None
    offered = [form, *(one for one in (api.CHAT, api.COMPLETIONS) if one.operation not in absent)]
    best = None
    try:
        for opening, tokens in _candidates(cache, form):
            found = _held(cache, offered, Steady(evidence, opening, tokens))
            if form.dialect in found.dialects and (best is None or found.dialects > best.dialects):
                best = found
            if best is not None and len(best.dialects) == len(offered):
                break
    except (NoAnswerError, InconclusiveError):
        pass
    return best


def _held(cache: ResponseCache, forms: Sequence[Form], found: Steady) -> Steady:
    """Tell whose answers repeat after the opening."""
    return evolve(found, dialects=frozenset(one.dialect for one in forms if _repeats(cache, one, found)))


def _candidates(cache: ResponseCache, form: Form) -> Iterator[tuple[str, int]]:
    for opening in OPENINGS:
        asked = evolve(form, opening=opening).ask(tokens=LOOKED_AT, details=True, return_full_text=False)
        answer = read_answer(form, cache.get(asked)[0])
        start, length = _surest(answer)
        if length >= FEWEST:
            before = [str(token.get("text")) for token in answer.tokens[:start]]
            yield opening + "".join(before), min(length, MOST)


def _surest(answer: Answer) -> tuple[int, int]:
    """Give the place and the length of the longest run of tokens that the model is sure of."""
    best, start = (0, 0), 0
    for place, token in enumerate((*answer.tokens, {})):
        logprob = token.get("logprob")
        if isinstance(logprob, (int, float)) and logprob >= SURE and not token.get("special"):
            continue
        best = max(best, (place - start, -start))
        start = place + 1
    return -best[1], best[0]


def _repeats(cache: ResponseCache, form: Form, found: Steady) -> bool:
    greedy = {} if form.dialect == "generate" else {"temperature": 0.0}
    request = evolve(form, opening=found.opening).ask(tokens=found.tokens, **greedy)
    texts = {read_answer(form, cache.sender.send(request)).text for _ in range(TIMES)}
    return len(texts) == 1
