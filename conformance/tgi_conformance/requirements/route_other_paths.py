"""Paths that nobody documented: there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE, get, post
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import expect, seen
from tgi_conformance.results.levels import Level
from tgi_conformance.session.failures import ASLEEP
from tgi_conformance.session.probes import LOCKED, MOVED

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "other-paths", "any operation")
SOURCE = "behaviour.md#other-routes"


@CATALOGUE.add(
    "generation-elsewhere-is-a-client-error",
    "A generation request to a path that is not documented is no success.",
    source=SOURCE,
    why="A typing error in a path must not look like an answer.",
)
def generation(context: Context) -> None:
    """Send a valid body to a path that has never been."""
    exchange = context.send(post("/generate_nothing_here", GENERATE.body(tokens=1)))
    status = exchange.response.status  # a gateway may send to its login whoever it does not know
    expect(300 <= status < 500 or status in ASLEEP, "a 4xx status", seen(exchange), exchange)


@CATALOGUE.add(
    "nothing-is-found-elsewhere",
    "GET of a path that is not documented is answered with 404.",
    source=SOURCE,
    level=Level.SHOULD,  # a gateway may show a page of its own
    why="A server that answers everything hides that it lacks what was asked for.",
)
def nothing(context: Context) -> None:
    """Ask for what has never been."""
    exchange = context.send(get("/nothing_here"))
    gateways = {*MOVED, *LOCKED, *ASLEEP}
    expect(exchange.response.status in {404, *gateways}, "status 404", seen(exchange), exchange)
