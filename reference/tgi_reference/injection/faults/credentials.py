"""Credentials that come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call, Head


@FAULT.error()
def errors_repeat_the_credentials(body: Any, call: Call) -> Any:
    """The message of an error repeats the request's headers."""
    given = call.headers.get("authorization", "none")
    return {**body, "error": f"{body.get('error')} (authorization: {given})"}


@FAULT.head()
def refusals_repeat_the_credentials_in_a_header(head: Head, call: Call) -> None:
    """A refusal repeats the credentials in a header."""
    if head.status in range(400, 500) and "authorization" in call.headers:
        head.headers["x-request-authorization"] = call.headers["authorization"]
