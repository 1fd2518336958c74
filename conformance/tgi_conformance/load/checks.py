"""Check one answer: cheap enough for every answer of a load run, since it only compares.

What needs the document is checked of a sample, in depth.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tgi_conformance.http.exchange import EVENT_STREAM, JSON, NOT_JSON, TOO_MANY, Exchange, Response
from tgi_conformance.load.plan import LENGTH, TEXT
from tgi_conformance.protocol.answers import Answer, read_answer
from tgi_conformance.protocol.forms import Form, member
from tgi_conformance.protocol.under_load import (
    OK,
    OVERLOADED,
    indices,
    is_numbered,
    is_overloaded,
    is_own_text,
    is_retry_after,
    is_routers_own,
    is_terminated,
    refusal_of,
)
from tgi_conformance.requirements import _under_load as promises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.load.plan import FormPlan
    from tgi_conformance.load.questions import Question
    from tgi_conformance.requirements._under_load import Promise

LONGEST = 300  # characters of what was seen
LENGTH_REACHED = "length"


@frozen
class Violation:
    """What one answer breaks: the promise, what was expected, and what came."""

    promise: Promise
    expected: str
    actual: str


@frozen
class Judged:
    """What an answer was: refused for overload, or answered with so many tokens, and what it breaks.

    `by_router` says that a refusal is in TGI's own form; a gateway has limits of its own.
    """

    refused: bool
    tokens: int = 0
    violations: tuple[Violation, ...] = field(default=())
    by_router: bool = False


def judge(plan: FormPlan, question: Question, response: Response) -> Judged:
    """Check an answer against what only its request can get."""
    form = plan.form
    if response.is_overload or is_overloaded(form, response):
        return Judged(True, violations=tuple(_refusal(response)), by_router=is_routers_own(response))
    problem = _unanswered(form, response)
    if problem:
        return Judged(False, violations=(Violation(promises.ANSWERED, "a whole answer or 429", problem),))
    answer = read_answer(form, Exchange(question.request, response))
    found = [*_streamed(plan, response, answer), *_counted(plan, question, response, answer)]
    found += _model(plan, response)
    in_order = not any(one.promise is promises.ORDERED for one in found)
    found += _own(plan, question, response, answer, in_order=in_order)
    return Judged(False, answer.generated or len(answer.tokens) or len(answer.pieces), tuple(found))


def _refusal(response: Response) -> Iterator[Violation]:
    retry = response.headers.get("retry-after")
    if retry is not None and not is_retry_after(retry):
        yield Violation(promises.REFUSED, "a Retry-After of seconds or a date, or none", retry[:LONGEST])
    own = response.media_type in {JSON, EVENT_STREAM}
    if response.status != TOO_MANY or not own:
        return  # refused as a stream's first event, or by a gateway in its own form
    body = refusal_of(response)
    if member(body, "error_type") != OVERLOADED or not isinstance(member(body, "error"), str):
        yield Violation(promises.REFUSED, "an ErrorResponse with error_type 'overloaded'", seen(response))


def _unanswered(form: Form, response: Response) -> str:
    """Say why this is no answer at all; empty if it is one."""
    wanted = EVENT_STREAM if form.streamed else JSON
    if response.status != OK or response.media_type != wanted:
        return seen(response)
    if not form.streamed:
        return seen(response) if response.json is NOT_JSON else ""
    events = response.stream.events
    if any(member(event.json_or_none, "error") is not None for event in events):
        return seen(response)
    return "" if events else "a stream without events"


def _streamed(plan: FormPlan, response: Response, answer: Answer) -> Iterator[Violation]:
    form = plan.form
    if not form.streamed:
        return
    events = [event.json_or_none for event in response.stream.events if not event.is_done]
    last = [place for place, event in enumerate(events, 1) if _is_last(form, event)]
    if form.dialect == "generate":
        yield from _native_order(plan, response, answer)
        ends = last == [len(events)] and not any(event.is_done for event in response.stream.events)
        if not ends:
            yield Violation(
                promises.ENDED, "generated_text in the last event alone", f"in {last} of {len(events)}"
            )
        return
    choices = [place for place, event in enumerate(events, 1) if member(event, "choices", 0) is not None]
    if len(last) != 1:
        yield Violation(promises.ENDED, "one chunk with a finish_reason", f"{len(last)} of {len(choices)}")
    elif last != choices[-1:]:
        yield Violation(
            promises.ORDERED, "the chunk with the finish_reason last", f"{last[0]} of {choices[-1:]}"
        )
    if plan.terminated and not is_terminated(response):
        done = [place for place, event in enumerate(response.stream.events, 1) if event.is_done]
        yield Violation(promises.ENDED, "[DONE] once and last", f"{done} of {len(response.stream.events)}")


def _is_last(form: Form, event: Any) -> bool:
    if form.dialect == "generate":
        return member(event, "generated_text") is not None
    return bool(member(event, "choices", 0, "finish_reason"))


def _native_order(plan: FormPlan, response: Response, answer: Answer) -> Iterator[Violation]:
    found = indices(response)
    if plan.numbered and not is_numbered(found):
        place = next(place for place, index in enumerate(found, 1) if index != place)
        actual = f"index {found[place - 1]} in event {place}"[:LONGEST]
        yield Violation(promises.ORDERED, f"index 1 to {len(found)}", actual)
        return
    joined = "".join(answer.own_texts)
    if answer.text is not None and joined != answer.text:
        yield Violation(promises.ORDERED, f"the pieces of {answer.text!r}", joined[:LONGEST])


def _counted(plan: FormPlan, question: Question, response: Response, answer: Answer) -> Iterator[Violation]:
    generated = answer.generated
    if plan.form.dialect == "generate" and answer.tokens and generated != len(answer.tokens):
        yield Violation(promises.COUNTED, f"{len(answer.tokens)} generated tokens", str(generated))
    if generated is not None and not 0 <= generated <= question.limit:
        yield Violation(promises.COUNTED, f"at most {question.limit} generated tokens", str(generated))
    header = response.headers.get("x-generated-tokens")
    if header is not None and generated is not None and header != str(generated):
        yield Violation(promises.COUNTED, f"x-generated-tokens = {generated}", header[:LONGEST])
    usage = _usage(response)
    parts = [member(usage, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
    if usage is not None and all(isinstance(part, int) for part in parts) and parts[0] + parts[1] != parts[2]:
        yield Violation(promises.COUNTED, f"total_tokens = {parts[0] + parts[1]}", str(parts[2]))
    stated = prompt_tokens(response, answer)
    if (
        plan.proof == TEXT
        and None not in {stated, question.prompt_tokens}
        and stated != question.prompt_tokens
    ):
        yield Violation(promises.COUNTED, f"{question.prompt_tokens} prompt tokens", str(stated))


def _usage(response: Response) -> Any:
    if not response.is_stream:
        return member(response.json, "usage")
    usages = (member(event.json_or_none, "usage") for event in reversed(response.stream.events))
    return next((one for one in usages if one), None)


def prompt_tokens(response: Response, answer: Answer) -> int | None:
    """Give how many tokens an answer says that its prompt has, in body or headers; None if it does not."""
    if answer.prompt is not None:
        return answer.prompt
    header = response.headers.get("x-prompt-tokens", "")
    return int(header[:9]) if header.isascii() and header.isdigit() else None


def _model(plan: FormPlan, response: Response) -> Iterator[Violation]:
    if plan.model is None:
        return
    bodies = (
        [event.json_or_none for event in response.stream.events if not event.is_done]
        if plan.form.streamed
        else [response.json]
    )
    others = [model for body in bodies if (model := member(body, "model")) != plan.model]
    if others:
        yield Violation(promises.MODEL, f"model = {plan.model!r}", repr(others[0])[:LONGEST])


def _own(
    plan: FormPlan, question: Question, response: Response, answer: Answer, *, in_order: bool
) -> Iterator[Violation]:
    if plan.proof == LENGTH:
        stated = prompt_tokens(response, answer)
        if stated != question.prompt_tokens:
            expected = f"an answer to a prompt of {question.prompt_tokens} tokens"
            yield Violation(promises.OWN, expected, f"{stated} tokens: {seen(response)}")
    if plan.proof != TEXT:
        return
    text = ("".join(answer.pieces) if plan.form.streamed else answer.text) or ""
    whole = answer.finish != LENGTH_REACHED
    if is_own_text(question.text, text) and (text.strip() == question.text or not whole):
        return
    if sorted(text.strip()) != sorted(question.text):
        yield Violation(promises.OWN, repr(question.text), repr(text)[:LONGEST])
    elif in_order:
        yield Violation(promises.ORDERED, f"the pieces of {question.text!r}", repr(text)[:LONGEST])


def seen(response: Response) -> str:
    """Write an answer in one line: its status, media type, and the beginning of its body."""
    kind = response.media_type or "without content-type"
    return f"{response.status} {kind}: {response.text[:LONGEST]!r}"
