"""Stop strings that are missed, cut away, or reported as something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from tgi_reference.injection.call import CHAT, COMPLETIONS, GENERATE, GENERATION, OPENAI, Event
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults._events import changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tgi_reference.api.services import Services
    from tgi_reference.engine import Finish, SamplingParameters, Step
    from tgi_reference.injection.call import Call

STOPPED = "stop_sequence"
_READ_CHARACTERS: Final = 8  # characters


def _ignore(call: Call, *names: str) -> None:
    for name in names:
        call.parameters.pop(name, None)


@FAULT.request(*GENERATION)
def stop_is_ignored(call: Call) -> None:
    """`stop` has no effect."""
    stop = call.parameters.get("stop")
    if isinstance(stop, list) and len(stop) <= call.services.settings.max_stop_sequences:
        _ignore(call, "stop")


@FAULT.request(*GENERATION)
def only_the_first_stop_string_counts(call: Call) -> None:
    """Of several stop strings only the first has an effect."""
    stop = call.parameters.get("stop")
    if isinstance(stop, list) and 1 < len(stop) <= call.services.settings.max_stop_sequences:
        call.parameters["stop"] = stop[:1]


@FAULT.services()
def stop_strings_must_end_with_a_token(services: Services) -> None:
    """A stop string is found only where a token ends with its last character."""
    generate = services.engine.generate

    def untrimmed(ids: Sequence[int], parameters: SamplingParameters) -> Iterator[Step]:
        return _stopped(generate(ids, evolve(parameters, stop=())), parameters)

    setattr(services.engine, "generate", untrimmed)  # noqa: B010  # replaced in this one engine


def _stopped(steps: Iterator[Step], parameters: SamplingParameters) -> Iterator[Step]:
    """The steps up to the first whose text ends with a stop string."""
    text, count = "", 0
    for step in steps:
        text, count = text + ("" if step.token.special else step.token.text), count + 1
        if step.finish is None and text.endswith(parameters.stop or ("\0",)):
            yield evolve(step, finish=_finish(text, count, parameters))
            return
        yield step


def _finish(text: str, count: int, parameters: SamplingParameters) -> Finish:
    # The engine is heavy, and only here needed.
    from tgi_reference.engine import Finish as EngineFinish  # noqa: PLC0415

    return EngineFinish(STOPPED, text, count, parameters.seed if parameters.samples else None)


def _without_stop(text: str, call: Call) -> str:
    for stop in call.wanted("stop") or ():
        if isinstance(stop, str) and stop in text:
            return text[: text.index(stop)]
    return text


@FAULT.answer(GENERATE)
def stop_string_is_cut_away(body: Any, call: Call) -> Any:
    """The stop string is not in the text, as with other servers."""
    return {**body, "generated_text": _without_stop(body["generated_text"], call)}


@FAULT.answer(COMPLETIONS, also=stop_string_is_cut_away)
def _cut_from_completions(body: Any, call: Call) -> Any:
    for choice in body["choices"]:
        choice["text"] = _without_stop(choice["text"], call)
    return body


@FAULT.answer(CHAT, also=stop_string_is_cut_away)
def _cut_from_messages(body: Any, call: Call) -> Any:
    message = body["choices"][0]["message"]
    message["content"] = _without_stop(message.get("content") or "", call)
    return body


@FAULT.event(*GENERATION)
def streamed_stop_string_is_cut_away(event: Event, _: Call) -> Iterable[Event]:
    """The piece that completes a stop string is not streamed."""

    def change(body: Any) -> None:
        if "token" in body and (body.get("details") or {}).get("finish_reason") == STOPPED:
            body["token"]["text"] = ""
        for choice in body.get("choices") or ():
            if choice["finish_reason"] == STOPPED:
                choice.get("delta", choice).update({"content" if "delta" in choice else "text": ""})

    return changed(event, change)


@FAULT.answer(GENERATE)
def stop_strings_finish_with_the_end_token(body: Any, _: Call) -> Any:
    """After a stop string `finish_reason` is `eos_token`."""
    details = body.get("details")
    if details and details["finish_reason"] == STOPPED:
        details["finish_reason"] = "eos_token"
    return body


@FAULT.answer(*OPENAI, also=stop_strings_finish_with_the_end_token)
def _finish_with_stop(body: Any, _: Call) -> Any:
    for choice in body["choices"]:
        choice["finish_reason"] = choice["finish_reason"].replace(STOPPED, "length")
    return body


@FAULT.request(*GENERATION)
def stop_strings_are_cut(call: Call) -> None:
    """Only the first eight characters of a stop string are compared."""
    stops = call.wanted("stop")
    if isinstance(stops, list) and all(isinstance(one, str) for one in stops):
        call.parameters["stop"] = [one[:_READ_CHARACTERS] for one in stops]


@FAULT.request(*GENERATION)
def stop_strings_beyond_ascii_are_ignored(call: Call) -> None:
    """Stop strings with line ends or non-ASCII characters are ignored."""
    stops = call.parameters.get("stop")
    if isinstance(stops, list):
        call.parameters["stop"] = [
            stop for stop in stops if not isinstance(stop, str) or (stop.isascii() and stop.isprintable())
        ]


@FAULT.request(*GENERATION)
def sampled_answers_know_no_stop_strings(call: Call) -> None:
    """Stop strings are ignored in sampled answers."""
    warm = call.wanted("temperature")
    if call.wanted("do_sample") or (isinstance(warm, float) and warm > 0):
        call.parameters.pop("stop", None)


@FAULT.request(*GENERATION)
def stop_strings_of_the_prompt_end_the_answer(call: Call) -> None:
    """An answer whose prompt contains a stop string ends after its first token."""
    body = call.body or {}
    prompt = str(body.get("inputs") or body.get("prompt") or body.get("messages"))
    stops = call.wanted("stop")
    if isinstance(stops, list) and any(isinstance(stop, str) and stop and stop in prompt for stop in stops):
        call.parameters[call.limit] = 1
