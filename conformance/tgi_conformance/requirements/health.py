"""GET /health: whether the deployment can generate, told quickly and also under load."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE, get
from tgi_conformance.protocol.routes import HEALTH
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._simultaneous import BEYOND, MOST, send_at_once
from tgi_conformance.requirements._verify import OK, expect, expect_equal, expect_status, seen
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError
from tgi_conformance.session.probes import ABSENT

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

REQUEST = get(HEALTH.path)
SOURCE = "#/paths/~1health/get/responses/200"
WHY = "Probes that fail or time out under load restart working servers (text-generation-inference#3241)."
QUICK = 5.0  # seconds
GENERATIONS, TOKENS = 4, 32  # what makes a deployment busy at every depth
SAMPLES = 2
LONGER = 1.0  # seconds: the timeout of a probe in orchestrators by default
GENERATIONS_UNDER_LOAD, TOKENS_UNDER_LOAD = 24, 64  # at depth load, where no limit is advertised


@requirement(
    "healthy-server-says-so",
    "A deployment that generates answers GET /health with 200.",
    route=HEALTH,
    source=SOURCE,
    category="route-specific",
    depth=Depth.SMOKE,
    why="Orchestrators restart unhealthy servers.",
)
def healthy_server_says_so(context: Context) -> None:
    expect_status(context.send(REQUEST), OK)


@requirement(
    "health-has-no-body",
    "The answer to GET /health has no body.",
    route=HEALTH,
    source=SOURCE,
    category="route-specific",
    level=SHOULD,
)
def health_has_no_body(context: Context) -> None:
    exchange = _expect_healthy(context)
    expect_equal(b"", exchange.response.body, "the body", exchange)


@requirement(
    "health-is-quick",
    f"GET /health is answered within {QUICK:g} seconds, also while other requests are being processed.",
    route=HEALTH,
    source=SOURCE,
    category="load",
    why=WHY,
)
def health_is_quick(context: Context) -> None:
    for _ in range(3):
        with context.case():
            exchange = _expect_healthy(context)
            seconds = exchange.response.seconds
            expect(seconds < QUICK, f"an answer within {QUICK:g} s", f"{seconds:.1f} s", exchange)


@requirement(
    "sagemaker-ping-is-health",
    "GET /ping, if served, is answered like GET /health.",
    route=HEALTH,
    source="behaviour.md#other-routes",
    category="route-specific",
    level=SHOULD,
    needs=("POST /invocations",),
    why="SageMaker sends its health checks there.",
)
def sagemaker_ping_is_health(context: Context) -> None:
    exchange = context.send(get("/ping"))
    if exchange.response.status in ABSENT:
        raise UnsupportedError(f"GET /ping answered {exchange.response.status}")
    expect_status(exchange, OK)


@requirement(
    "health-is-as-quick-under-load",
    f"During {GENERATIONS} simultaneous generations /health takes at most {LONGER:g} s longer than before.",
    route=HEALTH,
    source="behaviour.md#limits",
    category="load",
    level=SHOULD,
    needs=(GENERATE.operation,),
    alone=True,
    why=WHY,
)
def health_is_as_quick_under_load(context: Context) -> None:
    idle = median(_expect_healthy(context).response.seconds for _ in range(SAMPLES))
    count = min(context.capabilities.limit("max_concurrent_requests") or GENERATIONS, GENERATIONS)
    with ThreadPoolExecutor(count) as pool:
        generations = [pool.submit(context.send_once, GENERATE.ask(tokens=TOKENS)) for _ in range(count)]
        exchanges = _sample_until_done(context, generations)
    if not exchanges:
        raise UnsupportedError("the generations end too quickly to put the deployment under load")
    # The first sample may have been answered before the load began.
    quickest = min(exchanges[1:] or exchanges, key=lambda one: one.response.seconds)
    seconds = quickest.response.seconds
    actual = f"{seconds:.2f} s, and {idle:.2f} s before"
    expect(seconds <= idle + LONGER, f"at most {LONGER:g} s more than before", actual, quickest)


def _sample_until_done(context: Context, generations: list[Future[Exchange]]) -> list[Exchange]:
    """Ask for health a few times, as long as a generation is under way."""
    exchanges: list[Exchange] = []
    for _ in range(SAMPLES):
        if all(generation.done() for generation in generations):
            break
        exchanges.append(_expect_healthy(context))
    return exchanges


@requirement(
    "health-is-200-under-load",
    "GET /health is answered with 200 while the deployment is overloaded.",
    route=HEALTH,
    source="behaviour.md#limits",
    category="load",
    depth=Depth.LOAD,
    needs=(GENERATE.operation,),
    alone=True,
    hurts="overload",
    why=WHY,
)
def health_is_200_under_load(context: Context) -> None:
    limit = min(context.capabilities.limit("max_concurrent_requests") or GENERATIONS_UNDER_LOAD, MOST)
    requests = [GENERATE.ask(tokens=TOKENS_UNDER_LOAD)] * (limit + BEYOND)
    requests[::4] = [REQUEST] * len(requests[::4])
    for request, exchange in zip(requests, send_at_once(context, requests), strict=True):
        if request is REQUEST:
            expect(exchange.response.status == OK, "status 200", seen(exchange), exchange)


def _expect_healthy(context: Context) -> Exchange:
    exchange = context.send(REQUEST)
    expect_status(exchange, OK)
    return exchange
