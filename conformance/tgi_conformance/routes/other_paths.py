"""Paths that nobody documented: there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.api import GENERATE, get, post
from tgi_conformance.levels import Level
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import expect, seen

if TYPE_CHECKING:
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "other-paths", "any operation")
SOURCE = "behaviour.md#other-routes"


@CATALOGUE.add(
    "generation-elsewhere-is-a-client-error",
    "A generation request to a path that is not documented is answered with a 4xx status.",
    source=SOURCE,
    why="A typing error in a path must not look like an answer.",
)
def generation(trial: Trial) -> None:
    """Send a valid body to a path that has never been."""
    exchange = trial.send(post("/generate_nothing_here", GENERATE.body(tokens=1)))
    expect(400 <= exchange.response.status < 500, "a 4xx status", seen(exchange), exchange)


@CATALOGUE.add(
    "nothing-is-found-elsewhere",
    "GET of a path that is not documented is answered with 404.",
    source=SOURCE,
    level=Level.SHOULD,  # a gateway may show a page of its own
    why="A server that answers everything hides that it lacks what was asked for.",
)
def nothing(trial: Trial) -> None:
    """Ask for what has never been."""
    exchange = trial.send(get("/nothing_here"))
    expect(exchange.response.status in {401, 403, 404}, "status 404", seen(exchange), exchange)
