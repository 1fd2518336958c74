"""Request headers and framing that change what they should not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import GENERATION, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

_UNREAD: Final = Reply(400, b"the body is empty", "text/plain; charset=utf-8")
_UNMET: Final = Reply(400, b"unexpected header", "text/plain; charset=utf-8")


@FAULT.request(*GENERATION)
def accept_decides_the_form(call: Call) -> None:
    """`Accept` decides whether the answer is streamed."""
    accepted = call.headers.get("accept", "")
    if accepted not in ("text/event-stream", "application/json") or not isinstance(call.body, dict):
        return
    streamed = accepted == "text/event-stream"
    if call.path in ("/generate", "/generate_stream"):
        call.move_to("/generate_stream" if streamed else "/generate")
    else:
        call.body["stream"] = streamed


@FAULT.reply(*GENERATION)
def chunked_bodies_are_not_read(call: Call) -> Reply | None:
    """A chunked request body is treated as empty."""
    return _UNREAD if "transfer-encoding" in call.headers else None


@FAULT.request(*GENERATION)
def chunked_bodies_lose_their_prompt(call: Call) -> None:
    """The prompt of a chunked request body is cut in half."""
    if "transfer-encoding" in call.headers and isinstance(call.body, dict):
        for name in ("inputs", "prompt", "messages"):
            call.body[name] = _halved(call.body[name]) if name in call.body else call.body.pop(name, None)
        call.body = {name: value for name, value in call.body.items() if value is not None}


def _halved(value: Any) -> Any:
    if isinstance(value, str):
        return value[: len(value) // 2]
    if isinstance(value, list):
        return [_halved(one) for one in value]
    return {**value, "content": _halved(value["content"])} if isinstance(value, dict) else value


@FAULT.reply(*GENERATION)
def expectations_are_a_mistake(call: Call) -> Reply | None:
    """A request with `Expect: 100-continue` is refused."""
    return _UNMET if "expect" in call.headers else None


@FAULT.reply()
def head_is_of_another_type(call: Call) -> Reply | None:
    """HEAD has a different media type than GET."""
    return Reply(200, b"", "text/html") if call.method == "HEAD" else None
