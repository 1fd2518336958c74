"""Send requests at the same time, and tell a refusal for overload from an answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tgi_conformance.http.exchange import TOO_MANY, Exchange, NoAnswerError, Request
from tgi_conformance.protocol import under_load
from tgi_conformance.protocol.forms import member
from tgi_conformance.requirements._verify import expect, expect_answer, expect_fits, seen
from tgi_conformance.requirements.refusals import ERROR_RESPONSE
from tgi_conformance.results.outcomes import InconclusiveError, UnmetError, UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

LIMIT = "#/components/schemas/Info/properties/max_concurrent_requests"
BEYOND = 8  # requests above the limit
MOST = 256  # simultaneous requests; a deployment that allows more is not overloaded by this suite


def concurrency_limit(context: Context, most: int | None = None) -> int:
    """Give the advertised `max_concurrent_requests`.

    Raises:
        UnsupportedError: None is advertised, or more than `most`.
    """
    limit = context.capabilities.limit("max_concurrent_requests")
    if limit is None:
        raise UnsupportedError("/info advertises no max_concurrent_requests")
    if most is not None and limit > most:
        raise UnsupportedError(f"/info advertises a max_concurrent_requests of {limit}")
    return limit


def send_at_once(context: Context, requests: list[Request]) -> list[Exchange]:
    """Send all requests at the same time; raises UnmetError where one gets no answer."""
    with ThreadPoolExecutor(len(requests)) as pool:
        futures = [pool.submit(context.send_once, request, under_load=True) for request in requests]
    try:
        return [future.result() for future in futures]
    except NoAnswerError as error:
        if error.kind in {"refused", "budget", "gone"}:
            raise InconclusiveError(str(error)) from None
        raise UnmetError(
            "an answer to each simultaneous request", str(error), request=error.request
        ) from None


def is_overloaded(form: Form, exchange: Exchange) -> bool:
    """Tell whether a request was refused for overload, by its status or by its first stream event."""
    return under_load.is_overloaded(form, exchange.response)


def expect_served_or_overloaded(context: Context, form: Form, exchange: Exchange) -> None:
    """Raise UnmetError unless a request was answered, or refused for overload as documented."""
    if exchange.response.status == TOO_MANY:
        retry = exchange.response.headers.get("retry-after")
        well_formed = retry is None or under_load.is_retry_after(retry)
        expect(well_formed, "a Retry-After of seconds or a date, or none", retry, exchange)
        if exchange.response.media_type not in under_load.FORMS:
            return  # a gateway's own 429 is valid too
        body = under_load.refusal_of(exchange.response)
        expect_fits(context, exchange, body, ERROR_RESPONSE)
        told = member(body, "error_type") == under_load.OVERLOADED
        expect(told, "error_type 'overloaded'", seen(exchange), exchange)
    elif not is_overloaded(form, exchange):
        expect_answer(form, exchange)
