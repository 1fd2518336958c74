"""The deployment as a whole, judged at the end of a run: it stayed up, and nothing failed at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.routes import DEPLOYMENT
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.results.evidence import cut
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Request
    from tgi_conformance.session.context import Context

SOURCE = "https://www.rfc-editor.org/rfc/rfc9110#section-15.6"  # of every server, whatever its release
MOST_SHOWN, LONGEST = 5, 100  # requests, and characters of the body of each
FEWEST = 4  # random failures that are too many, where they are more than one request in SHARE
SHARE = 50


@requirement(
    "survives-every-request",
    "No request of the run takes the deployment down.",
    route=DEPLOYMENT,
    source=SOURCE,
    category="route-specific",
    depth=Depth.SMOKE,
    alone=True,
    why="A single request must not take the service down for everyone.",
)
def survives_every_request(context: Context) -> None:
    """Name the requests after which it went down, or those in flight when it went down for good."""
    sender, failures = context.session.sender, context.session.sender.failures
    expected = "a deployment that answers from the first request to the last"
    fatal, lost = ([*map(sender.adapter.adapt, some)] for some in (failures.fatal, failures.lost))
    if fatal:
        raise UnmetError(expected, f"it went down each time after {_named(fatal)}", request=fatal[0])
    if failures.gone:
        told = f"{failures.gone}; in flight were {_named(lost)}"
        raise UnmetError(expected, told, request=next(iter(lost), None))
    if failures.outages:
        times = "once" if failures.outages == 1 else f"{failures.outages} times"
        context.failed_before.append(
            f"it went down {times}, but not when the requests in flight were sent again one by one"
        )


@requirement(
    "does-not-fail-by-chance",
    f"At most one request in {SHARE} fails with 424, a server error or a broken connection and succeeds when "
    "it is sent again alone.",
    route=DEPLOYMENT,
    source=SOURCE,
    category="route-specific",
    depth=Depth.SMOKE,
    alone=True,
    why="Otherwise every client has to retry everything.",
)
def does_not_fail_by_chance(context: Context) -> None:
    sender = context.session.sender
    failures, requests = sender.failures.intermittent, sender.usage.requests
    if len(failures) >= FEWEST and len(failures) * SHARE > requests:
        expected = f"at most {requests // SHARE} of {requests} requests that fail once"
        raise UnmetError(expected, f"{len(failures)}, the first of them: {failures[0]}")


def _named(requests: Sequence[Request]) -> str:
    """Name requests by operation and the beginning of their bodies."""
    told = [
        f"{one.method} {one.path} {cut((one.content or b'').decode('utf-8', 'replace'), LONGEST)}".strip()
        for one in requests[:MOST_SHOWN]
    ]
    more = f" and {len(requests) - MOST_SHOWN} more" if len(requests) > MOST_SHOWN else ""
    return "; ".join(told) + more if told else "no known request"
