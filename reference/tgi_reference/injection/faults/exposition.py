"""Metrics that a lenient reader takes and Prometheus does not, and counters that fall now and then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

_SOMETIMES: Final = 5  # every so many-th scrape


@FAULT.body("metrics")
def metrics_end_within_a_line(body: bytes, _: Call) -> bytes:
    """The last line of the metrics has no end."""
    return body.rstrip(b"\n")


@FAULT.body("metrics")
def metrics_are_of_two_servers(body: bytes, _: Call) -> bytes:
    """The metrics of two servers stand one below the other."""
    return body + body


@FAULT.body("metrics")
def metrics_tell_types_last(body: bytes, _: Call) -> bytes:
    """The types of metrics stand below their samples."""
    lines = body.splitlines(keepends=True)
    types = [line for line in lines if line.startswith(b"# TYPE")]
    return b"".join([*(line for line in lines if not line.startswith(b"# TYPE")), *types])


@FAULT.body("metrics")
def metric_names_have_hyphens(body: bytes, _: Call) -> bytes:
    """The name of a metric has a hyphen."""
    return body.replace(b"tgi_queue_size", b"tgi-queue-size")


@FAULT.body("metrics")
def counters_fall_now_and_then(body: bytes, call: Call) -> bytes:
    """In every fifth scrape a counter is one less than it was."""
    call.server["scraped"] += 1
    if call.server["scraped"] % _SOMETIMES:
        return body

    def lower(match: re.Match[bytes]) -> bytes:
        return match[1] + str(max(float(match[2]) - 1, 0.0)).encode()

    return re.sub(rb"(?m)^(tgi_request_(?:count|success) )([-+.e0-9]+)$", lower, body)
