"""A server as an older release's document has it: its paths, and of requests and answers only its members.

Nobody recorded these releases, so this is what their documents say and no more.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from jsonschema import Draft202012Validator

from tgi_conformance.contract.contract import as_json_schema
from tgi_document.repairs import repair
from tgi_reference.injection.call import CHAT, GENERATE, OPENAI, Event, Reply
from tgi_reference.injection.hooks import Catalogue, Injection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_reference.injection.call import Call

DOCUMENTS = Path(__file__).parents[1] / "data" / "interface"
SERVED_BESIDE = ("/docs", "/api-doc/openapi.json")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems")


@frozen(slots=False)
class Documented:
    """What the document of a release says of its bodies."""

    version: str
    raw: bytes = field(repr=False)
    document: dict[str, Any] = field(repr=False)

    def body_problem(self, call: Call) -> str | None:
        """Tell how a request's body is not of the documented types; its bounds are the server's to check."""
        schema = self._request_schema(call)
        if not schema or not isinstance(call.body, dict):
            return None
        return self._problem(call.body, _without_bounds(schema))

    def trim_request(self, call: Call) -> None:
        """Take away what this release does not know, and put in what it takes for granted."""
        schema = self._request_schema(call)
        if schema and isinstance(call.body, dict):
            call.body = self.trimmed(call.body, schema)
            properties = self._resolved({"$ref": "#/components/schemas/GenerateParameters"})["properties"]
            if call.kind == GENERATE and "default" in properties["max_new_tokens"]:
                call.parameters.setdefault("max_new_tokens", properties["max_new_tokens"]["default"])
        if call.kind == CHAT and isinstance(call.body, dict):
            _as_now(call.body)

    def trim_answer(self, body: Any, call: Call) -> Any:
        """Give the documented members of an answer; all of them where the document is not of this answer."""
        operation = self.document["paths"].get(call.path, {}).get(call.method.lower(), {})
        content = operation.get("responses", {}).get("200", {}).get("content", {})
        wanted = "text/event-stream" if call.streams else "application/json"
        media_type: dict[str, Any] = content.get(wanted) or next(iter(content.values()), {})
        schema = media_type.get("schema", {})
        return body if self._problem(body, schema) else self.trimmed(body, schema)

    def example(self, name: str) -> dict[str, Any]:
        """Give the document's examples of the required members of a schema."""
        schema = self.document["components"]["schemas"][name]
        examples = {key: one["example"] for key, one in schema["properties"].items() if "example" in one}
        return {key: examples[key] for key in schema["required"] if key in examples}

    def trimmed(self, value: Any, schema: dict[str, Any]) -> Any:
        """Drop, on every level, members that the schema does not name."""
        schema = self._branch(value, self._resolved(schema))
        if isinstance(value, list) and "items" in schema:
            return [self.trimmed(one, schema["items"]) for one in value]
        if isinstance(value, dict) and "properties" in schema:
            properties = schema["properties"]
            return {
                key: self.trimmed(one, properties[key]) for key, one in value.items() if key in properties
            }
        return value

    def _request_schema(self, call: Call) -> dict[str, Any]:
        operation = self.document["paths"].get(call.path, {}).get(call.method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        schema: dict[str, Any] = content.get("application/json", {}).get("schema", {})
        return schema

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        parts = schema.get("allOf", ())
        if len(parts) == 1:
            schema = parts[0]
        if "$ref" not in schema:
            return schema
        return self._resolved(self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])

    def _branch(self, value: Any, schema: dict[str, Any]) -> dict[str, Any]:
        for branch in schema.get("oneOf", ()):
            if self._problem(value, branch) is None:
                return self._branch(value, self._resolved(branch))
        return schema

    @cached_property
    def _components(self) -> Any:
        return as_json_schema(_without_bounds(self.document["components"]))

    def _problem(self, value: Any, schema: dict[str, Any]) -> str | None:
        whole = {**as_json_schema(schema), "components": self._components}
        error = next(iter(Draft202012Validator(whole).iter_errors(value)), None)
        return None if error is None else error.message


def _without_bounds(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_bounds(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _without_bounds(one) for key, one in schema.items() if key not in BOUNDS}


def _as_now(body: dict[str, Any]) -> None:
    """Spell what older releases take as the reference server takes it."""
    for message in body.get("messages") or ():
        if isinstance(message, dict) and message.get("content") is None:
            message["content"] = ""
            message.pop("tool_calls", None)
    choice = body.get("tool_choice")
    if choice == "OneOf":
        body["tool_choice"] = "auto"
    elif isinstance(choice, dict) and [*choice] == ["FunctionName"]:
        body["tool_choice"] = choice["FunctionName"]


def release(version: str) -> Injection:
    """Make the reference server one of a release whose document is in tests/data."""
    raw = (DOCUMENTS / f"tgi-{version}.json").read_bytes()
    document, _ = repair(json.loads(raw))
    documented = Documented(version, raw, document)
    catalogue = Catalogue("release")

    def routes(call: Call) -> Reply | None:
        if call.path == "/api-doc/openapi.json":
            return Reply(200, raw, "application/json")
        known = call.path in document["paths"] or call.path.startswith(SERVED_BESIDE)
        if not known:
            return Reply(404)
        problem = documented.body_problem(call)
        return (
            Reply(422, f"Failed to deserialize: {problem}".encode(), "text/plain; charset=utf-8")
            if problem
            else None
        )

    def info(body: Any, call: Call) -> Any:
        limits = {"version": version, "max_input_length": body["max_input_tokens"]}
        return documented.trim_answer({**documented.example("Info"), **body, **limits}, call)

    def event(one: Event, call: Call) -> Iterable[Event]:
        if one.is_done or one.is_error:
            return [one]
        body = documented.trim_answer(one.json, call)
        return [Event.of(body)] if body.get("choices") != [] or "usage" in body else []

    alteration = catalogue.reply()(routes)
    catalogue.request(also=alteration)(documented.trim_request)
    catalogue.answer("info", also=alteration)(info)
    catalogue.answer(GENERATE, *OPENAI, "tokenize", "chat-tokenize", "models", also=alteration)(
        documented.trim_answer
    )
    catalogue.event(GENERATE, *OPENAI, also=alteration)(event)
    return alteration
