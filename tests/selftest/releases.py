"""TGI 2.4.1 as it was recorded, around the reference server: its document, its tools, its usage in streams.

What 2.4.1 does otherwise is listed in docs/behaviour.md, and shown by recordings in tests/data/transcripts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tgi_reference.alterations.call import CHAT, OPENAI, Event, Reply
from tgi_reference.alterations.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.alterations.call import Call

RELEASES = Catalogue("release")
DOCUMENT = Path(__file__).parents[1] / "data" / "interface" / "tgi-2.4.1.json"
FINGERPRINT = "2.4.1-native"


@RELEASES.reply("document")
def tgi_2_4_1(_: Call) -> Reply | None:
    """TGI 2.4.1."""
    return Reply(200, DOCUMENT.read_bytes(), "application/json")


@RELEASES.answer("info", also=tgi_2_4_1)
def _version(body: Any, _: Call) -> Any:
    return {**body, "version": "2.4.1"}


@RELEASES.answer(*OPENAI, also=tgi_2_4_1)
def _fingerprint(body: Any, _: Call) -> Any:
    return {**body, "system_fingerprint": FINGERPRINT}


@RELEASES.answer(CHAT, also=tgi_2_4_1)
def _arguments_are_objects(body: Any, _: Call) -> Any:
    for choice in body["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return body


@RELEASES.event(*OPENAI, also=tgi_2_4_1)
def _streamed(event: Event, call: Call) -> Iterable[Event]:
    body = event.json
    if "system_fingerprint" not in body:
        return [event]
    body["system_fingerprint"] = FINGERPRINT
    if call.kind == CHAT and body["choices"]:
        _one_tool_call(body["choices"][0]["delta"])
    return [Event.of(body)]


def _one_tool_call(delta: dict[str, Any]) -> None:
    """The call is an object, and its arguments hold the whole text of the grammar."""
    if not delta.get("tool_calls"):
        return
    (call,) = delta["tool_calls"]
    function = call["function"]
    if function["name"] is not None:
        beginning = '{"function": {"_name": ' + json.dumps(function["name"]) + ", "
        function.update(name=None, arguments=beginning + function["arguments"][1:])
    delta["tool_calls"] = {**call, "id": ""}


@RELEASES.event(CHAT, also=tgi_2_4_1)
def _usage_with_the_last_token(event: Event, call: Call) -> Iterable[Event]:
    held: Event | None = call.here.pop("held", None)
    if event.is_final:
        call.here["held"] = event
        return []
    if held is None:
        return [event]
    usage = event.json.get("usage")
    return [Event.of({**held.json, "usage": usage})] if usage else [held, event]


@RELEASES.reply(CHAT, "chat-tokenize", "generate", also=tgi_2_4_1)
def _bodies(call: Call) -> Reply | None:
    """What a later release reads and this one does not."""
    body = call.body if isinstance(call.body, dict) else {}
    options, messages = body.get("stream_options"), body.get("messages")
    turns = [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
    grammars = [body.get("response_format"), call.parameters.get("grammar")]
    unread = (
        isinstance(options, dict) and "include_usage" not in options,
        any("content" not in turn and "role" in turn for turn in turns),
        any(isinstance(one, dict) and one.get("type") == "json_schema" for one in grammars),
    )
    return Reply(422, b"missing or unknown member", "text/plain; charset=utf-8") if any(unread) else None
