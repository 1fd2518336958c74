"""Metrics: counters that count wrong, and text that Prometheus does not parse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call, Head

_SOMETIMES: Final = 5  # every so many-th scrape


@FAULT.body("metrics")
def metrics_end_within_a_line(body: bytes, _: Call) -> bytes:
    """The last line of the metrics has no line end."""
    return body.rstrip(b"\n")


@FAULT.body("metrics")
def metrics_are_of_two_servers(body: bytes, _: Call) -> bytes:
    """The metrics of two servers are concatenated."""
    return body + body


@FAULT.body("metrics")
def metrics_tell_types_last(body: bytes, _: Call) -> bytes:
    """`# TYPE` lines follow their samples."""
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


@FAULT.body("metrics")
def metrics_are_empty(_: bytes, __: Call) -> bytes:
    """The metrics are empty, as they once were."""
    return b""


@FAULT.body("metrics")
def metrics_do_not_parse(body: bytes, _: Call) -> bytes:
    """A line of the metrics has no value."""
    return body + b"\ntgi_broken{label=\n"


@FAULT.body("metrics")
def metrics_are_json(_: bytes, __: Call) -> bytes:
    """The metrics are JSON."""
    return b'{"tgi_request_count": 1}'


@FAULT.head("metrics")
def metrics_are_said_to_be_json(head: Head, _: Call) -> None:
    """The metrics' media type is application/json."""
    head.headers["content-type"] = "application/json"


@FAULT.body("metrics")
def metrics_lack_the_request_count(body: bytes, _: Call) -> bytes:
    """The metrics do not count requests."""
    return b"\n".join(line for line in body.split(b"\n") if b"tgi_request_count" not in line)


@FAULT.body("metrics")
def metrics_lack_the_generated_tokens(body: bytes, _: Call) -> bytes:
    """The metrics do not count tokens."""
    return b"\n".join(line for line in body.split(b"\n") if b"generated_tokens" not in line)


@FAULT.body("metrics")
def metrics_stand_still(body: bytes, call: Call) -> bytes:
    """The metrics are those of the first scrape."""
    return bytes(call.server.setdefault("metrics", body))


@FAULT.body("metrics")
def counters_fall(body: bytes, call: Call) -> bytes:
    """Counters decrease from scrape to scrape."""
    call.server["scrapes"] += 1
    fall = call.server["scrapes"]

    def lower(match: re.Match[bytes]) -> bytes:
        return match[1] + str(1e6 - fall).encode()

    return re.sub(rb"(?m)^(tgi_request_(?:count|success) )[-+.e0-9]+$", lower, body)


@FAULT.body("metrics")
def requests_are_counted_twice(body: bytes, _: Call) -> bytes:
    """Each request is counted twice."""

    def double(match: re.Match[bytes]) -> bytes:
        return match[1] + str(2 * float(match[2])).encode()

    return re.sub(rb"(?m)^(tgi_request_(?:count|success) )([-+.e0-9]+)$", double, body)


@FAULT.body("metrics")
def generated_tokens_are_not_summed(body: bytes, _: Call) -> bytes:
    """The sum of generated tokens stays 0."""
    return re.sub(rb"(?m)^(tgi_request_generated_tokens_sum )\S+$", rb"\g<1>0.0", body)


@FAULT.body("metrics")
def failures_are_counted_as_successes(body: bytes, _: Call) -> bytes:
    """Every request counts as a success."""
    count = re.search(rb"(?m)^tgi_request_count (\S+)$", body)
    value = count[1] if count else b"0"
    return re.sub(rb"(?m)^(tgi_request_success )\S+$", rb"\g<1>" + value, body)
