"""Whether the answers to the probes look like answers of TGI; if none does, the run ends early.

A server that is still loading, a login page, a port that speaks TLS or a proxy that forbids everything says
nothing about conformance, and would fail nearly every requirement.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import EVENT_STREAM, JSON, NOT_JSON
from tgi_conformance.protocol.forms import member

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgi_conformance.http.exchange import Exchange, Response

OK, TOO_MANY = 200, 429
AWAY = {424, 502, 503, 504}  # no model is there to generate
OF_INFO = ("model_id", "max_total_tokens", "max_concurrent_requests")
CLAIMING = {JSON, EVENT_STREAM}
SHOWN = 120  # characters of a body


def unrecognizable(answers: Mapping[str, Exchange], silent: Iterable[str], generation: Iterable[str]) -> str:
    """Explain why the deployment cannot be checked, with its most common answer; empty if it can.

    `answers` are those to one harmless request for each operation, `silent` explains each that had none, and
    `generation` names the operations among them that generate.
    """
    silent = list(silent)
    if not any(could_be_tgi(operation, exchange.response) for operation, exchange in answers.items()):
        lines = [_summary(exchange.response) for exchange in answers.values()]
        return f"no answer looks like one of TGI: {_most_common([*lines, *silent])}"
    generated = [answers[operation].response for operation in generation if operation in answers]
    if generated and all(response.status in AWAY for response in generated):
        return f"no generation request was answered: {_most_common([_summary(one) for one in generated])}"
    return ""


def could_be_tgi(operation: str, response: Response) -> bool:
    """Whether a server that claims TGI's API could have given this answer.

    /health is not evidence: any web server may answer it with 200.
    """
    if operation == "GET /health":
        return False
    if response.status == TOO_MANY or _says_error(response.json):
        return True
    if response.status != OK:
        return False
    if operation == "GET /metrics":
        return "\ntgi_" in f"\n{response.text}"
    if operation == "GET /info":
        return any(member(response.json, name) for name in OF_INFO)
    return response.media_type in CLAIMING or response.json is not NOT_JSON


def _says_error(body: Any) -> bool:
    """Whether a body is an ErrorResponse as documented."""
    return isinstance(member(body, "error"), str) and isinstance(member(body, "error_type"), str)


def _summary(response: Response) -> str:
    """Summarise an answer in one line: status, location or media type, the beginning of its body."""
    where = response.headers.get("location")
    what = f"to {where[:SHOWN]}" if where else response.media_type or "without content-type"
    return f"{response.status} {what}: {response.text[:SHOWN]!r}"


def _most_common(answers: list[str]) -> str:
    if not answers:
        return "there was no answer at all"
    answer, count = Counter(answers).most_common(1)[0]
    return f"{count} of {len(answers)} were answered {answer}"
