"""HTTP methods: undocumented ones do not succeed, and HEAD is answered like GET."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import Request
from tgi_conformance.protocol.routes import HEALTH, INFO, METRICS, MODELS, WITH_BODY, Route
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._verify import OK, expect, expect_equal, expect_status, seen
from tgi_conformance.session.probes import MINIMAL, PAGES

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

SUCCESS = range(200, 300)
# One method is enough for most routes, and two for those that everybody uses. Not GET /, which TGI answers
# like /health, though that is not documented.
METHODS_OF = {"/": ("PATCH",), "/generate": ("GET", "PATCH"), "/v1/chat/completions": ("GET", "PATCH")}
METHODS = "https://www.rfc-editor.org/rfc/rfc9110#section-9.1"
WHY = "Requests with other methods may be cached, prefetched or retried without anybody meaning to."


@requirement(
    "only-post-is-answered",
    "A valid body sent with a method other than POST does not succeed.",
    forms=WITH_BODY,
    source=METHODS,
    category="refusals",
    why=WHY,
)
def only_post_is_answered(context: Context, route: Form | Route) -> None:
    for method in METHODS_OF.get(route.path, ("GET",)):
        with context.case():
            _expect_no_success(context.send(evolve(MINIMAL[route.operation], method=method)))


@requirement(
    "only-get-is-answered",
    "POST to a route that is documented for GET only does not succeed.",
    forms=(HEALTH, INFO, METRICS, MODELS),
    source=METHODS,
    category="refusals",
    level=SHOULD,  # what answers health checks for a gateway may ignore the method
    why=WHY,
)
def only_get_is_answered(context: Context, route: Route) -> None:
    _expect_no_success(context.send(Request("POST", route.path)))


def _expect_no_success(exchange: Exchange) -> None:
    """Raise UnmetError for a success, other than a web site's page that is shown for everything."""
    response = exchange.response
    answered = response.status in SUCCESS and response.media_type not in PAGES
    expect(not answered, "status 405, or another that is not a success", seen(exchange), exchange)


@requirement(
    "head-is-answered-as-get",
    "HEAD is answered like GET, without a body.",
    forms=(HEALTH, METRICS, MODELS),
    source="https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2",
    category="headers",
    level=SHOULD,
    why="Monitoring tools send HEAD requests.",
)
def head_is_answered_as_get(context: Context, route: Route) -> None:
    exchange = context.send(Request("HEAD", route.path))
    expect_status(exchange, OK)
    expect_equal(b"", exchange.response.body, "the body", exchange)
    plain = context.cached(Request("GET", route.path)).response
    media_type = exchange.response.media_type  # HEAD may omit headers that are costly to compute
    same = media_type in {"", plain.media_type}
    expect(same, f"content-type {plain.media_type or 'none'}", media_type, exchange)
