"""Methods that are answered though the document does not have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

_READ: Final = ("/info", "/health", "/metrics", "/v1/models")


@FAULT.request()
def any_method_generates(call: Call) -> None:
    """Where POST is documented, any method with a body works."""
    if call.raw and call.method in ("GET", "PUT", "PATCH"):
        call.method = "POST"


@FAULT.request()
def any_method_reads(call: Call) -> None:
    """Where GET is documented, any method works."""
    if call.path in _READ and call.method in ("POST", "PUT", "DELETE"):
        call.method = "GET"
