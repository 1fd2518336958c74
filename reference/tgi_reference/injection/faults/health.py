"""Health checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_reference.injection.call import Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call


@FAULT.reply("health")
def health_is_always_bad(_: Call) -> Reply | None:
    """Health is always 503, even while the server generates."""
    return Reply(503, b'{"error":"unhealthy","error_type":"healthcheck"}', "application/json")


@FAULT.reply("health")
def health_is_a_redirect(call: Call) -> Reply | None:
    """Health answers with a redirect."""
    return Reply(307, headers=(("location", call.path + "/"),))


@FAULT.reply("health")
def health_has_a_body(_: Call) -> Reply | None:
    """Health answers with a text."""
    return Reply(200, b"OK", "text/plain")


@FAULT.reply("health")
def ping_is_an_error(call: Call) -> Reply | None:
    """SageMaker's ping is a server error."""
    return Reply(500) if call.path == "/ping" else None
