"""Cross-origin requests (CORS): what a browser lets a page of another origin send and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import Request
from tgi_conformance.protocol.forms import STREAMED, UNSTREAMED
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import PRIMARY_UNSTREAMED
from tgi_conformance.requirements._verify import OK, expect, expect_status
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

SOURCE = "behaviour.md#headers"
ALLOW_ORIGIN = "access-control-allow-origin"
ALLOW_METHODS = "access-control-allow-methods"
ALLOW_HEADERS = "access-control-allow-headers"
PAGE = "http://page.example"
ALLOWED = ("*", PAGE)


@requirement(
    "browsers-are-let-in",
    "An answer to a cross-origin request has `access-control-allow-origin`.",
    forms=(*UNSTREAMED, *STREAMED),
    source=SOURCE,
    category="headers",
    level=SHOULD,
    why="Without it no page of another origin can call the server.",
)
def browsers_are_let_in(context: Context, form: Form) -> None:
    exchange = context.send(_cross_origin(form.ask(tokens=1)))
    expect_status(exchange, OK)
    allowed = exchange.response.headers.get(ALLOW_ORIGIN, "none")
    preflight = _preflight(context, form).response.headers if allowed == "none" else {}
    if ALLOW_METHODS in preflight and ALLOW_ORIGIN not in preflight:
        raise UnsupportedError("other origins are not allowed, as `--cors-allow-origin` may configure")
    expect(allowed in ALLOWED, f"{ALLOW_ORIGIN} *", allowed, exchange)


@requirement(
    "browsers-may-ask-before",
    "A preflight request is answered with 200 or 204 and allows POST.",
    forms=PRIMARY_UNSTREAMED,
    source=SOURCE,
    category="headers",
    level=SHOULD,
    why="Browsers send a preflight request before they post JSON to another origin.",
)
def browsers_may_ask_before(context: Context, form: Form) -> None:
    exchange = _preflight(context, form)
    expect_status(exchange, 200, 204)
    allowed = exchange.response.headers.get(ALLOW_METHODS, "none")
    expect("POST" in allowed or allowed == "*", f"{ALLOW_METHODS} with POST", allowed, exchange)


@requirement(
    "preflights-let-json-through",
    "If answers allow another origin, so does a preflight request, with a JSON body.",
    forms=PRIMARY_UNSTREAMED,
    source=SOURCE,
    category="headers",
    level=SHOULD,
    why="Browsers post no JSON to another origin unless the preflight allows the header `content-type`.",
)
def preflights_let_json_through(context: Context, form: Form) -> None:
    exchange = _preflight(context, form)
    headers = exchange.response.headers
    allowed = headers.get(ALLOW_HEADERS, "none").lower().replace(" ", "").split(",")
    if _allows_origin(exchange) and {"*", "content-type"} & set(allowed):
        return
    _need_other_origins(context, form)
    expect(_allows_origin(exchange), f"{ALLOW_ORIGIN} *", headers.get(ALLOW_ORIGIN, "none"), exchange)
    expect(False, f"{ALLOW_HEADERS} with content-type", headers.get(ALLOW_HEADERS, "none"), exchange)


@requirement(
    "refusals-let-browsers-in",
    "If answers allow another origin, refusals allow it too.",
    forms=PRIMARY_UNSTREAMED,
    source=SOURCE,
    category="headers",
    level=SHOULD,
    why="Otherwise a page sees a failed connection instead of the error and its message.",
)
def refusals_let_browsers_in(context: Context, form: Form) -> None:
    exchange = context.send(_cross_origin(form.ask(tokens=1, temperature=-1.0)))
    if not _allows_origin(exchange):
        _need_other_origins(context, form)
        expect(False, f"{ALLOW_ORIGIN} *", exchange.response.headers.get(ALLOW_ORIGIN, "none"), exchange)


def _cross_origin(request: Request) -> Request:
    return evolve(request, headers=(*request.headers, ("Origin", PAGE)))


def _preflight(context: Context, form: Form) -> Exchange:
    """Send what a browser sends before it posts JSON to another origin."""
    headers = (
        ("Origin", PAGE),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    )
    return context.cached(Request("OPTIONS", form.path, headers, anonymous=True))


def _allows_origin(exchange: Exchange) -> bool:
    return exchange.response.headers.get(ALLOW_ORIGIN) in ALLOWED


def _need_other_origins(context: Context, form: Form) -> None:
    """Raise UnsupportedError where no answer allows another origin: an operator may configure that."""
    if not _allows_origin(context.send(_cross_origin(form.ask(tokens=1)))):
        raise UnsupportedError("answers do not allow other origins")
