"""Event streams: steps as the events of each route, rendered straight to bytes.

A stream has to deliver tens of thousands of events a second, so the fixed parts of an event are put together
once and only what changes is encoded for each. Every event is one item, a whole ``data:`` line with its blank
line; what sends them joins those that are ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import evolve

from tgi_reference.api.answers import (
    END_TOKEN,
    encoded,
    error_body,
    json_string,
    logprobs_body,
    now,
    openai_reason,
    usage,
)
from tgi_reference.generation.tools import NO_TOOL, parse_call
from tgi_reference.wire.complaints import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tgi_reference.engine import Finish, Step, Token
    from tgi_reference.generation.errors import ApiError
    from tgi_reference.generation.generation import Generation
    from tgi_reference.settings import Settings


class Events(Protocol):
    """The events of one generation."""

    def render(self, step: Step) -> bytes:
        """The events of one step; empty for none."""
        ...


DONE: Final = b"data: [DONE]\n\n"
# What may stand behind a call that is not closed yet: white space as Unicode has it, commas, braces.
_AFTER_A_CALL: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000,}"
)


def event(value: Any) -> bytes:
    """Any value as an event."""
    return b"data: " + encoded(value) + b"\n\n"


def error_event(error: ApiError) -> bytes:
    """The last event of a stream of tokens that fails."""
    return event(error_body(str(error), error.error_type))


def openai_error_event(error: ApiError) -> bytes:
    """The event of an OpenAI-style stream that fails: the status is 422 for all kinds, as in TGI."""
    return event({"error": {"message": str(error), "http_status_code": 422}})


def encode(text: str) -> bytes:
    """An event's text as bytes."""
    return text.encode("utf-8", "replace")


def _token(token: Token) -> str:
    special = "true" if token.special else "false"
    text = json_string(token.text)
    return f'{{"id":{token.id},"text":{text},"logprob":{token.logprob!r},"special":{special}}}'


def about(model: str, settings: Settings) -> str:
    """The members that all events of an OpenAI-style stream have in common."""
    return f'"model":{json_string(model)},"system_fingerprint":{json_string(settings.fingerprint)}'


def plain(token: Token) -> str:
    """What a token adds to the text, as JSON: special ones nothing."""
    return '""' if token.special else json_string(token.text)


class TokenEvents:
    """The events of ``/generate_stream``: StreamResponse."""

    def __init__(self, generation: Generation, *, tells_input_length: bool = True) -> None:
        self._generation = generation
        self._tells_input_length = tells_input_length
        self._index = 0

    def render(self, step: Step) -> bytes:
        """The event of one step; the last carries the text and, when asked for, the details."""
        self._index += 1
        top = f',"top_tokens":[{",".join(map(_token, step.top_tokens))}]' if step.top_tokens else ""
        head = f'data: {{"index":{self._index},"token":{_token(step.token)}{top}'
        if step.finish is None:
            return encode(f'{head},"generated_text":null,"details":null}}\n\n')
        text, details = self._ending(step.finish)
        return encode(f'{head},"generated_text":{json_string(text)},"details":{details}}}\n\n')

    def _ending(self, finish: Finish) -> tuple[str, str]:
        request = self._generation.request
        prompt = request.inputs if request.parameters.return_full_text else ""
        details = {
            "finish_reason": finish.reason,
            "generated_tokens": finish.generated_tokens,
            "seed": finish.seed,
        }
        if self._tells_input_length:
            details["input_length"] = self._generation.input_length
        return prompt + finish.generated_text, (
            encoded(details).decode() if request.parameters.details else "null"
        )


class CompletionEvents:
    """The events of ``/v1/completions`` for one prompt: Chunk, and CompletionFinal at its end."""

    def __init__(self, settings: Settings, generation: Generation, index: int) -> None:
        self._settings = settings
        self._generation = generation
        self._index = index
        self._shows_special = settings.fidelity.completion_streams_show_end_token
        self._about = about(settings.model_id, settings)

    def render(self, step: Step) -> bytes:
        """The event of one step."""
        head = f'data: {{"object":"text_completion","id":"","created":{now()},'
        reason = self._reason(step.finish)
        text = json_string(step.token.text) if self._shows_special else plain(step.token)
        choices = (
            f'"choices":[{{"index":{self._index},"text":{text},"logprobs":null,"finish_reason":"{reason}"}}]'
        )
        if step.finish is None:
            return encode(f"{head}{choices},{self._about}}}\n\n")
        counts = usage(self._generation.input_length, step.finish.generated_tokens)
        return encode(f'{head}{self._about},{choices},"usage":{encoded(counts).decode()}}}\n\n')

    def _reason(self, finish: Finish | None) -> str:
        """Empty before the end. TGI's streams name the end token, its other answers do not."""
        if finish is None:
            return ""
        if finish.reason == END_TOKEN and self._settings.fidelity.completion_streams_name_end_token:
            return END_TOKEN
        return openai_reason(finish.reason)


class ChatEvents:
    """The events of ``/v1/chat/completions`` without tools: ChatCompletionChunk."""

    def __init__(
        self, settings: Settings, generation: Generation, model: str, *, logprobs: bool, include_usage: bool
    ) -> None:
        self._generation = generation
        self._logprobs = logprobs
        self._include_usage = include_usage
        self.about = about(model, settings)

    def render(self, step: Step) -> bytes:
        """The event of one step, and the one with the usage at the end when asked for."""
        return self.chunk(step, f'"content":{plain(step.token)}') + self.ending(step)

    def chunk(self, step: Step, delta: str) -> bytes:
        """A chunk whose delta has the member ``delta``."""
        return encode(f'{self.head()}{self.choices(step, delta)},"usage":null}}\n\n')

    def choices(self, step: Step, delta: str, reason: Callable[[str], str] = openai_reason) -> str:
        """The member ``choices`` of a chunk."""
        logprobs = encoded(logprobs_body([step])).decode() if self._logprobs else "null"
        ending = "null" if step.finish is None else f'"{reason(step.finish.reason)}"'
        return (
            f'"choices":[{{"index":0,"delta":{{"role":"assistant",{delta}}},'
            f'"logprobs":{logprobs},"finish_reason":{ending}}}]'
        )

    def ending(self, step: Step) -> bytes:
        """The chunk without choices that carries the usage; nothing before the end, or unasked."""
        counts = self.usage(step)
        return b"" if counts == "null" else encode(f'{self.head()}"choices":[],"usage":{counts}}}\n\n')

    def usage(self, step: Step) -> str:
        """The usage as JSON; null before the end, or unasked."""
        if step.finish is None or not self._include_usage:
            return "null"
        return encoded(usage(self._generation.input_length, step.finish.generated_tokens)).decode()

    def head(self) -> str:
        """The beginning of a chunk, up to its choices."""
        return f'data: {{"object":"chat.completion.chunk","id":"","created":{now()},{self.about},'


class NoToolChosen(Exception):  # noqa: N818  # a turn of events: the chat runs again, without tools
    """The model chose to answer in plain words."""


class TextToolEvents:
    """The events of a chat whose answer is a tool call, as TGI sends them.

    Until the text, once closed, reads as a call, nothing is sent. The token that makes it one comes as ``{``,
    whatever it was; after it the tokens come as they are, up to that which makes the text itself a call, less
    a closing brace. What follows is lost: the end token, and the reason to finish with it. Where the model
    ends the name with a token of its own, the arguments begin ``{,``; where it begins the next member with
    the same token, they are torn.
    """

    def __init__(self, chunks: ChatEvents, call_id: str) -> None:
        self._chunks = chunks
        self._id = call_id
        self._text = ""
        self._is_open = False

    def render(self, step: Step) -> bytes:
        """The events of one step; often none.

        Raises:
            NoToolChosen: the model named the function that stands for none.
        """
        self._text += step.token.text
        sent = self._open_piece(step) if self._is_open else self._opening(step)
        return sent + self._chunks.ending(step)

    def _opening(self, step: Step) -> bytes:
        name = _called(self._text.rstrip(_AFTER_A_CALL))
        if name is None:
            return b""
        if name == NO_TOOL:
            raise NoToolChosen
        self._is_open = True
        return self._chunk(step, "{", json_string(name))

    def _open_piece(self, step: Step) -> bytes:
        piece = step.token.text
        if _is_call(self._text):
            self._is_open = False
            piece = piece.rstrip().removesuffix("}")
        return self._chunk(step, piece, "null")

    def _chunk(self, step: Step, piece: str, name: str) -> bytes:
        # The log-probabilities name the piece, too.
        step = evolve(step, token=evolve(step.token, text=piece))
        delta = '"content":""' if step.token.special else _tool_delta(self._id, name, piece)
        return self._chunks.chunk(step, delta)


def _tool_delta(call_id: str, name: str, arguments: str) -> str:
    """The ``tool_calls`` of a delta; ``name`` is JSON."""
    return (
        f'"tool_calls":[{{"index":0,"id":{json_string(call_id)},"type":"function",'
        f'"function":{{"name":{name},"arguments":{json_string(arguments)}}}}}]'
    )


class ToolEvents:
    """The events of a chat whose answer is a tool call, so that the arguments add up to JSON.

    Nothing is sent until the name of the function is known. Then come its arguments, piece by piece, of which
    the outer object's closing brace is left out.
    """

    def __init__(self, chunks: ChatEvents, call_id: str) -> None:
        self._chunks = chunks
        self._id = call_id
        self._text = ""
        self._name: str | None = None
        self._is_whole = False

    def render(self, step: Step) -> bytes:
        """The events of one step; often none.

        Raises:
            NoToolChosen: the model named the function that stands for none.
        """
        piece = "" if step.token.special else step.token.text
        known = len(self._text)
        self._text += piece
        is_new = self._name is None
        sent = self._opening(step, known) if is_new else self._continued(step, "null", piece)
        return sent + self._chunks.ending(step)

    def _opening(self, step: Step, known: int) -> bytes:
        """Once the function has its name, that and the brace that opens the arguments."""
        for end in (place + 1 for place, letter in enumerate(self._text) if letter == '"' and place >= known):
            self._name = _called(self._text[:end])
            if self._name == NO_TOOL:
                raise NoToolChosen
            if self._name is not None:
                rest = self._text[end:].lstrip().removeprefix(",")
                return self._continued(step, json_string(self._name), "{" + rest)
        return b""

    def _continued(self, step: Step, name: str, piece: str) -> bytes:
        """A piece of the arguments; after their end only the chunk that finishes."""
        if self._is_whole:
            return self._delta(step, name, "") if step.finish else b""
        if _is_call(self._text):
            self._is_whole = True
            piece = piece.rstrip().removesuffix("}")
        return self._delta(step, name, piece)

    def _delta(self, step: Step, name: str, arguments: str) -> bytes:
        return self._chunks.chunk(step, _tool_delta(self._id, name, arguments))


def _called(text: str) -> str | None:
    """The function that a text names, if it could be closed to a call here."""
    try:
        return parse_call(text + "}}").name
    except DecodeError:
        return None


def _is_call(text: str) -> bool:
    try:
        parse_call(text)
    except DecodeError:
        return False
    return True


def each(events: Events, steps: list[Step]) -> Iterator[bytes]:
    """The events of some steps, those that are none left out."""
    for step in steps:
        rendered = events.render(step)
        if rendered:
            yield rendered
