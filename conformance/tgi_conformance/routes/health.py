"""GET /health: whether the model answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.api import GENERATE, get
from tgi_conformance.families.busy import health_is_as_quick
from tgi_conformance.families.framing import head_as_get
from tgi_conformance.families.load import health_under_load
from tgi_conformance.families.methods import get_alone
from tgi_conformance.levels import Depth, Level
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.probes import ABSENT
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import OK, expect, expect_equal, expect_status

if TYPE_CHECKING:
    from tgi_conformance.trial import Trial

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
def healthy(trial: Trial) -> None:
    """Ask."""
    expect_status(trial.send(get("/health")), OK)


@CATALOGUE.add(
    "health-has-no-body",
    "The answer has no body.",
    source=SOURCE,
    level=Level.SHOULD,
)
def bodiless(trial: Trial) -> None:
    """Look for a body."""
    exchange = trial.send(get("/health"))
    expect_status(exchange, OK)
    expect_equal(b"", exchange.response.body, "the body", exchange)


@CATALOGUE.add(
    "health-is-quick",
    f"The answer comes within {QUICK:.0f} seconds while others generate.",
    source=SOURCE,
    why="A probe that times out is a restart (text-generation-inference#3241).",
)
def quick(trial: Trial) -> None:
    """Ask a few times."""
    for _ in range(3):
        with trial.case():
            exchange = trial.send(get("/health"))
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
def ping(trial: Trial) -> None:
    """Ask there."""
    exchange = trial.send(get("/ping"))
    if exchange.response.status in ABSENT:
        raise UnsupportedError(f"GET /ping answered {exchange.response.status}")
    expect_status(exchange, OK)
