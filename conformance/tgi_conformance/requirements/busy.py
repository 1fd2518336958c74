"""Health while others generate: as quick as when nobody does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import Form, get
from tgi_conformance.requirements._verify import OK, expect, expect_status
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

AT_A_TIME = 4
TOKENS = 32
TIMES = 2
LONGER = 1.0  # seconds: what orchestrators give a probe unless told otherwise


def health_is_as_quick(catalogue: Catalogue, form: Form) -> None:
    """`/health` beside a few answers of this form."""

    @catalogue.add(
        "health-is-as-quick-under-load",
        f"While {AT_A_TIME} answers are generated /health takes at most {LONGER:g} s longer than before.",
        source="behaviour.md#limits",
        level=Level.SHOULD,
        needs=(form.operation,),
        alone=True,
        why="A probe that times out restarts a server that works (text-generation-inference#3241).",
    )
    def check(context: Context) -> None:
        idle = median(_asked(context).response.seconds for _ in range(TIMES))
        at_a_time = min(context.capabilities.limit("max_concurrent_requests") or AT_A_TIME, AT_A_TIME)
        with ThreadPoolExecutor(at_a_time) as pool:
            answers = [pool.submit(context.send_once, form.ask(tokens=TOKENS)) for _ in range(at_a_time)]
            exchanges = _while_under_way(context, answers)
        if not exchanges:
            raise UnsupportedError("the answers are made too quickly to be a load")
        # The first may have come before the load.
        busy = min(exchanges[1:] or exchanges, key=lambda one: one.response.seconds)
        actual = f"{busy.response.seconds:.2f} s, and {idle:.2f} s before"
        expect(busy.response.seconds <= idle + LONGER, f"at most {LONGER:g} s more", actual, busy)


def _asked(context: Context) -> Exchange:
    exchange = context.send(get("/health"))
    expect_status(exchange, OK)
    return exchange


def _while_under_way(context: Context, answers: list[Future[Exchange]]) -> list[Exchange]:
    """Ask a few times, as long as any answer is under way when it is asked."""
    exchanges: list[Exchange] = []
    for _ in range(TIMES):
        if all(answer.done() for answer in answers):
            break
        exchanges.append(_asked(context))
    return exchanges
