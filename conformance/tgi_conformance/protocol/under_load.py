"""What an answer must show when others are answered at the same time, as pure functions of one answer.

The requirements of depth load and the users of `tgi-conformance load` judge by the same functions.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import EVENT_STREAM, JSON, TOO_MANY, Response
from tgi_conformance.protocol.forms import PROMPT, Form, member

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_conformance.http.exchange import Request

OK = 200
OVERLOADED = "overloaded"
FORMS = frozenset({JSON, EVENT_STREAM})  # of a 429 of TGI's own; a gateway's has any form
SECONDS = re.compile(r"\d{1,10}")


def asking_for(form: Form, text: str, *, tokens: int, prompt: str = PROMPT, **parameters: Any) -> Request:
    """Ask for exactly this text, by a grammar that leaves no other; letters, digits and hyphens only."""
    grammar = {form.grammar_name: {"type": "regex", "value": text}}
    return form.ask(prompt, tokens=tokens, **grammar, **parameters)


def is_own_text(text: str, answered: str) -> bool:
    """Tell whether an answer is the text that was asked for, or its beginning if the tokens ran out."""
    return bool(answered) and text.startswith(answered.strip())


def is_overloaded(form: Form, response: Response) -> bool:
    """Tell whether a request was refused for overload, by its status or by its first stream event."""
    if response.status == TOO_MANY:
        return True
    events = response.stream.events if form.streamed and response.status == OK else ()
    first: Any = events[0].json_or_none if events else None
    error = member(first, "error")
    if form.dialect == "generate":
        return bool(error) and member(first, "error_type") == OVERLOADED
    return isinstance(member(error, "message"), str)


def is_routers_own(refusal: Response) -> bool:
    """Tell whether a refusal for overload has the form of TGI; gateways have a form and limits too."""
    return refusal.status == OK or member(refusal_of(refusal), "error_type") == OVERLOADED


def refusal_of(response: Response) -> Any:
    """Give the body of a 429, or its first event."""
    if response.is_stream:
        events = response.stream.events
        return events[0].json_or_none if events else None
    return response.json


def is_retry_after(value: str) -> bool:
    """Tell whether this is a value of `Retry-After`: seconds, or a date of HTTP (RFC 9110, 10.2.3)."""
    if SECONDS.fullmatch(value.strip()):
        return True
    try:
        return parsedate_to_datetime(value) is not None
    except (TypeError, ValueError):
        return False


def indices(response: Response) -> list[Any]:
    """Give the `index` of each event of a stream of the generate dialect."""
    return [member(event.json_or_none, "index") for event in response.stream.events]


def is_numbered(found: Sequence[Any]) -> bool:
    """Tell whether a stream's events are numbered from 1."""
    return list(found) == list(range(1, len(found) + 1))


def is_terminated(response: Response) -> bool:
    """Tell whether `[DONE]` stands once and last in a stream."""
    done = [event.is_done for event in response.stream.events]
    return sum(done) == 1 and done[-1]
