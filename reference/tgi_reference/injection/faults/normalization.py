"""Text that is normalized, trimmed or refused on its way."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.api.answers import encoded, error_body
from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, GENERATION, Reply
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import change_text, changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tgi_reference.injection.call import Call, Event

_EMPTY: Final = Reply(
    422, encoded(error_body("Input validation error: `inputs` is blank", "validation")), "application/json"
)


def _composed(value: Any) -> Any:
    """JSON with every text in it in Unicode's composed form."""
    return _everywhere(value, lambda text: unicodedata.normalize("NFC", text))


def _everywhere(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_everywhere(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _everywhere(one, change) for name, one in value.items()}
    return value


@FAULT.request(GENERATE, CHAT, COMPLETIONS, "tokenize", "chat-tokenize")
def prompts_are_normalised(call: Call) -> None:
    """Prompts are read in Unicode's composed form."""
    for name in ("inputs", "prompt", "messages"):
        if isinstance(call.body, dict) and name in call.body:
            call.body[name] = _composed(call.body[name])


@FAULT.answer(*GENERATION)
def answers_are_normalised(body: Any, _: Call) -> Any:
    """Answers are written in Unicode's composed form."""
    return _composed(body)


@FAULT.event(*GENERATION, also=answers_are_normalised)
def _normalised_streams(event: Event, _: Call) -> Iterable[Event]:
    return changed(event, lambda body: change_text(body, lambda text: unicodedata.normalize("NFC", text)))


@FAULT.reply(*GENERATION)
def blank_prompts_are_refused(call: Call) -> Reply | None:
    """A prompt of white space is refused as empty."""
    body = call.body or {}
    prompt = body.get("prompt")
    first = prompt[0] if isinstance(prompt, list) and prompt else prompt
    messages = body.get("messages")
    said = messages[-1].get("content") if isinstance(messages, list) and messages else None
    texts = [text for text in (body.get("inputs"), first, said) if isinstance(text, str)]
    return _EMPTY if any(text and not text.strip() for text in texts) else None


@FAULT.request(GENERATE, COMPLETIONS)
def blank_prompts_are_shortened(call: Call) -> None:
    """A prompt of white space is read as one space."""
    body = call.body or {}
    if isinstance(body.get("inputs"), str) and body["inputs"] and not body["inputs"].strip():
        body["inputs"] = " "
    if isinstance(body.get("prompt"), list):
        body["prompt"] = [
            " " if isinstance(one, str) and one and not one.strip() else one for one in body["prompt"]
        ]


@FAULT.request(GENERATE)
def prompts_are_normalized(call: Call) -> None:
    """Combining accents are composed (NFC) before the prompt is read."""
    if isinstance(call.body, dict) and isinstance(call.body.get("inputs"), str):
        call.body["inputs"] = unicodedata.normalize("NFC", call.body["inputs"])
