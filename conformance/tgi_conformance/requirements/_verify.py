"""A few verifiers that every requirement uses: each says what was expected and what came, in one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import NOT_JSON, Exchange
from tgi_conformance.protocol.answers import Answer, read_answer
from tgi_conformance.protocol.forms import member
from tgi_conformance.protocol.under_load import is_terminated
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

OK = 200
UNPROCESSABLE = 422
TERMINATED = (2, 2)  # the release since which streams of the OpenAI-style routes end with `[DONE]`


def expect(holds: bool, expected: str, actual: Any, exchange: Exchange | None = None) -> None:
    """Raise UnmetError unless it holds."""
    if not holds:
        raise UnmetError(expected, actual, exchange)


def expect_equal(expected: Any, actual: Any, what: str, exchange: Exchange) -> None:
    """Raise UnmetError unless the two are equal."""
    expect(expected == actual, f"{what} = {expected!r}", actual, exchange)


def expect_ids_within(tokens: Sequence[Any], prefill: Sequence[Any], exchange: Exchange) -> None:
    """Raise UnmetError unless a prompt's tokens have these ids, among special ones before and after."""
    ids, seen_ids = (",".join(str(member(token, "id")) for token in some) for some in (tokens, prefill))
    expect(f",{ids}," in f",{seen_ids},", f"the ids {ids}", seen_ids, exchange)


def near(first: Any, second: Any, distance: float) -> bool:
    """Tell whether both are numbers that lie closer together than the distance."""
    numbers = isinstance(first, (int, float)) and isinstance(second, (int, float))
    return numbers and abs(first - second) < distance


def expect_status(exchange: Exchange, *statuses: int) -> None:
    """Raise UnmetError unless the status is one of these."""
    status = exchange.response.status
    expect(status in statuses, "status " + " or ".join(map(str, statuses)), seen(exchange), exchange)


def expect_media_type(exchange: Exchange, *media_types: str) -> None:
    """Raise UnmetError unless the media type, parameters aside, is one of these."""
    expect(
        exchange.response.media_type in media_types,
        "content-type " + " or ".join(media_types),
        exchange.response.headers.get("content-type", "none"),
        exchange,
    )


def expect_fits(context: Context, exchange: Exchange, value: Any, pointer: str) -> None:
    """Raise UnmetError unless a value fits the schema at the pointer into the contract."""
    expect(value is not NOT_JSON, "JSON", seen(exchange), exchange)
    problem = context.contract.problem(value, pointer)
    expect(problem is None, f"what {pointer} says", problem, exchange)


def expect_answer(form: Form, exchange: Exchange) -> Answer:
    """Raise UnmetError unless this is a whole successful answer with a text; give what it says."""
    expect_status(exchange, OK)
    expect_media_type(exchange, "text/event-stream" if form.streamed else "application/json")
    if form.streamed:
        errors = [event for event in exchange.response.stream.events if member(event.json_or_none, "error")]
        expect(not errors, "a stream without errors", seen(exchange), exchange)
    answer = read_answer(form, exchange)
    # A stream of the OpenAI-style routes that holds nothing has an empty text.
    told = answer.text is not None and (answer.raw is not None or not form.streamed)
    expect(told, "a generated text", seen(exchange), exchange)
    return answer


def expect_terminated(context: Context, exchange: Exchange) -> None:
    """Raise UnmetError unless `[DONE]` stands once and last in a stream, if the release writes it at all."""
    version = context.capabilities.version
    if version is None or version.release >= TERMINATED:
        last = [event.is_done for event in exchange.response.stream.events[-3:]]
        expect(is_terminated(exchange.response), "[DONE] last", last, exchange)


def is_refused(exchange: Exchange) -> bool:
    """Tell whether a generation was refused: by its status, or by an error that a stream begins with."""
    first = exchange.response.events[:1]
    return exchange.response.status != OK or any(member(event.json_or_none, "error") for event in first)


def seen(exchange: Exchange) -> str:
    """Write an answer in one line: status, media type and the beginning of its body."""
    response = exchange.response
    return f"{response.status} {response.media_type or 'without content-type'}: {response.text[:300]!r}"
