"""What goes wrong only beyond the first few tokens, characters or turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, GENERATION, OPENAI
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults.tokens import changed, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call, Event

MOST_TOKENS = 100
MOST_CHARACTERS = 300
MOST_TURNS = 4
A_WHILE = 30


@FAULT.request(*GENERATION)
def limits_are_capped_at_a_hundred(call: Call) -> None:
    """A token limit above 100 is lowered to 100 without a word."""
    limit = call.parameters.get(call.limit)
    room = call.services.settings.max_input_tokens
    if isinstance(limit, int) and MOST_TOKENS < limit < room:
        call.parameters[call.limit] = MOST_TOKENS


@FAULT.event(GENERATE)
def index_starts_anew_after_a_while(event: Event, _: Call) -> Iterable[Event]:
    """The `index` of events starts anew after 30."""
    return changed(event, lambda body: body.update(index=(body["index"] - 1) % A_WHILE + 1))


@FAULT.event(*OPENAI)
def long_streams_lose_a_chunk(event: Event, call: Call) -> Iterable[Event]:
    """Every 30th chunk of a stream is lost."""
    lost = number(event, call) % A_WHILE == 0 and not event.is_final
    return [] if lost else [event]


@FAULT.request(GENERATE, COMPLETIONS)
def long_prompts_lose_their_middle(call: Call) -> None:
    """A prompt of more than 300 characters loses what is between its ends."""
    body = call.body or {}
    for name in ("inputs", "prompt"):
        if isinstance(body.get(name), str):
            body[name] = _shortened(body[name])
    if isinstance(body.get("prompt"), list):
        body["prompt"] = [_shortened(one) if isinstance(one, str) else one for one in body["prompt"]]


def _shortened(text: str) -> str:
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else text[:half] + text[-half:]


@FAULT.request(CHAT)
def long_conversations_lose_turns(call: Call) -> None:
    """Of a conversation the last four messages are read."""
    messages: Any = (call.body or {}).get("messages")
    if isinstance(messages, list):
        call.body["messages"] = messages[-MOST_TURNS:]
