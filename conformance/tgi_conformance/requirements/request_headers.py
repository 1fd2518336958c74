"""Request headers that must not change the answer: `Accept`, `Transfer-Encoding` and `Expect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import EVENT_STREAM, JSON
from tgi_conformance.requirements._counting import counted
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._forms import PRIMARY, PRIMARY_UNSTREAMED
from tgi_conformance.requirements._verify import expect_answer, expect_equal
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

LENGTH_REQUIRED, EXPECTATION_FAILED = 411, 417


def _other_media_type(form: Form) -> str:
    return JSON if form.streamed else EVENT_STREAM


def _accept_statement(form: Form) -> str:
    accept = f"`Accept: {_other_media_type(form)}`"
    return f"{accept} does not change the answer; only the route and `stream` select streaming."


@requirement(
    "accept-does-not-change-the-answer",
    _accept_statement,
    forms=PRIMARY,
    source="behaviour.md#headers",
    category="headers",
    why="HTTP libraries send an `Accept` of their own, and cannot read an answer of another media type.",
)
def accept_does_not_change_the_answer(context: Context, form: Form) -> None:
    request = form.ask(tokens=1)
    headers = (*request.headers, ("Accept", _other_media_type(form)))
    expect_answer(form, context.send(evolve(request, headers=headers)))


@requirement(
    "body-may-come-in-chunks",
    "A body sent with `Transfer-Encoding: chunked` is answered like one sent with `Content-Length`.",
    forms=PRIMARY_UNSTREAMED,
    source="https://www.rfc-editor.org/rfc/rfc9112#section-7.1",
    category="headers",
    why="Clients that write JSON incrementally send chunked bodies, and so do proxies.",
)
def body_may_come_in_chunks(context: Context, form: Form) -> None:
    _expect_same_answer(context, form, ("Transfer-Encoding", "chunked"), LENGTH_REQUIRED)


@requirement(
    "expectation-is-met",
    "A request with `Expect: 100-continue` is answered like one without.",
    forms=PRIMARY_UNSTREAMED,
    source="https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1",
    category="headers",
    why="curl sends this header with long bodies.",
)
def expectation_is_met(context: Context, form: Form) -> None:
    _expect_same_answer(context, form, ("Expect", "100-continue"), EXPECTATION_FAILED)


def _expect_same_answer(context: Context, form: Form, header: tuple[str, str], refusal: int) -> None:
    """Raise UnmetError if a header changes the answer; HTTP allows a gateway to refuse it with one status."""
    request = form.ask(tokens=1, **counted(form))
    plain = expect_answer(form, context.cached(request))
    exchange = context.send(evolve(request, headers=(*request.headers, header)))
    if exchange.response.status == refusal:
        raise UnsupportedError(f"{form.operation} with {header[0]}: {header[1]} answered {refusal}")
    answer = expect_answer(form, exchange)
    expect_equal(plain.prompt, answer.prompt, "the prompt tokens, as without the header", exchange)
