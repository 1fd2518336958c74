"""Pages of other origins: what a browser asks before, and what it lets a page see of a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.requirements._verify import expect
from tgi_conformance.requirements.headers import ALLOWED, PAGE, SOURCE, ask_before
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

HEADERS = "access-control-allow-headers"
LET_IN = ("*", PAGE)


def origins(catalogue: Catalogue, form: Form) -> None:
    """What a page of another origin may see of an unstreamed form."""
    _preflight(catalogue, form)
    _refusals(catalogue, form)


def _preflight(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "preflights-let-json-through",
        "Where answers let another origin in, a preflight lets it in too, with a JSON body.",
        source=SOURCE,
        operation=form.operation,
        level=Level.SHOULD,
        why="A browser sends no JSON to another origin unless the preflight allows `content-type`.",
    )
    def check(context: Context) -> None:
        exchange = ask_before(context, form)
        told = exchange.response.headers
        allowed = told.get(HEADERS, "none").lower().replace(" ", "").split(",")
        if told.get(ALLOWED) in LET_IN and {"*", "content-type"} & set(allowed):
            return
        _unless_kept_out(context, form)
        expect(told.get(ALLOWED) in LET_IN, f"{ALLOWED} *", told.get(ALLOWED, "none"), exchange)
        expect(False, f"{HEADERS} with content-type", told.get(HEADERS, "none"), exchange)


def _refusals(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        "refusals-let-browsers-in",
        "Where answers let another origin in, refusals do so too.",
        source=SOURCE,
        operation=form.operation,
        level=Level.SHOULD,
        why="Otherwise a page sees a failed connection in place of the error and its message.",
    )
    def check(context: Context) -> None:
        exchange = context.send(_from_a_page(form.ask(tokens=1, temperature=-1.0)))
        if not _lets_in(exchange):
            _unless_kept_out(context, form)
            expect(False, f"{ALLOWED} *", exchange.response.headers.get(ALLOWED, "none"), exchange)


def _from_a_page(request: Request) -> Request:
    return evolve(request, headers=(*request.headers, ("Origin", PAGE)))


def _lets_in(exchange: Exchange) -> bool:
    return exchange.response.headers.get(ALLOWED) in LET_IN


def _unless_kept_out(context: Context, form: Form) -> None:
    """Raise UnsupportedError where no answer lets another origin in, as an operator or a gateway may want."""
    if not _lets_in(context.send(_from_a_page(form.ask(tokens=1)))):
        raise UnsupportedError("answers do not let another origin in")
