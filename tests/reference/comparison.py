"""What must be equal between a recorded answer and ours, though the model behind it is another one.

All of it but texts, token ids, probabilities, drawn seeds, times, and the lengths that follow from how a text
is cut into tokens. Those are compared by type, and by the arithmetic that holds within one answer.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.reference.raw_http import Answer
    from tests.reference.transcripts import Recording

DONE = "[DONE]"
# Headers whose value is compared, and those of which only the presence is.
FIXED_HEADERS = (
    "content-type",
    "cache-control",
    "allow",
    "vary",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "x-compute-type",
    "x-accel-buffering",
)
# Members whose value depends on the model, the clock or the build.
OF_THE_MODEL = {
    "text", "generated_text", "content", "logprob", "token", "created", "prompt_tokens", "total_tokens",
    "input_length", "start", "stop", "arguments", "sha", "predictions",
}  # fmt: skip
# Those that are equal only when both answers ran to the limit.
AT_THE_LIMIT = {"generated_tokens", "completion_tokens", "finish_reason"}
TOKEN_REASONS = {"length", "eos_token", "stop_sequence"}
CHAT_REASONS = {"length", "stop", "stop_sequence"}
# Arrays with one element a token, whose length depends on how a text is cut.
OF_TOKENS = {"tokens", "top_tokens", "prefill", "content", "tokenize_response", "top_logprobs"}
TOKEN_COUNT = re.compile(r"Given: \d+ `inputs` tokens")
UNREADABLE_CALL = re.compile(
    r"Tool error: (Failed to parse generated text: .*|No \S+ found in generated text)", re.DOTALL
)


def differences(recording: Recording, answer: Answer) -> list[str]:
    """All that is wrong with an answer, in a line each; nothing when it holds."""
    recorded = recording.answer
    found = _unequal("status", recorded["status"], answer.status)
    found += _header_differences(recorded["headers"], answer.headers)
    if "metric_families" in recorded:
        return found + _families(recorded["metric_families"], answer.text)
    if recorded.get("body") is None:
        return found if answer.body else [*found, "the body is empty"]
    return found + _body_differences(recording, answer)


def _unequal(what: str, expected: Any, actual: Any) -> list[str]:
    return [] if expected == actual else [f"{what}: expected {expected!r}, got {actual!r}"]


def _header_differences(recorded: dict[str, str], ours: dict[str, str]) -> list[str]:
    found: list[str] = []
    for name in FIXED_HEADERS:
        found += _unequal(name, recorded.get(name), ours.get(name))
    names = {name for name in recorded if name.startswith("x-")}
    return found + _unequal(
        "x- headers", sorted(names), sorted(name for name in ours if name.startswith("x-"))
    )


def _families(recorded: list[str], text: str) -> list[str]:
    ours = {" ".join(line.split()[2:]) for line in text.splitlines() if line.startswith("# TYPE")}
    return [f"no metric family {family}" for family in recorded if family not in ours]


def _body_differences(recording: Recording, answer: Answer) -> list[str]:
    body = recording.answer["body"]
    media_type = recording.answer["headers"].get("content-type", "")
    if media_type == "text/event-stream":
        return _stream_differences(recording, body, answer.text)
    if media_type != "application/json" or recording.method == "HEAD":
        return _unequal("body", body, answer.text)
    expected, actual = json.loads(body), json.loads(answer.text)
    exact = _ran_to_limit(recording, [expected], [actual])
    return [
        *_value_differences("", expected, actual, exact=exact),
        *_arithmetic(recording, [actual], answer.headers),
    ]


def _value_differences(where: str, expected: Any, actual: Any, *, exact: bool) -> list[str]:
    """Compare member by member, in order; arrays element by element, or as kinds of elements."""
    name = where.rpartition(".")[2]
    if ".arguments." in where and not isinstance(expected, dict):
        return []  # a value that the model chose, if the arguments are an object
    if type(expected) is not type(actual):
        return [f"{where}: expected {_kind(expected)}, got {_kind(actual)}"]
    if isinstance(expected, dict):
        found = _unequal(f"{where}: members", list(expected), list(actual))
        for key in expected.keys() & actual.keys():
            found += _value_differences(f"{where}.{key}", expected[key], actual[key], exact=exact)
        return found
    if isinstance(expected, list):
        return _array_differences(where, expected, actual, exact=exact)
    if _is_free(where, name, expected, exact=exact):
        return []
    return _unequal(where, _normal(expected), _normal(actual))


def _is_free(where: str, name: str, expected: Any, *, exact: bool) -> bool:
    """Whether a value may differ; what else holds of it is for ``_arithmetic`` to say."""
    if not exact and (name in AT_THE_LIMIT or where.endswith(" .index")):
        return True
    return name in OF_THE_MODEL or (name in ("id", "seed") and isinstance(expected, int))


def _array_differences(where: str, expected: list[Any], actual: list[Any], *, exact: bool) -> list[str]:
    name = where.rpartition(".")[2]
    if name in OF_TOKENS or _are_tokens(expected):
        is_same_length = exact and name not in ("prefill", "tokenize_response", "")
        found = _unequal(f"{where}: length", len(expected), len(actual)) if is_same_length else []
        return found + _unequal(f"{where}: elements", _collapsed(expected), _collapsed(actual))
    found = _unequal(f"{where}: length", len(expected), len(actual))
    if name in OF_THE_MODEL:
        return found + _unequal(f"{where}: elements", _collapsed(expected), _collapsed(actual))
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        found += _value_differences(f"{where}.{index}", one, other, exact=exact)
    return found


def _are_tokens(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], dict) and "start" in values[0]


def _normal(value: Any) -> Any:
    """Error texts without what the tokenizer or the model put into them."""
    if not isinstance(value, str):
        return value
    return UNREADABLE_CALL.sub("Tool error: …", TOKEN_COUNT.sub("Given: N `inputs` tokens", value))


def _kind(value: Any) -> Any:
    """The shape of a value: the types of its members, and the kinds of its elements."""
    if isinstance(value, dict):
        return {key: _kind(one) for key, one in value.items()}
    if isinstance(value, list):
        return _collapsed(value)
    return type(value).__name__


def _collapsed(values: list[Any]) -> list[Any]:
    """Kinds of the values, of which equal neighbours count once."""
    kinds: list[Any] = []
    for value in values:
        kind = _kind(value)
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
    return kinds


def events_of(text: str) -> list[Any]:
    """The events of a stream as JSON values; the terminator as it is."""
    parts = text.split("\n\n")
    if parts.pop() != "":
        raise ValueError("the stream ends inside an event")
    lines = [part.removeprefix("data:").removeprefix(" ") for part in parts]
    return [DONE if line == DONE else json.loads(line) for line in lines]


def _stream_differences(recording: Recording, expected: str, actual: str) -> list[str]:
    theirs, ours = events_of(expected), events_of(actual)
    spaced = [text.startswith("data: ") for text in (expected, actual)]
    exact = _ran_to_limit(recording, theirs, ours)
    found = _unequal("a space after data:", *spaced)
    found += _unequal("kinds of events", _collapsed(theirs), _collapsed(ours))
    found += _unequal("terminator", theirs[-1] == DONE, ours[-1] == DONE)
    if exact:
        found += _unequal("number of events", len(theirs), len(ours))
        for index, (one, other) in enumerate(zip(theirs, ours, strict=False)):
            found += _value_differences(f"event {index} ", one, other, exact=True)
    else:
        found += _value_differences("first event ", theirs[0], ours[0], exact=False)
        found += _value_differences("last event ", theirs[-1], ours[-1], exact=False)
    return found + _stream_arithmetic(recording, ours)


def _ran_to_limit(recording: Recording, theirs: list[Any], ours: list[Any]) -> bool:
    """Whether neither answer depends on where its model ended: errors, and what ran to a given limit."""
    if not (recording.sent and _limit(recording.sent)):
        return all(value == DONE or "error" in value for value in theirs)
    if any(map(_calls_a_tool, theirs)):
        return False  # a streamed call does not tell why it ended
    return {*_reasons(theirs), *_reasons(ours)} <= {"length"}


def _calls_a_tool(event: Any) -> bool:
    choices = event.get("choices") if isinstance(event, dict) else None
    return any("tool_calls" in choice.get("delta", ()) for choice in choices or ())


def _limit(sent: dict[str, Any]) -> int | None:
    """The token limit that a request names."""
    parameters = sent.get("parameters")
    given = sent.get("max_tokens") or sent.get("max_completion_tokens")
    return given or (parameters.get("max_new_tokens") if isinstance(parameters, dict) else None)


def _reasons(value: Any) -> list[str]:
    """All reasons to finish in an answer."""
    if isinstance(value, dict):
        own = [value["finish_reason"]] if value.get("finish_reason") else []
        return own + [reason for one in value.values() for reason in _reasons(one)]
    return [reason for one in value for reason in _reasons(one)] if isinstance(value, list) else []


def _arithmetic(recording: Recording, values: list[Any], headers: dict[str, str]) -> list[str]:
    """What has to add up within an answer of ours, whatever the model."""
    allowed = CHAT_REASONS if recording.path == "/v1/chat/completions" else CHAT_REASONS | TOKEN_REASONS
    if recording.path in ("/", "/generate", "/generate_stream") or '"eos_token"' in recording.answer["body"]:
        allowed = TOKEN_REASONS
    found = _unequal("reasons to finish", [], [one for one in _reasons(values) if one not in allowed])
    for value in values:
        usage = value.get("usage") if isinstance(value, dict) else None
        if usage:
            found += _usage_differences(recording, usage, _reasons(value))
            found += _header_counts(usage, headers, of_two_runs=_is_of_two_runs(recording, value))
    for details in _details(values):
        if "tokens" in details:
            found += _unequal("generated_tokens", len(details["tokens"]), details["generated_tokens"])
        if details["finish_reason"] == "length" and _limit(recording.sent):
            found += _unequal("tokens at the limit", _limit(recording.sent), details["generated_tokens"])
    return found


def _is_of_two_runs(recording: Recording, answer: dict[str, Any]) -> bool:
    """Whether plain words follow the choice of no tool: the body counts the one, the headers the other."""
    choices = answer.get("choices") or [{}]
    return (recording.sent or {}).get("tools") is not None and "content" in choices[0].get("message", ())


def _header_counts(usage: dict[str, int], headers: dict[str, str], *, of_two_runs: bool) -> list[str]:
    if "x-prompt-tokens" not in headers:
        return []
    found = _unequal("prompt tokens", str(usage["prompt_tokens"]), headers["x-prompt-tokens"])
    if of_two_runs:
        return found
    return found + _unequal(
        "generated tokens", str(usage["completion_tokens"]), headers["x-generated-tokens"]
    )


def _usage_differences(recording: Recording, usage: dict[str, int], reasons: list[str]) -> list[str]:
    found = _unequal("usage", usage["prompt_tokens"] + usage["completion_tokens"], usage["total_tokens"])
    if set(reasons) == {"length"} and not _limit(recording.sent) and len(reasons) == 1:
        # Without a limit of its own a request gets 100 tokens before 3.0, and all that is left since then.
        count = "total_tokens" if '"total_tokens":1024' in recording.answer["body"] else "completion_tokens"
        wanted = 1024 if count == "total_tokens" else 100
        found += _unequal(f"{count} at the limit", wanted, usage[count])
    return found


def _details(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value] if "generated_tokens" in value else []
        return own + [one for member in value.values() for one in _details(member)]
    return [one for member in value for one in _details(member)] if isinstance(value, list) else []


def _stream_arithmetic(recording: Recording, ours: list[Any]) -> list[str]:
    found = _arithmetic(recording, ours, {})
    tokens = [event for event in ours if isinstance(event, dict) and "token" in event]
    found += _unequal("index", list(range(1, len(tokens) + 1)), [event["index"] for event in tokens])
    if tokens and tokens[-1]["generated_text"] is not None:
        text = "".join(event["token"]["text"] for event in tokens if not event["token"]["special"])
        end = tokens[-1]["generated_text"]
        found += [] if end.endswith(text) else [f"the tokens make {text!r}, the text is {end!r}"]
    for details in _details(ours):
        found += _unequal("generated_tokens", len(tokens), details["generated_tokens"])
    return found
