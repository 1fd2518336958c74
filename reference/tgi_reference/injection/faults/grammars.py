"""Grammars that constrain some answers only, or are refused for the wrong reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.api.answers import encoded
from tgi_reference.injection.call import CHAT, GENERATE, GENERATION, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call, Event, Head

TAKING = (GENERATE, CHAT)


def _name(call: Call) -> str:
    return "response_format" if call.kind == CHAT else "grammar"


def _grammar(call: Call) -> dict[str, Any]:
    found = call.wanted(_name(call))
    return found if isinstance(found, dict) else {}


@FAULT.reply(*TAKING)
def named_schemas_are_refused(call: Call) -> Reply | None:
    """A grammar of type `json_schema` is refused as a body of the wrong type."""
    if _grammar(call).get("type") != "json_schema":
        return None
    return Reply(422, b"unknown variant `json_schema`", "text/plain; charset=utf-8")


@FAULT.request(*TAKING)
def named_schemas_are_ignored(call: Call) -> None:
    """A grammar of type `json_schema` is accepted and ignored."""
    if _grammar(call).get("type") == "json_schema":
        call.parameters.pop(_name(call))


@FAULT.request(*TAKING)
def sampled_answers_know_no_grammar(call: Call) -> None:
    """A grammar is ignored where an answer is sampled."""
    sampled = call.wanted("temperature") or call.wanted("do_sample")
    if sampled and _grammar(call):
        call.parameters.pop(_name(call))


@FAULT.head(*TAKING)
def grammar_errors_are_server_errors(head: Head, call: Call) -> None:
    """An invalid regular expression is a server error."""
    if _grammar(call) and head.status == 424:  # noqa: PLR2004
        head.status = 500


@FAULT.request(*TAKING)
def grammars_of_nothing_are_ignored(call: Call) -> None:
    """A grammar that is empty or of an unknown type is accepted and ignored."""
    grammar = _grammar(call)
    value = grammar.get("value")
    if grammar and (value is None or value == {"type": "object"}):
        call.parameters.pop(_name(call))


@FAULT.reply(*TAKING)
def long_grammar_answers_are_cut(call: Call) -> Reply | None:
    """Without a token limit an answer under a grammar is refused."""
    unlimited = call.wanted(call.limit) is None and _grammar(call)
    refusal = {"error": "a limit is needed", "error_type": "validation"}
    return Reply(422, encoded(refusal), "application/json") if unlimited else None


@FAULT.event(*GENERATION)
def refused_grammars_stream_nothing(event: Event, call: Call) -> Iterable[Event]:
    """A stream whose grammar is refused ends without an error."""
    return [] if _grammar(call) and event.is_error else [event]
