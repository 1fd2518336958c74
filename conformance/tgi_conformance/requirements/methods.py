"""Methods that a route is not documented for: they are refused, and answer nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.http.exchange import Request
from tgi_conformance.protocol import forms as api
from tgi_conformance.requirements._verify import expect, seen
from tgi_conformance.results.levels import Level
from tgi_conformance.session.probes import PAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

SUCCESS = range(200, 300)
# One method tells of most routers, and two of those that everybody uses. GET of the root is health, which TGI
# serves there though nobody documented it.
METHODS_OF = {"/": ("PATCH",), "/generate": ("GET", "PATCH"), "/v1/chat/completions": ("GET", "PATCH")}
WHY = "A method that answers by mistake is cached, prefetched or repeated, and none of it is meant."


def body_needs_post(catalogue: Catalogue, valid: Mapping[str, Any]) -> None:
    """The methods of a route that is documented for POST alone; `valid` is a body that it takes."""
    path = catalogue.operation.partition(" ")[2]

    @catalogue.add(
        "only-post-is-answered",
        "A valid body sent by another method than POST is no success.",
        source="https://www.rfc-editor.org/rfc/rfc9110#section-9.1",
        why=WHY,
    )
    def check(context: Context) -> None:
        for method in METHODS_OF.get(path, ("GET",)):
            with context.case():
                _expect_no_answer(context.send(evolve(api.post(path, dict(valid)), method=method)))


def get_alone(catalogue: Catalogue) -> None:
    """The methods of a route that is documented for GET alone."""
    path = catalogue.operation.partition(" ")[2]

    @catalogue.add(
        "only-get-is-answered",
        "POST, where GET alone is documented, is no success.",
        source="https://www.rfc-editor.org/rfc/rfc9110#section-9.1",
        level=Level.SHOULD,  # what answers health checks for a gateway may not look at the method
        why=WHY,
    )
    def check(context: Context) -> None:
        _expect_no_answer(context.send(Request("POST", path)))


def _expect_no_answer(exchange: Exchange) -> None:
    """Raise UnmetError for a success; a site that shows its page for everything has answered nothing."""
    response = exchange.response
    answered = response.status in SUCCESS and response.media_type not in PAGES
    expect(not answered, "status 405, or another that is no success", seen(exchange), exchange)
