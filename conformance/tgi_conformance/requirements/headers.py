"""Headers that browsers and proxies go by: character set, other origins, buffering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import Request
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import OK, expect, expect_status
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

SOURCE = "behaviour.md#headers"
ALLOWED = "access-control-allow-origin"
PAGE = "http://page.example"


def headers(catalogue: Catalogue, form: Form) -> None:
    """The promises of a form's headers."""
    _charset(catalogue, form)
    browsers(catalogue, form)
    if form.streamed:
        _buffering(catalogue, form)
    else:
        _preflight(catalogue, form)


def _charset(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "charset-is-utf-8"),
        "Where the media type of an answer names a character set, it is UTF-8.",
        source="https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
        operation=form.operation,
        why="A client that believes another one shows every letter beyond ASCII wrong.",
    )
    def check(context: Context) -> None:
        exchange = context.cached(form.ask())
        expect_status(exchange, OK)
        stated = exchange.response.headers.get("content-type", "")
        charset = stated.lower().partition("charset=")[2].strip(" \"'").partition(";")[0]
        expect(charset.strip(" \"'") in {"", "utf-8", "utf8"}, "charset=utf-8, or none", stated, exchange)


def browsers(catalogue: Catalogue, form: Form) -> None:
    """Pages of other origins may call a form."""

    @catalogue.add(
        words(form, "browsers-are-let-in"),
        "An answer to another origin carries `access-control-allow-origin`.",
        source=SOURCE,
        operation=form.operation,
        level=Level.SHOULD,
        why="Without it no page of another origin can call the server.",
    )
    def check(context: Context) -> None:
        request = form.ask(tokens=1)
        exchange = context.send(evolve(request, headers=(*request.headers, ("Origin", PAGE))))
        expect_status(exchange, OK)
        allowed = exchange.response.headers.get(ALLOWED, "none")
        before = ask_before(context, form).response.headers if allowed == "none" else {}
        if "access-control-allow-methods" in before and ALLOWED not in before:
            raise UnsupportedError("another origin is not let in, as `--cors-allow-origin` may say")
        expect(allowed in {"*", PAGE}, "access-control-allow-origin *", allowed, exchange)


def ask_before(context: Context, form: Form) -> Exchange:
    """Send what a browser sends before it posts JSON to another origin."""
    asked = (
        ("Origin", PAGE),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    )
    return context.cached(Request("OPTIONS", form.path, asked, anonymous=True))


def _preflight(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "browsers-may-ask-before",
        "A preflight request of a page of another origin is answered with 2xx and lets a POST through.",
        source=SOURCE,
        operation=form.operation,
        level=Level.SHOULD,
        why="A browser asks so before it sends JSON to another origin.",
    )
    def check(context: Context) -> None:
        exchange = ask_before(context, form)
        expect_status(exchange, 200, 204)
        allowed = exchange.response.headers.get("access-control-allow-methods", "none")
        expect(
            "POST" in allowed or allowed == "*", "access-control-allow-methods with POST", allowed, exchange
        )


def _buffering(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "proxies-are-told-not-to-buffer"),
        "A stream says `x-accel-buffering: no`.",
        source="behaviour.md#streams",
        operation=form.operation,
        level=Level.SHOULD,
        needs=("tgi-headers",),  # a gateway that takes TGI's own headers away may read this one itself
        why="nginx holds a stream back until its end unless it is told not to.",
    )
    def check(context: Context) -> None:
        exchange = context.cached(form.ask())
        expect_status(exchange, OK)
        stated = exchange.response.headers.get("x-accel-buffering", "none")
        between = [name for name in ("server", "via") if name in exchange.response.headers]
        if stated == "none" and between:
            raise UnsupportedError(f"a proxy, as `{between[0]}` tells, reads it and passes it on to nobody")
        expect(stated.lower() == "no", "x-accel-buffering: no", stated, exchange)
