"""Paths that are not documented: nothing is served there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE, get, post
from tgi_conformance.protocol.routes import OTHER_PATHS
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._verify import expect, seen
from tgi_conformance.session.failures import ASLEEP
from tgi_conformance.session.probes import LOCKED, MOVED

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

SOURCE = "behaviour.md#other-routes"


@requirement(
    "generation-elsewhere-is-a-client-error",
    "A generation request to an undocumented path is answered with a client error.",
    route=OTHER_PATHS,
    source=SOURCE,
    category="refusals",
    why="A typo in a path must not look like a success.",
)
def generation_elsewhere_is_a_client_error(context: Context) -> None:
    exchange = context.send(post("/generate_nothing_here", GENERATE.body(tokens=1)))
    status = exchange.response.status  # a gateway may redirect unknown clients to its login
    expect(300 <= status < 500 or status in ASLEEP, "a 4xx status", seen(exchange), exchange)


@requirement(
    "nothing-is-found-elsewhere",
    "GET of an undocumented path is answered with 404.",
    route=OTHER_PATHS,
    source=SOURCE,
    category="refusals",
    level=SHOULD,  # a gateway may show a page of its own
    why="A server that answers every path hides which routes it lacks.",
)
def nothing_is_found_elsewhere(context: Context) -> None:
    exchange = context.send(get("/nothing_here"))
    gateways = {*MOVED, *LOCKED, *ASLEEP}
    expect(exchange.response.status in {404, *gateways}, "status 404", seen(exchange), exchange)
