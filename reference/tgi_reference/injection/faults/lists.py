"""Lists of tokens that lack some, and an answer without the array around it, or with too much in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import GENERATE
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

_LONG: Final = 40  # tokens


@FAULT.answer("chat-tokenize")
def conversation_lacks_its_last_token(body: Any, _: Call) -> Any:
    """The tokens of a conversation lack the last one, a line end."""
    return {**body, "tokenize_response": body["tokenize_response"][:-1]}


@FAULT.answer("chat-tokenize")
def long_conversations_lack_a_token(body: Any, _: Call) -> Any:
    """The tokens of a long conversation lack one in the middle."""
    tokens = body["tokenize_response"]
    if len(tokens) > _LONG:
        del tokens[len(tokens) // 2]
    return body


@FAULT.body(GENERATE)
def invocations_come_without_their_array(body: bytes, call: Call) -> bytes:
    """/invocations answers a generate body without the array around it."""
    value = _listed(body, call)
    return body if value is None else json.dumps(value[0], ensure_ascii=False).encode()


@FAULT.body(GENERATE)
def invocations_answer_twice(body: bytes, call: Call) -> bytes:
    """/invocations answers a generate body with two answers in its array."""
    value = _listed(body, call)
    return body if value is None else json.dumps(value * 2, ensure_ascii=False).encode()


def _listed(body: bytes, call: Call) -> list[Any] | None:
    if call.path != "/invocations" or not body.startswith(b"["):
        return None
    value: list[Any] = json.loads(body)
    return value


@FAULT.answer("info")
def prompt_tokens_never_come(body: Any, _: Call) -> Any:
    """A release that gives prompt tokens gives none."""
    return {**body, "version": "2.4.1"}


@FAULT.answer(GENERATE, also=prompt_tokens_never_come)
def _none(body: Any, _: Call) -> Any:
    if isinstance(body.get("details"), dict):
        body["details"]["prefill"] = []
    return body
