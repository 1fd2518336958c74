"""The same request said in another way: with another `Accept`, in chunks, with an expectation, by HEAD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Request
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_equal, expect_status
from tgi_conformance.requirements.tokens import counted
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

LENGTH_REQUIRED, EXPECTATION_FAILED = 411, 417
HTTP = "https://www.rfc-editor.org/rfc/rfc9112#section-7.1"


def framing(catalogue: Catalogue, form: Form) -> None:
    """What a form's request may look like without meaning anything else."""
    _accept(catalogue, form)
    if not form.streamed:
        _chunked(catalogue, form)
        _expected(catalogue, form)


def _accept(catalogue: Catalogue, form: Form) -> None:
    other = JSON if form.streamed else EVENT_STREAM

    @catalogue.add(
        words(form, "accept-does-not-change-the-answer"),
        f"A request with `Accept: {other}` is answered as one without: the route and `stream` decide.",
        source="behaviour.md#headers",
        operation=form.operation,
        why="HTTP libraries send an `Accept` of their own, and a reader of lines gets what it cannot read.",
    )
    def check(context: Context) -> None:
        request = form.ask(tokens=1)
        expect_answer(form, context.send(evolve(request, headers=(*request.headers, ("Accept", other)))))


def _chunked(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "body-may-come-in-chunks",
        "A body sent with `Transfer-Encoding: chunked` is read whole and answered as one with a length.",
        source=HTTP,
        operation=form.operation,
        why="Clients that write JSON as they go send chunks, and so do proxies.",
    )
    def check(context: Context) -> None:
        _expect_the_same(context, form, ("Transfer-Encoding", "chunked"), LENGTH_REQUIRED)


def _expected(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "expectation-is-met",
        "A request with `Expect: 100-continue` is answered as one without.",
        source="https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1",
        operation=form.operation,
        why="curl sends it with a long body.",
    )
    def check(context: Context) -> None:
        _expect_the_same(context, form, ("Expect", "100-continue"), EXPECTATION_FAILED)


def _expect_the_same(context: Context, form: Form, header: tuple[str, str], refusal: int) -> None:
    """Raise UnmetError unless a header changes nothing; HTTP lets a gateway refuse it by one status."""
    request = form.ask(tokens=1, **counted(form))
    plain = expect_answer(form, context.cached(request))
    exchange = context.send(evolve(request, headers=(*request.headers, header)))
    if exchange.response.status == refusal:
        raise UnsupportedError(f"{form.operation} with {header[0]}: {header[1]} answered {refusal}")
    answer = expect_answer(form, exchange)
    expect_equal(plain.prompt, answer.prompt, "the prompt tokens, as without the header", exchange)


def head_as_get(catalogue: Catalogue) -> None:
    """HEAD of a route that is asked by GET."""
    path = catalogue.operation.partition(" ")[2]

    @catalogue.add(
        "head-is-answered-as-get",
        "HEAD is answered with the status of GET, and without a body.",
        source="https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2",
        level=Level.SHOULD,
        why="Monitors ask so.",
    )
    def check(context: Context) -> None:
        exchange = context.send(Request("HEAD", path))
        expect_status(exchange, OK)
        expect_equal(b"", exchange.response.body, "the body", exchange)
        _expect_type(context.cached(Request("GET", path)), exchange)


def _expect_type(plain: Exchange, exchange: Exchange) -> None:
    """Raise UnmetError where HEAD tells of a body of another type; it may leave out what is dear to tell."""
    told = exchange.response.media_type
    same = told in {"", plain.response.media_type}
    expect(same, f"content-type {plain.response.media_type or 'none'}", told, exchange)
