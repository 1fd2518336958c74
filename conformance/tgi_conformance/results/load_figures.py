"""What a load run measured: rates, and percentiles of the latencies of each route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

PERCENTILES = (50, 90, 99)


@frozen
class RouteFigures:
    """What was measured of the answers of one form.

    Attributes:
        name: The form: its route, after `streamed-` if the route has both.
        answered, refused, failed: How many requests were answered, refused for overload, and neither.
        latencies: For `first` (milliseconds to the first event of a stream), `between` (milliseconds from one
            event to the next), `whole` (milliseconds to the end) and `pace` (tokens a second of one answer)
            the percentiles of `PERCENTILES`; those are missing of which there was nothing to measure.
    """

    name: str
    answered: int
    refused: int
    failed: int
    latencies: Mapping[str, tuple[float, ...]] = field(factory=dict)


@frozen
class LoadFigures:
    """What a load run measured.

    Attributes:
        users: How many users asked at a time.
        processes: How many processes they ran in.
        seconds: How long they asked, in seconds.
        offered: Requests a second that the users were to send; None if each sent its next request as soon as
            the last was answered.
        achieved: Requests a second that came to an end.
        mixed_up: The probability, from 0 to 1, that an answer mixed up at a rate of 1 in 10,000 was seen.
        processor: Processor time that the processes used meanwhile, all together, in seconds.
        routes: What was measured of each form.
    """

    users: int
    processes: int
    seconds: float
    offered: float | None
    achieved: float
    mixed_up: float
    processor: float = 0.0
    routes: tuple[RouteFigures, ...] = ()
