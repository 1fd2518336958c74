"""Characters beyond ASCII that are lost or replaced."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, GENERATION
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import change_text, changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call, Event

TOKENIZED = (*GENERATION, "chat-tokenize")


def _plain(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")


def _in_prompts(node: Any) -> Any:
    if isinstance(node, str):
        return _plain(node)
    if isinstance(node, list):
        return [_in_prompts(one) for one in node]
    if isinstance(node, dict):
        return {name: _in_prompts(one) for name, one in node.items()}
    return node


@FAULT.request(*GENERATION)
def generation_loses_characters_of_prompts(call: Call) -> None:
    """Generation, unlike tokenization, reads non-ASCII characters as `?`."""
    for name in ("inputs", "prompt", "messages"):
        if isinstance(call.body, dict) and name in call.body:
            call.body[name] = _in_prompts(call.body[name])


@FAULT.request(*GENERATION)
def escaped_characters_are_lost(call: Call) -> None:
    r"""Characters that are written as \u escapes are read as `?`."""
    if b"\\u" in call.raw and isinstance(call.body, dict):
        call.body = json.loads(_plain(json.dumps(call.body, ensure_ascii=False)))


@FAULT.answer(CHAT, COMPLETIONS)
def answers_lose_their_characters(body: Any, _: Call) -> Any:
    """Non-ASCII characters of an answer are replaced by `?`."""
    for choice in body["choices"]:
        if "text" in choice:
            choice["text"] = _plain(choice["text"])
        elif choice["message"].get("content"):
            choice["message"]["content"] = _plain(choice["message"]["content"])
    return body


@FAULT.answer(GENERATE, also=answers_lose_their_characters)
def _of_generate(body: Any, _: Call) -> Any:
    return {**body, "generated_text": _plain(body["generated_text"])}


@FAULT.event(*GENERATION)
def streams_lose_their_characters(event: Event, _: Call) -> Iterable[Event]:
    """Non-ASCII characters of a stream are replaced by `?`."""
    return changed(event, lambda body: change_text(body, _plain))
