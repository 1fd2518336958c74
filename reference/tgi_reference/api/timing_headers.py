"""The headers that tell what an unstreamed answer took. Times are in milliseconds, unless said otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_reference.generation.generation import Generation

_COMPUTE_TYPE: Final = "gpu+optimized"


def timing_headers(generation: Generation) -> dict[str, str]:
    """The headers of an answer with one generation; ``x-compute-time`` is in seconds."""
    headers = _summed([generation])
    return {
        "x-compute-type": headers.pop("x-compute-type"),
        "x-compute-time": _seconds(generation),
        **headers,
    }


def summed_headers(generations: Sequence[Generation]) -> dict[str, str]:
    """The headers of an answer with several generations: sums, and no ``x-compute-time``."""
    return _summed(generations)


def _seconds(generation: Generation) -> str:
    return f"{generation.timings.total:.9f}"


def _summed(generations: Sequence[Generation]) -> dict[str, str]:
    timings = [one.timings for one in generations]
    tokens = [one.finish.generated_tokens if one.finish else 0 for one in generations]
    numbers = {
        "x-compute-characters": sum(len(one.request.inputs) for one in generations),
        "x-total-time": sum(_milliseconds(one.total) for one in timings),
        "x-validation-time": sum(_milliseconds(one.validation) for one in timings),
        "x-queue-time": sum(_milliseconds(one.queue) for one in timings),
        "x-inference-time": sum(_milliseconds(one.inference) for one in timings),
        "x-time-per-token": sum(
            _milliseconds(one.inference / max(count, 1)) for one, count in zip(timings, tokens, strict=True)
        ),
        "x-prompt-tokens": sum(one.input_length for one in generations),
        "x-generated-tokens": sum(tokens),
    }
    return {"x-compute-type": _COMPUTE_TYPE, **{name: str(number) for name, number in numbers.items()}}


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
