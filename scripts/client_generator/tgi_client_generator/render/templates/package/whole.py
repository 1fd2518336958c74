"""The whole answer, put together from the events of a stream: what the unstreamed operation would answer.

Events are JSON values as they came. Which of three forms they have is seen from them: TGI's own, with a
`token` each; chunks of a chat, whose choices have a `delta`; chunks of a completion, with a `text`.
"""

from __future__ import annotations

from typing import Any

JSONObject = dict[str, Any]


def is_native(event: Any) -> bool:
    """Tell an event of TGI's own form."""
    return isinstance(event, dict) and "token" in event and "choices" not in event


def whole(events: list[Any]) -> JSONObject | None:
    """Put the events of a stream together, or give None if they have none of the known forms."""
    objects = [event for event in events if isinstance(event, dict)]
    if objects and is_native(objects[0]):
        return _native(objects)
    choices = [choice for event in objects for choice in _choices(event)]
    if any("delta" in choice for choice in choices):
        return _chunks(objects, "chat.completion", _message, _last_usage(objects))
    if any("text" in choice for choice in choices):
        return _chunks(objects, "text_completion", _text, _sum_of_usages(objects))
    return None


def _native(events: list[JSONObject]) -> JSONObject:
    final = next((event for event in reversed(events) if event.get("generated_text") is not None), events[-1])
    details = final.get("details")
    if isinstance(details, dict):
        # A stream has no prefill, and the length of the prompt is told in streams only.
        details = {
            **details,
            "prefill": [],
            "tokens": [event["token"] for event in events if "token" in event],
        }
        details.pop("input_length", None)
        tops = [event["top_tokens"] for event in events if isinstance(event.get("top_tokens"), list)]
        details.update({"top_tokens": tops} if tops else {})
    members = {"generated_text": final.get("generated_text")}
    return members if details is None else {**members, "details": details}


def _chunks(events: list[JSONObject], kind: str, join: Any, usage: Any) -> JSONObject:
    """Join the chunks of each choice."""
    by_index: dict[Any, list[JSONObject]] = {}
    for event in events:
        for choice in _choices(event):
            by_index.setdefault(choice.get("index", 0), []).append(choice)
    members: JSONObject = {}
    for event in events:
        members |= {key: value for key, value in event.items() if value is not None or key not in members}
    members["choices"] = [join(index, by_index[index]) for index in sorted(by_index, key=str)]
    members["usage"] = usage
    return {**members, **({"object": kind} if "object" in members else {})}


def _message(index: Any, chunks: list[JSONObject]) -> JSONObject:
    """Join the chunks of one choice of a chat."""
    deltas = [chunk["delta"] for chunk in chunks if isinstance(chunk.get("delta"), dict)]
    message: JSONObject = {}
    for delta in deltas:
        for key, value in delta.items():
            if key == "tool_calls":
                continue
            if key != "role" and isinstance(value, str) and isinstance(message.get(key), str):
                message[key] += value
            elif value is not None or key not in message:
                message[key] = value
    calls = _calls(deltas)
    if calls:
        message["tool_calls"] = calls
        if not message.get("content"):
            message.pop("content", None)
    # The end token of a call is not streamed, and with it goes the reason; unstreamed it is `stop`.
    reason = _reason(chunks) or ("stop" if calls else "")
    return {"index": index, "message": message, "logprobs": _logprobs(chunks), "finish_reason": reason}


def _calls(deltas: list[JSONObject]) -> list[JSONObject]:
    """Join the pieces of tool calls, by their index."""
    calls: dict[Any, JSONObject] = {}
    for delta in deltas:
        pieces = delta.get("tool_calls")
        # TGI 2 sends the one call as an object and not in an array.
        for piece in [pieces] if isinstance(pieces, dict) else pieces if isinstance(pieces, list) else []:
            if isinstance(piece, dict):
                _add_piece(calls.setdefault(piece.get("index", 0), {}), piece)
    return list(calls.values())


def _add_piece(call: JSONObject, piece: JSONObject) -> None:
    for key, value in piece.items():
        if key == "function" and isinstance(value, dict):
            function = call.setdefault("function", {})
            arguments = value.get("arguments")
            if isinstance(arguments, str):
                function["arguments"] = function.get("arguments", "") + arguments
            function.update(
                {name: item for name, item in value.items() if name != "arguments" and item is not None}
            )
        elif key != "index" and (value or key not in call):
            call[key] = value


def _text(index: Any, chunks: list[JSONObject]) -> JSONObject:
    """Join the chunks of one choice of a completion."""
    text = "".join(chunk["text"] for chunk in chunks if isinstance(chunk.get("text"), str))
    last = chunks[-1]
    return {**last, "index": index, "text": text, "finish_reason": _reason(chunks) or ""}


def _reason(chunks: list[JSONObject]) -> Any:
    return next((chunk["finish_reason"] for chunk in reversed(chunks) if chunk.get("finish_reason")), None)


def _logprobs(chunks: list[JSONObject]) -> JSONObject | None:
    found = [chunk["logprobs"] for chunk in chunks if isinstance(chunk.get("logprobs"), dict)]
    content = [item for one in found for item in one.get("content") or ()]
    return {**found[-1], "content": content} if found else None


def _choices(event: JSONObject) -> list[JSONObject]:
    choices = event.get("choices")
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def _last_usage(events: list[JSONObject]) -> JSONObject | None:
    return next((event["usage"] for event in reversed(events) if isinstance(event.get("usage"), dict)), None)


def _sum_of_usages(events: list[JSONObject]) -> JSONObject | None:
    """Add up the usages of the choices, unless one chunk without choices tells that of all."""
    told = [event for event in events if isinstance(event.get("usage"), dict)]
    if not told or not _choices(told[-1]):
        return told[-1]["usage"] if told else None
    total: JSONObject = {}
    for event in told:
        for key, value in event["usage"].items():
            is_count = isinstance(value, int) and isinstance(total.get(key, 0), int)
            total[key] = total.get(key, 0) + value if is_count else value
    return total
