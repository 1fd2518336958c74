"""Whether the answers to the probes are ones that a TGI could give; who gives none is not judged.

A server that is still loading, a login page, a port that speaks TLS and a proxy that forbids everything say
nothing about conformance, and a run that held 800 requirements against them would say 800 things.
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
AWAY = {424, 502, 503, 504}  # nobody is there to generate
OF_INFO = ("model_id", "max_total_tokens", "max_concurrent_requests")
CLAIMING = {JSON, EVENT_STREAM}
SHOWN = 120  # characters of a body


def unrecognizable(answers: Mapping[str, Exchange], silent: Iterable[str], generation: Iterable[str]) -> str:
    """Say why nothing can be judged, naming the commonest answer; empty where something can.

    `answers` are those to one harmless request for each operation, `silent` tells of each that had none, and
    `generation` names the operations among them that generate.
    """
    silent = list(silent)
    if not any(could_be_tgi(operation, exchange.response) for operation, exchange in answers.items()):
        told = [_told(exchange.response) for exchange in answers.values()]
        return f"no request was answered as a TGI answers: {_commonest([*told, *silent])}"
    generated = [answers[operation].response for operation in generation if operation in answers]
    if generated and all(response.status in AWAY for response in generated):
        return f"no request for text was answered: {_commonest([_told(one) for one in generated])}"
    return ""


def could_be_tgi(operation: str, response: Response) -> bool:
    """Tell whether a TGI could have given this answer, or somebody who claims its API.

    An empty 200 of /health is anybody's.
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
    """Tell whether it is the ErrorResponse of the document."""
    return isinstance(member(body, "error"), str) and isinstance(member(body, "error_type"), str)


def _told(response: Response) -> str:
    """Write an answer in one line: status, where it leads or its media type, the beginning of its body."""
    where = response.headers.get("location")
    what = f"to {where[:SHOWN]}" if where else response.media_type or "without content-type"
    return f"{response.status} {what}: {response.text[:SHOWN]!r}"


def _commonest(told: list[str]) -> str:
    if not told:
        return "none was answered at all"
    answer, count = Counter(told).most_common(1)[0]
    return f"{count} of {len(told)} were answered {answer}"
