"""Cross-origin requests (CORS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call, Head


@FAULT.head()
def refusals_keep_browsers_out(head: Head, _: Call) -> None:
    """Refusals have no CORS headers."""
    if head.status in range(400, 500):
        _without(head, "access-control-allow-origin")


@FAULT.head()
def preflights_keep_browsers_out(head: Head, call: Call) -> None:
    """The answer to a preflight allows no origin."""
    if call.method == "OPTIONS":
        _without(head, "access-control-allow-origin")


@FAULT.head()
def preflights_allow_no_json(head: Head, call: Call) -> None:
    """The answer to a preflight allows no header."""
    if call.method == "OPTIONS":
        _without(head, "access-control-allow-headers")


@FAULT.head()
def streams_keep_browsers_out(head: Head, call: Call) -> None:
    """Streams have no CORS headers."""
    if call.streams and call.method == "POST":
        _without(head, "access-control-allow-origin")


def _without(head: Head, name: str) -> None:
    if name in head.headers:
        del head.headers[name]
