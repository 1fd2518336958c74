"""Unstreamed answers as JSON values, member for member in the router's order."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from itertools import accumulate, count
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.wire.complaints import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_reference.engine import Encoding, Finish, Step, Token
    from tgi_reference.generation.generation import Generation
    from tgi_reference.generation.tools import Call
    from tgi_reference.settings import Settings

Json = dict[str, Any]
END_TOKEN: Final = "eos_token"  # noqa: S105  # a reason to finish


json_string = lru_cache(maxsize=4096)(json.JSONEncoder(ensure_ascii=False).encode)
"""A text as a JSON string; texts of tokens come again and again."""


def encoded(value: Any) -> bytes:
    """A value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def error_body(error: str, error_type: str) -> Json:
    """An ErrorResponse."""
    return {"error": error, "error_type": error_type}


def token_body(token: Token) -> Json:
    """A generated token."""
    return {"id": token.id, "text": token.text, "logprob": token.logprob, "special": token.special}


def _prefill(tokens: Sequence[Token]) -> list[Json]:
    return [{"id": token.id, "text": token.text, "logprob": token.logprob} for token in tokens]


def _finish(generation: Generation) -> Finish:
    if generation.finish is None:
        raise ValueError("a generation has an answer only when it is finished")
    return generation.finish


def full_text(generation: Generation) -> str:
    """The generated text, after the prompt where that was asked for."""
    text = _finish(generation).generated_text
    return generation.request.inputs + text if generation.request.parameters.return_full_text else text


def _sequence(generation: Generation) -> Json:
    """What ``details`` tells of one sequence."""
    finish = _finish(generation)
    body: Json = {
        "finish_reason": finish.reason,
        "generated_tokens": finish.generated_tokens,
        "seed": finish.seed,
        "prefill": _prefill(generation.prefill),
        "tokens": [token_body(step.token) for step in generation.steps],
    }
    if generation.request.parameters.top_n_tokens:
        body["top_tokens"] = [list(map(token_body, step.top_tokens)) for step in generation.steps]
    return body


def generate_body(generation: Generation, others: Sequence[Generation] | None) -> Json:
    """A GenerateResponse; ``others`` are the sequences that ``best_of`` did not choose."""
    body: Json = {"generated_text": full_text(generation)}
    parameters = generation.request.parameters
    if not (parameters.details or parameters.decoder_input_details):
        return body
    details = _sequence(generation)
    if others is not None:
        sequences = [{"generated_text": full_text(one), **_sequence(one)} for one in others]
        top_tokens = {"top_tokens": details.pop("top_tokens")} if "top_tokens" in details else {}
        details |= {"best_of_sequences": sequences, **top_tokens}
    return {**body, "details": details}


def now() -> int:
    """Seconds since the epoch, as ``created`` counts them."""
    return int(time.time())


def usage(prompt_tokens: int, completion_tokens: int) -> Json:
    """A Usage."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def openai_reason(reason: str) -> str:
    """A reason to finish, as OpenAI-style answers call it."""
    return "stop" if reason == END_TOKEN else reason


def logprobs_body(steps: Sequence[Step]) -> Json:
    """ChatCompletionLogprobs: one entry a token."""
    return {
        "content": [
            {
                "token": step.token.text,
                "logprob": step.token.logprob,
                "top_logprobs": [{"token": one.text, "logprob": one.logprob} for one in step.top_tokens],
            }
            for step in steps
        ]
    }


def chat_body(  # noqa: PLR0913  # an answer has so many independent parts
    settings: Settings,
    model: str,
    generation: Generation,
    *,
    message: Json,
    prompt_tokens: int,
    logprobs: bool,
) -> Json:
    """A ChatCompletion. ``message`` and ``prompt_tokens`` may stem from a second run (see ``chat``)."""
    finish = _finish(generation)
    return {
        "object": "chat.completion",
        "id": "",
        "created": now(),
        "model": model,
        "system_fingerprint": settings.fingerprint,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", **message},
                "logprobs": logprobs_body(generation.steps) if logprobs else None,
                "finish_reason": openai_reason(finish.reason),
            }
        ],
        "usage": usage(prompt_tokens, finish.generated_tokens),
    }


def tool_message(call: Call) -> Json:
    """The message of an answer that calls a tool; the arguments are JSON in a string."""
    function = {"description": None, "name": call.name, "arguments": json_text(call.arguments)}
    return {"tool_calls": [{"id": "0", "type": "function", "function": function}]}


def completion_body(settings: Settings, generations: Sequence[Generation]) -> Json:
    """A CompletionFinal, with one choice a prompt."""
    finishes = [_finish(one) for one in generations]
    return {
        "object": "text_completion",
        "id": "",
        "created": now(),
        "model": settings.model_id,
        "system_fingerprint": settings.fingerprint,
        "choices": [
            {
                "index": index,
                "text": finish.generated_text,
                "logprobs": None,
                "finish_reason": openai_reason(finish.reason),
            }
            for index, finish in enumerate(finishes)
        ],
        "usage": usage(
            sum(one.prompt_length for one in generations), sum(one.generated_tokens for one in finishes)
        ),
    }


def tokens_json(encoding: Encoding, text: str, *, in_bytes: bool) -> str:
    """A TokenizeResponse, as JSON at once since it may be long; places are bytes of UTF-8, or characters."""
    spans = encoding.spans if in_bytes or text.isascii() else _in_characters(encoding.spans, text)
    tokens = zip(encoding.ids, encoding.texts, spans, strict=True)
    return "[" + ",".join(_place(number, text, span) for number, text, span in tokens) + "]"


def _in_characters(spans: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Places as characters; spans begin and end at whole ones."""
    places = dict(zip(accumulate((len(one.encode()) for one in text), initial=0), count(), strict=False))
    return [(places[start], places[stop]) for start, stop in spans]


def _place(number: int, text: str, span: tuple[int, int]) -> str:
    return f'{{"id":{number},"text":{json_string(text)},"start":{span[0]},"stop":{span[1]}}}'
