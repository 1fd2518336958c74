"""Seeds of 64 bits that are read with a sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import GENERATE, Event
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call

_SIGN: Final = 2**63


@FAULT.answer(GENERATE)
def large_seeds_have_a_sign(body: Any, _: Call) -> Any:
    """A seed whose highest bit is set is reported as a negative number."""
    return _signed(body)


@FAULT.event(GENERATE, also=large_seeds_have_a_sign)
def _streamed(event: Event, _: Call) -> Iterable[Event]:
    return [Event.of(_signed(event.json))] if event.is_final else [event]


def _signed(body: Any) -> Any:
    details = body.get("details")
    if isinstance(details, dict) and isinstance(details.get("seed"), int) and details["seed"] >= _SIGN:
        details["seed"] -= 2 * _SIGN
    return body
