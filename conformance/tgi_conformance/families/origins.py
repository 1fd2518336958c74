"""Pages of other origins: what a browser asks before, and what it lets a page see of a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.families.headers import ALLOWED, PAGE, SOURCE, ask_before
from tgi_conformance.levels import Level
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.verify import expect

if TYPE_CHECKING:
    from tgi_conformance.api import Form
    from tgi_conformance.exchange import Exchange, Request
    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial

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
    def check(trial: Trial) -> None:
        exchange = ask_before(trial, form)
        told = exchange.response.headers
        allowed = told.get(HEADERS, "none").lower().replace(" ", "").split(",")
        if told.get(ALLOWED) in LET_IN and {"*", "content-type"} & set(allowed):
            return
        _unless_kept_out(trial, form)
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
    def check(trial: Trial) -> None:
        exchange = trial.send(_from_a_page(form.ask(tokens=1, temperature=-1.0)))
        if not _lets_in(exchange):
            _unless_kept_out(trial, form)
            expect(False, f"{ALLOWED} *", exchange.response.headers.get(ALLOWED, "none"), exchange)


def _from_a_page(request: Request) -> Request:
    return evolve(request, headers=(*request.headers, ("Origin", PAGE)))


def _lets_in(exchange: Exchange) -> bool:
    return exchange.response.headers.get(ALLOWED) in LET_IN


def _unless_kept_out(trial: Trial, form: Form) -> None:
    """Raise UnsupportedError where no answer lets another origin in, as an operator or a gateway may want."""
    if not _lets_in(trial.send(_from_a_page(form.ask(tokens=1)))):
        raise UnsupportedError("answers do not let another origin in")
