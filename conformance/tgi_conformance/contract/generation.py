"""Requests generated from the contract by Schemathesis, kept cheap and harmless.

Generated requests use somebody's GPU: every body gets a small token limit, no body makes the server fetch an
address that was generated, and no JSON schema refers to itself, which makes TGI 3.3 exit.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpx
import schemathesis
from schemathesis.generation import GenerationMode

from tgi_conformance.http.exchange import JSON, Exchange, Request

if TYPE_CHECKING:
    from hypothesis import strategies

    from tgi_conformance.contract.contract import Contract, Operation

TOKENS = 2
PROMPTS = 2
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
SCHEME = re.compile("https?://")  # Hypothesis draws texts from the constants of loaded modules, too
REFERENCE = "$ref"  # removed from everything that is generated
LARGEST: dict[str, float] = {
    "integer": 2**31 - 1,
    "int32": 2**31 - 1,
    "int64": 2**63 - 1,
    "float": 3.4e38,
    "double": 1.7e308,
}
LIMITS = ("max_tokens", "max_new_tokens")


def cases(contract: Contract, operation: Operation, *, negative: bool) -> strategies.SearchStrategy[Any]:
    """Schemathesis cases for an operation: what the contract allows, or what it forbids."""
    # Schemathesis keeps its caches on the schema, so one is made for each contract.
    schema = _schema(json.dumps(contract.document, sort_keys=True), negative=negative)
    mode = GenerationMode.NEGATIVE if negative else GenerationMode.POSITIVE
    strategy: strategies.SearchStrategy[Any] = schema[operation.path][operation.method].as_strategy(
        generation_mode=mode
    )
    return strategy


def request_of(case: Any) -> Request:
    """Turn a case into a request that generates few tokens."""
    body = case.body
    headers = (("content-type", case.media_type or JSON),)
    if isinstance(body, bytes):
        return Request(case.method, case.path, headers, body)
    if not isinstance(body, (dict, list, str, int, float, bool, type(None))):
        return Request(case.method, case.path)
    content = json.dumps(cheap(body), separators=(",", ":")).encode()
    return Request(case.method, case.path, headers, content)


def answer_to(case: Any, exchange: Exchange) -> schemathesis.Response:
    """Convert the answer for the checks of Schemathesis."""
    response = httpx.Response(
        exchange.response.status,
        headers=[(k, v) for k, v in exchange.response.headers.raw if k.lower() != b"content-encoding"],
        content=exchange.response.body,
        request=httpx.Request(case.method, "http://deployment" + case.path),
    )
    response.elapsed = timedelta(seconds=exchange.response.seconds)
    return schemathesis.Response.from_any(response)


def cheap(body: Any) -> Any:
    """Limit what a body may use (tokens, prompts, choices), and what it may make the server fetch.

    Details are requested unless the body says otherwise: they cost nothing, and show more.
    """
    if isinstance(body, list) and body:
        # TGI reads an array as the members of an object by position, and would generate up to its own limit.
        return 5
    if not isinstance(body, dict):
        return _harmless(body)
    bounded = {name: _bounded(name, value) for name, value in _harmless(body).items()}
    if "inputs" in bounded:
        bounded.setdefault("parameters", {})
    parameters = bounded.get("parameters")
    if isinstance(parameters, list):
        bounded["parameters"] = 5
    if isinstance(parameters, dict):
        inner = {"details": True, **{name: _bounded(name, value) for name, value in parameters.items()}}
        bounded["parameters"] = _limited(inner, "max_new_tokens")
    return _limited(bounded, "max_tokens") if {"messages", "prompt"} & set(bounded) else bounded


def _limited(members: dict[str, Any], name: str) -> dict[str, Any]:
    return {**members, name: TOKENS} if members.get(name) is None else members


def _bounded(name: str, value: Any) -> Any:
    if name in {*LIMITS, "n", "best_of"} and isinstance(value, (int, float)) and not isinstance(value, bool):
        return min(value, TOKENS)
    if name == "prompt" and isinstance(value, list):
        return value[:PROMPTS]
    return value


def _harmless(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            SCHEME.sub("", name): PIXEL if name == "url" and isinstance(value, str) else _harmless(value)
            for name, value in node.items()
            if name != REFERENCE
        }
    if isinstance(node, str):
        return SCHEME.sub("", _without_references(node))
    return [_harmless(item) for item in node] if isinstance(node, list) else node


def _without_references(text: str) -> str:
    """Clean a text that contains JSON, such as a grammar; every other text stays as it is."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    harmless = _harmless(value)
    return text if harmless == value else json.dumps(harmless)


@lru_cache(maxsize=4)
def _schema(document: str, *, negative: bool) -> Any:
    raw = json.loads(document)
    for schema in raw["components"]["schemas"].values():
        _in_machine_numbers(schema)
        if not negative:
            _without_unknown_members(schema)
    return schemathesis.openapi.from_dict(raw)


def _in_machine_numbers(node: Any) -> None:
    """Add bounds from the format of numbers, which generators do not know."""
    for schema in _schemas(node):
        largest = LARGEST.get(str(schema.get("format", schema.get("type"))))
        if largest is not None:
            schema.setdefault("maximum", largest)
            schema.setdefault("minimum", -largest)


def _without_unknown_members(schema: dict[str, Any]) -> None:
    """Generate only documented members; unknown members have a requirement of their own."""
    if "properties" in schema:
        schema.setdefault("additionalProperties", False)


def _schemas(node: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            found.append(current)
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
    return found
