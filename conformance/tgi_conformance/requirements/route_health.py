"""GET /health: whether the model answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE, get
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import OK, expect, expect_equal, expect_status
from tgi_conformance.requirements.busy import health_is_as_quick
from tgi_conformance.requirements.framing import head_as_get
from tgi_conformance.requirements.load import health_under_load
from tgi_conformance.requirements.methods import get_alone
from tgi_conformance.results.levels import Depth, Level
from tgi_conformance.results.outcomes import UnsupportedError
from tgi_conformance.session.probes import ABSENT

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "health", "GET /health")
health_under_load(CATALOGUE, GENERATE)
health_is_as_quick(CATALOGUE, GENERATE)
get_alone(CATALOGUE)
head_as_get(CATALOGUE)
SOURCE = "#/paths/~1health/get/responses/200"
QUICK = 5.0


@CATALOGUE.add(
    "healthy-server-says-so",
    "A server that generates answers 200.",
    source=SOURCE,
    depth=Depth.SMOKE,
    why="Orchestrators restart what is not healthy.",
)
def healthy(context: Context) -> None:
    """Ask."""
    expect_status(context.send(get("/health")), OK)


@CATALOGUE.add(
    "health-has-no-body",
    "The answer has no body.",
    source=SOURCE,
    level=Level.SHOULD,
)
def bodiless(context: Context) -> None:
    """Look for a body."""
    exchange = context.send(get("/health"))
    expect_status(exchange, OK)
    expect_equal(b"", exchange.response.body, "the body", exchange)


@CATALOGUE.add(
    "health-is-quick",
    f"The answer comes within {QUICK:.0f} seconds while others generate.",
    source=SOURCE,
    why="A probe that times out is a restart (text-generation-inference#3241).",
)
def quick(context: Context) -> None:
    """Ask a few times."""
    for _ in range(3):
        with context.case():
            exchange = context.send(get("/health"))
            expect_status(exchange, OK)
            expect(
                exchange.response.seconds < QUICK,
                f"within {QUICK} s",
                f"{exchange.response.seconds:.1f} s",
                exchange,
            )


@CATALOGUE.add(
    "sagemaker-ping-is-health",
    "GET /ping answers as /health, where it is served.",
    source="behaviour.md#other-routes",
    level=Level.SHOULD,
    needs=("POST /invocations",),
    why="SageMaker asks there.",
)
def ping(context: Context) -> None:
    """Ask there."""
    exchange = context.send(get("/ping"))
    if exchange.response.status in ABSENT:
        raise UnsupportedError(f"GET /ping answered {exchange.response.status}")
    expect_status(exchange, OK)
