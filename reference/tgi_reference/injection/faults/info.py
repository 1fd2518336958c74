"""What ``/info`` says of a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call


@FAULT.answer("info")
def info_lacks_a_limit(body: Any, _: Call) -> Any:
    """`/info` lacks `max_input_tokens`."""
    body.pop("max_input_tokens")
    return body


@FAULT.answer("info")
def info_tells_limits_as_text(body: Any, _: Call) -> Any:
    """The limits in `/info` are strings."""
    return {name: str(value) if isinstance(value, int) else value for name, value in body.items()}


@FAULT.answer("info")
def info_tells_contradicting_limits(body: Any, _: Call) -> Any:
    """`/info` says that prompts may be as long as prompt and answer together."""
    return {**body, "max_input_tokens": body["max_total_tokens"]}


@FAULT.answer("info")
def info_tells_limits_of_zero(body: Any, _: Call) -> Any:
    """`/info` says that no request may be answered."""
    return {**body, "max_concurrent_requests": 0}


@FAULT.answer("info")
def info_changes(body: Any, call: Call) -> Any:
    """`/info` answers differently each time."""
    call.server["told"] += 1
    return {
        **body,
        "max_stop_sequences": body["max_stop_sequences"] + call.server["told"] % 2,
        "sha": f"{call.server['told']}",
    }


@FAULT.answer("info")
def info_is_a_list(body: Any, _: Call) -> Any:
    """`/info` answers with an array."""
    return [body]
