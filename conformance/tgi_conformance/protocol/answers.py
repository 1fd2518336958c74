"""Read a generation answer into one type for all forms, without trusting it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from tgi_conformance.protocol.forms import Form, listed, member

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange

# End tokens of models: `</s>`, `<|im_end|>`, `<end_of_turn>`, `[EOS]`.
END_TOKEN = re.compile(r"<[^<>\s]{1,60}>|\[\|?\w{2,30}\|?\]")
ENDED = ("eos_token", "stop")


@frozen
class Answer:
    """A generation answer.

    Attributes:
        text: The generated text, streamed or not.
        finish: The finish reason.
        generated: The number of generated tokens that the answer states.
        prompt: The number of prompt tokens that the answer states.
        tokens: The tokens, if the answer has them (in `details` or a stream of the generate dialect).
        pieces: The text of each streamed event.
        end_token: The text of the end token, if a streamed completion has it; not part of `text`.
        tops: The most likely tokens at the place of each token, if they were requested.
        seed: The seed that the answer reports.
        raw: The unstreamed body (unwrapped), or the last event that carries a token.
    """

    text: str | None
    finish: str | None
    generated: int | None = None
    prompt: int | None = None
    tokens: tuple[dict[str, Any], ...] = ()
    pieces: tuple[str, ...] = ()
    end_token: str = ""
    tops: tuple[list[Any], ...] = ()
    seed: int | None = None
    raw: Any = field(default=None, repr=False)

    @property
    def own_texts(self) -> list[str]:
        """The texts of the tokens that are not special; joined they are the generated text."""
        return [str(token.get("text")) for token in self.tokens if not token.get("special")]


def read_answer(form: Form, exchange: Exchange) -> Answer:
    """Read the answer to a form's request; members that are missing or of another type are None or empty."""
    if form.streamed:
        events = [event for event in _events(exchange) if isinstance(event, dict)]
        return _STREAMED[form.dialect](events)
    body = exchange.response.json
    return _UNSTREAMED[form.dialect](member(body, 0) if isinstance(body, list) else body)


def _events(exchange: Exchange) -> list[Any]:
    events = []
    for event in exchange.response.stream.events:
        if not event.is_done:
            try:
                events.append(event.json)
            except (ValueError, RecursionError):
                events.append(None)
    return events


def _generate(body: Any) -> Answer:
    details = member(body, "details")
    return Answer(
        text=_text(member(body, "generated_text")),
        finish=_text(member(details, "finish_reason")),
        generated=_count(member(details, "generated_tokens")),
        tokens=_tokens(member(details, "tokens")),
        tops=tuple(top for top in listed(details, "top_tokens") if isinstance(top, list)),
        seed=_count(member(details, "seed")),
        raw=body,
    )


def _generate_stream(events: list[dict[str, Any]]) -> Answer:
    tokens = _tokens([event["token"] for event in events if "token" in event])
    last = next((event for event in reversed(events) if "token" in event), None)
    details = member(last, "details")
    return Answer(
        text=_text(member(last, "generated_text")),
        finish=_text(member(details, "finish_reason")),
        generated=_count(member(details, "generated_tokens")),
        prompt=_count(member(details, "input_length")),
        tokens=tokens,
        tops=tuple(event["top_tokens"] for event in events if isinstance(event.get("top_tokens"), list)),
        pieces=tuple(_text(token.get("text")) or "" for token in tokens if not token.get("special")),
        seed=_count(member(details, "seed")),
        raw=last,
    )


def _openai(body: Any, text: Any) -> Answer:
    return Answer(
        text=_text(text),
        finish=_text(member(body, "choices", 0, "finish_reason")),
        generated=_count(member(body, "usage", "completion_tokens")),
        prompt=_count(member(body, "usage", "prompt_tokens")),
        raw=body,
    )


def _chat(body: Any) -> Answer:
    return _openai(body, member(body, "choices", 0, "message", "content"))


def _completion(body: Any) -> Answer:
    return _openai(body, member(body, "choices", 0, "text"))


def _openai_stream(events: list[dict[str, Any]], *way: str | int, index: int = 0) -> Answer:
    first = [event for event in events if member(event, "choices", 0, "index") == index]
    pieces = tuple(_text(member(event, "choices", 0, *way)) or "" for event in first)
    finishes = [member(event, "choices", 0, "finish_reason") for event in first]
    usage = next((event["usage"] for event in reversed(events) if event.get("usage")), None)
    return Answer(
        text="".join(pieces),
        finish=_text(next((finish for finish in reversed(finishes) if finish), None)),
        generated=_count(member(usage, "completion_tokens")),
        prompt=_count(member(usage, "prompt_tokens")),
        pieces=pieces,
        raw=first[-1] if first else None,
    )


def _chat_stream(events: list[dict[str, Any]]) -> Answer:
    return _openai_stream(events, "delta", "content")


def read_choice(events: list[dict[str, Any]], index: int = 0) -> Answer:
    """Read one of the choices of a streamed completion.

    TGI sends the text of the end token as its last piece, which is not part of the text.
    """
    answer = _openai_stream(events, "text", index=index)
    last = answer.pieces[-1] if answer.pieces and answer.finish in ENDED else ""
    if not END_TOKEN.fullmatch(last):
        return answer
    pieces = (*answer.pieces[:-1], "")
    return evolve(answer, text="".join(pieces), pieces=pieces, end_token=last)


_UNSTREAMED = {"generate": _generate, "chat": _chat, "completions": _completion}
_STREAMED = {"generate": _generate_stream, "chat": _chat_stream, "completions": read_choice}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _tokens(value: Any) -> tuple[dict[str, Any], ...]:
    return tuple(token for token in value if isinstance(token, dict)) if isinstance(value, list) else ()
