"""Find an opening after which greedy answers repeat, although decoding is not exact.

Kernels that sum in another order for another batch size change the scores a little at each step. That decides
near ties differently; where the model is certain of its tokens nothing changes. So the suite looks for an
opening after which it is certain of several tokens in a row, and compares answers only from there.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.protocol import forms as api
from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.results.outcomes import InconclusiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.answers import Answer
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.response_cache import ResponseCache

# Beginnings of answers that most models continue in the same obvious way.
OPENINGS = (
    "",
    " The",
    ' {"city": "',
    " 1, 2, 3, 4, 5, 6, 7,",
    " one two three, one two three, one",
    " A B C D E F",
)
EXAMINED = 48  # tokens of each
CERTAIN = log(0.65)  # then the second most likely token is little more than half as likely
FEWEST, MOST = 10, 24  # tokens in a row
TIMES = 4


@frozen
class RepeatableOpening:
    """An opening after which greedy answers repeat.

    Attributes:
        evidence: What showed that decoding is not exact, in one line.
        opening: The text that answers should begin with.
        tokens: How many tokens after it are nearly certain.
        dialects: The dialects whose answers repeat after it.
    """

    evidence: str
    opening: str
    tokens: int
    dialects: frozenset[str] = field(factory=frozenset)


def find_repeatable_opening(
    cache: ResponseCache, absent: Mapping[str, str], evidence: str
) -> RepeatableOpening | None:
    """Look for an opening; None if there is none, or if the deployment shows no log-probabilities."""
    form = next(
        (one for one in api.UNSTREAMED if one.dialect == "generate" and one.operation not in absent), None
    )
    if form is None:
        return None
    offered = [form, *(one for one in (api.CHAT, api.COMPLETIONS) if one.operation not in absent)]
    best = None
    try:
        for opening, tokens in _candidates(cache, form):
            found = _with_dialects(cache, offered, RepeatableOpening(evidence, opening, tokens))
            if form.dialect in found.dialects and (best is None or found.dialects > best.dialects):
                best = found
            if best is not None and len(best.dialects) == len(offered):
                break
    except (NoAnswerError, InconclusiveError):
        pass
    return best


def _with_dialects(
    cache: ResponseCache, forms: Sequence[Form], found: RepeatableOpening
) -> RepeatableOpening:
    """Add the dialects whose answers repeat after the opening."""
    return evolve(found, dialects=frozenset(one.dialect for one in forms if _repeats(cache, one, found)))


def _candidates(cache: ResponseCache, form: Form) -> Iterator[tuple[str, int]]:
    for opening in OPENINGS:
        asked = evolve(form, opening=opening).ask(tokens=EXAMINED, details=True, return_full_text=False)
        answer = read_answer(form, cache.get(asked)[0])
        start, length = _longest_certain_run(answer)
        if length >= FEWEST:
            before = [str(token.get("text")) for token in answer.tokens[:start]]
            yield opening + "".join(before), min(length, MOST)


def _longest_certain_run(answer: Answer) -> tuple[int, int]:
    """Return the index and the length of the longest run of tokens that the model is certain of."""
    best, start = (0, 0), 0
    for place, token in enumerate((*answer.tokens, {})):
        logprob = token.get("logprob")
        if isinstance(logprob, (int, float)) and logprob >= CERTAIN and not token.get("special"):
            continue
        best = max(best, (place - start, -start))
        start = place + 1
    return -best[1], best[0]


def _repeats(cache: ResponseCache, form: Form, found: RepeatableOpening) -> bool:
    """Whether answers repeat, and are certain in chat, whose template changes the prompt."""
    greedy: dict[str, Any] = {} if form.dialect == "generate" else {"temperature": 0.0}
    if form.dialect == "chat":
        greedy["logprobs"] = True
    request = evolve(form, opening=found.opening).ask(tokens=found.tokens, **greedy)
    exchanges = [cache.sender.send(request) for _ in range(TIMES)]
    texts = {read_answer(form, exchange).text for exchange in exchanges}
    return len(texts) == 1 and all(_is_certain(token) for token in _chat_tokens(exchanges[0]))


def _is_certain(token: Mapping[str, Any]) -> bool:
    logprob = token.get("logprob")
    return not isinstance(logprob, (int, float)) or logprob >= CERTAIN


def _chat_tokens(exchange: Exchange) -> list[dict[str, Any]]:
    """The tokens of a chat answer with their log-probabilities; empty if it shows none."""
    content = api.member(exchange.response.json, "choices", 0, "logprobs", "content")
    return [token for token in content if isinstance(token, dict)] if isinstance(content, list) else []
