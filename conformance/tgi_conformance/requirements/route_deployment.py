"""The deployment as a whole, looked back on at the end of a run: it lasted, and nothing failed by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.results.evidence import cut
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Request
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "deployment", "any operation")
SOURCE = "https://www.rfc-editor.org/rfc/rfc9110#section-15.6"  # of every server, whatever its release
MOST_SHOWN, LONGEST = 5, 100  # requests, and characters of the body of each
FEWEST = 4  # failures by chance that are too many, where they are more than one request in SHARE
SHARE = 50


@CATALOGUE.add(
    "survives-every-request",
    "No request of the run takes the deployment down.",
    source=SOURCE,
    depth=Depth.SMOKE,
    alone=True,
    why="One client's request must not be an outage for the others.",
)
def survives(context: Context) -> None:
    """Name the requests after which it went away, or those in flight when it went for good."""
    failures = context.session.sender.failures
    expected = "a deployment that answers from the first request to the last"
    if failures.deadly:
        told = f"it went away each time after {_named(failures.deadly)}"
        raise UnmetError(expected, told, request=failures.deadly[0])
    if failures.gone:
        told = f"{failures.gone}; in flight were {_named(failures.lost)}"
        raise UnmetError(expected, told, request=next(iter(failures.lost), None))
    if failures.outages:
        times = "once" if failures.outages == 1 else f"{failures.outages} times"
        context.failed_before.append(
            f"it went away {times}, and not again when what was in flight was sent alone"
        )


@CATALOGUE.add(
    "does-not-fail-by-chance",
    f"At most one request in {SHARE} fails with 424, a server error or a broken connection and succeeds when "
    "it is sent again alone.",
    source=SOURCE,
    depth=Depth.SMOKE,
    alone=True,
    why="Every client would have to send everything twice.",
)
def reliable(context: Context) -> None:
    """Count what failed once."""
    client = context.session.sender
    lapses, requests = client.failures.intermittent, client.usage.requests
    if len(lapses) >= FEWEST and len(lapses) * SHARE > requests:
        expected = f"at most {requests // SHARE} of {requests} requests that fail once"
        raise UnmetError(expected, f"{len(lapses)}, the first of them: {lapses[0]}")


def _named(requests: Sequence[Request]) -> str:
    """Name requests by operation and the beginning of their bodies."""
    told = [
        f"{one.method} {one.path} {cut((one.content or b'').decode('utf-8', 'replace'), LONGEST)}".strip()
        for one in requests[:MOST_SHOWN]
    ]
    more = f" and {len(requests) - MOST_SHOWN} more" if len(requests) > MOST_SHOWN else ""
    return "; ".join(told) + more if told else "none that the suite knows of"
