"""GET /metrics"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...exchange import Answer, Call, asend, send
from ...types import Response

if TYPE_CHECKING:
    from ...client import Client


def _call() -> Call:
    return Call(
        "metrics",
        "GET",
        "/metrics",
    )


def _parse(answer: Answer) -> str:
    if answer.status == 200:
        return answer.text()
    raise answer.unexpected_status()


def sync_detailed(
    *,
    client: Client,
) -> Response[str]:
    """Counters and timings for Prometheus

    What the server did since it started, in the Prometheus text format. Metric names begin with
    `tgi_`; a metric may be missing until it was counted the first time. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: Metric families in the Prometheus text exposition format.
    """
    return send(client, _call(), _parse)


def sync(
    *,
    client: Client,
) -> str:
    """Counters and timings for Prometheus

    What the server did since it started, in the Prometheus text format. Metric names begin with
    `tgi_`; a metric may be missing until it was counted the first time. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        What the answer holds.

    Statuses:
        200: Metric families in the Prometheus text exposition format.
    """
    return send(client, _call(), _parse).parsed


async def asyncio_detailed(
    *,
    client: Client,
) -> Response[str]:
    """Counters and timings for Prometheus

    What the server did since it started, in the Prometheus text format. Metric names begin with
    `tgi_`; a metric may be missing until it was counted the first time. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        The answer: status, headers, and what it holds.

    Statuses:
        200: Metric families in the Prometheus text exposition format.
    """
    return await asend(client, _call(), _parse)


async def asyncio(
    *,
    client: Client,
) -> str:
    """Counters and timings for Prometheus

    What the server did since it started, in the Prometheus text format. Metric names begin with
    `tgi_`; a metric may be missing until it was counted the first time. Needs no API key.

    Args:
        client: Where the server is.

    Returns:
        What the answer holds.

    Statuses:
        200: Metric families in the Prometheus text exposition format.
    """
    return (await asend(client, _call(), _parse)).parsed
