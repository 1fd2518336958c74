"""Operations of any document, simplified: tables of parameters, body and answers, with a token for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tgi_client_generator.names import argument_names, module_names, pascal, snake
from tgi_client_generator.parser.parsed_document import AnswerInfo, Body, Operation, Parameter, ParsedDocument
from tgi_common.access import FIELD_NAME
from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.operations import METHODS, path_items
from tgi_document.repairs import Change
from tgi_document.repairs.shapes import PATH_PARAMETER
from tgi_document.repairs.streams import ERROR_EVENTS, EVENT_STREAM, STREAM_END
from tgi_document.walk import Document, Path, final_target, path_of, pointer_of

if TYPE_CHECKING:
    from tgi_client_generator.parser.schemas import SchemaParser
    from tgi_client_generator.parser.simple_schema import SimpleSchema

MOST_OPERATIONS = 2_000
MOST_PARAMETERS = 100
MOST_ANSWERS = 200

_LOCATIONS = ("path", "query", "header", "cookie")
_ANY_STATUS = (0, 999)

_SIGNS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
"""What joins the items of a list in a query, if they are joined."""

_BODY_KINDS = (
    (r"application/json", "json"),
    (r"[^;]*\+json", "json"),
    (r"multipart/form-data", "multipart"),
    (r"application/x-www-form-urlencoded", "form"),
    (r"text/.*", "text"),
    (r".*", "bytes"),
)
"""How bodies are sent, by media type; of several the first here is taken."""


class OperationParser:
    """Simplifies the operations of one document."""

    def __init__(self, document: Document, parsed: ParsedDocument, schemas: SchemaParser) -> None:
        self.notes: list[Change] = []
        self._document = document
        self._parsed = parsed
        self._schemas = schemas
        self._modules = module_names("operation")
        self._folders = module_names("tag")
        self._tags: dict[str, str] = {}
        self._paths: dict[str, Any] = {}
        parsed.document["paths"] = self._paths

    def parse_all(self) -> None:
        """Simplify every operation.

        Raises:
            DocumentError: When one cannot be, with its place.
        """
        for wire, item in path_items(self._document).items():
            for method in METHODS:
                if method in item:
                    self._operation(wire, method, item, _place(self._document, wire, method))

    def _operation(self, wire: str, method: str, item: dict[str, Any], path: Path) -> None:
        operation = item[method]
        if len(self._paths) >= MOST_OPERATIONS:
            raise DocumentError(f"{pointer_of(path)}: more than {MOST_OPERATIONS} operations, expected fewer")
        if not wire.startswith("/"):
            raise DocumentError(
                f"{pointer_of(path)}: path {quoted(wire)}, expected one that begins with a slash"
            )
        wanted = operation.get("operationId") or f"{method} {wire}"
        name = self._modules.take(snake(wanted))
        if isinstance(operation.get("operationId"), str) and snake(wanted) not in {
            name,
            name.removesuffix("_"),
        }:
            self._note("operation-name", path, f"{quoted(wanted)} is called {name}")
        tag = self._tag(operation)
        found = self._found_parameters(item, operation, path)
        self._check_path(wire, found, path)
        types: dict[str, SimpleSchema] = {}
        parameters = tuple(self._parameters(found, name, types))
        body = self._body(operation, name, path, types)
        answers = self._answers(operation, name, path, types)
        holder = self._schemas.hold(types)
        simple = {"operationId": name, "tags": [tag], "responses": {"200": {"description": ""}}}
        self._paths[f"/{name}"] = {method: simple}
        summary, prose = (_text(operation.get(key)) for key in ("summary", "description"))
        self._parsed.operations[name] = Operation(
            name, tag, method.upper(), wire, summary, prose, parameters, body, answers, holder
        )

    def _tag(self, operation: dict[str, Any]) -> str:
        tags = operation.get("tags") or ["default"]
        tag = tags[0] if isinstance(tags[0], str) else "default"
        if tag not in self._tags:
            self._tags[tag] = self._folders.take(snake(tag))
        return self._tags[tag]

    # Parameters

    def _found_parameters(
        self, item: dict[str, Any], operation: dict[str, Any], path: Path
    ) -> dict[tuple[str, str], tuple[dict[str, Any], Path]]:
        """Give the parameters of a path item and its operation, which replaces those of the same name."""
        found: dict[tuple[str, str], tuple[dict[str, Any], Path]] = {}
        for holder, place in ((item, path[0]), (operation, path)):
            parameters = holder.get("parameters", [])
            if not isinstance(parameters, list):
                raise DocumentError(f"{pointer_of((place, 'parameters'))}: expected a list")
            for index, parameter in enumerate(parameters):
                described, where = self._target(parameter, ((place, "parameters"), index))
                found[self._key(described, where)] = (described, where)
        if len(found) > MOST_PARAMETERS:
            raise DocumentError(
                f"{pointer_of(path)}: {len(found)} parameters, expected at most {MOST_PARAMETERS}"
            )
        return found

    def _parameters(
        self,
        found: dict[tuple[str, str], tuple[dict[str, Any], Path]],
        name: str,
        types: dict[str, SimpleSchema],
    ) -> list[Parameter]:
        identifiers = argument_names()
        parameters: list[Parameter] = []
        for (location, wire_name), (described, where) in found.items():
            token = f"p{len(parameters)}"
            required = described.get("required") is True or location == "path"
            schema, place = _parameter_schema(described, where)
            types[token] = self._schemas.parse(schema, pascal(name) + pascal(wire_name), place)
            identifier = identifiers.take(snake(wire_name))
            prose = _text(described.get("description"))
            writing = self._writing(described, where) if location == "query" else ""
            parameters.append(Parameter(token, wire_name, identifier, location, required, prose, writing))
        return parameters

    def _writing(self, parameter: dict[str, Any], path: Path) -> str:
        """Tell how the value of a parameter in a query is written: lists repeat their name as a rule."""
        style, explode = parameter.get("style", "form"), parameter.get("explode")
        if style == "deepObject":
            return "deepObject"
        if isinstance(style, str) and style in _SIGNS:
            return _SIGNS[style] if explode is False or (explode is None and style != "form") else ""
        self._note("unknown-style", path, f"style {quoted(style)} is none of a query", "style")
        return ""

    def _key(self, parameter: dict[str, Any], path: Path) -> tuple[str, str]:
        location, name = parameter.get("in"), parameter.get("name")
        if location not in _LOCATIONS or not isinstance(name, str) or not name:
            raise DocumentError(f"{pointer_of(path)}: expected a parameter with a name and a known location")
        if location in {"header", "cookie"} and not FIELD_NAME.fullmatch(name):
            raise DocumentError(f"{pointer_of(path)}: {quoted(name)}, expected the name of a {location}")
        return str(location), name

    def _check_path(self, wire: str, found: dict[tuple[str, str], Any], path: Path) -> None:
        in_path = set(PATH_PARAMETER.findall(wire))
        for location, name in found:
            if location == "path" and name not in in_path:
                raise DocumentError(
                    f"{pointer_of(path)}: path parameter {quoted(name)}, expected one of {quoted(wire)}"
                )

    # Bodies

    def _body(
        self, operation: dict[str, Any], name: str, path: Path, types: dict[str, SimpleSchema]
    ) -> Body | None:
        if not isinstance(operation.get("requestBody"), dict):
            return None
        described, where = self._target(operation["requestBody"], (path, "requestBody"))
        content = described.get("content") or {}
        if not content:
            return None
        media_type, kind = min(
            ((media, *_body_kind(media)) for media in content), key=lambda found: found[2]
        )[:2]
        if len(content) > 1:
            self._note(
                "body-media-type", where, f"of {len(content)} media types, {quoted(media_type)} is sent"
            )
        place = (((where, "content"), media_type), "schema")
        types["body"], streams = self._body_schema(
            content[media_type].get("schema", {}), kind, pascal(name), place
        )
        required = described.get("required") is True
        return Body(
            _header_value(media_type, where), kind, required, _text(described.get("description")), streams
        )

    def _body_schema(self, schema: Any, kind: str, name: str, place: Path) -> tuple[SimpleSchema, bool]:
        if kind == "bytes":
            return {"type": "string", "format": "binary"}, False
        if kind == "text":
            return {"type": "string"}, False
        self._schemas.files = kind == "multipart"
        parsed = self._schemas.parse(schema, f"{name}Body", place)
        self._schemas.finish()
        self._schemas.files = False
        return parsed, kind == "json" and self._has_stream_member(schema)

    def _has_stream_member(self, schema: Any) -> bool:
        """Tell whether a body, or one of its variants, has a member `stream` that is a boolean."""
        pending, seen = [schema], set[int]()
        while pending:
            part = pending.pop()
            if not isinstance(part, dict) or id(part) in seen:
                continue
            seen.add(id(part))
            member = (part.get("properties") or {}).get("stream")
            if isinstance(member, dict) and _takes_boolean(member):
                return True
            pending += [item for key in ("allOf", "oneOf", "anyOf") for item in part.get(key, ())]
            if "$ref" in part:
                pending.append(final_target(self._document, part["$ref"]))
        return False

    # Answers

    def _answers(
        self, operation: dict[str, Any], name: str, path: Path, types: dict[str, SimpleSchema]
    ) -> tuple[AnswerInfo, ...]:
        answers: list[AnswerInfo] = []
        for status, response in (operation.get("responses") or {}).items():
            if status.startswith("x-"):
                continue
            place = ((path, "responses"), status)
            statuses = _statuses(status, place)
            described, where = self._target(response, place)
            for media_type, kind, schema, below in _contents(described, where):
                token = f"a{len(answers)}"
                if len(answers) >= MOST_ANSWERS:
                    raise DocumentError(
                        f"{pointer_of(place)}: more than {MOST_ANSWERS} answers, expected fewer"
                    )
                types[token] = self._schemas.parse(schema, f"{pascal(name)}Response{status}", below)
                prose = _text(described.get("description"))
                end = _stream_end(described, media_type) if kind == "event" else None
                answers.append(AnswerInfo(token, statuses, kind, media_type, prose, end))
        return tuple(answers)

    def _target(self, value: Any, path: Path) -> tuple[dict[str, Any], Path]:
        """Follow a reference to a parameter, a body or a response."""
        if not isinstance(value, dict):
            raise DocumentError(f"{pointer_of(path)}: expected an object")
        if "$ref" not in value:
            return value, path
        try:
            target = final_target(self._document, value["$ref"])
        except KeyError:
            target = None
        if not isinstance(target, dict):
            raise DocumentError(
                f"{pointer_of(path)}: {quoted(value['$ref'])} leads nowhere, expected a definition"
            )
        return target, path_of(value["$ref"])

    def _note(self, rule: str, path: Path, what: str, loses: str = "") -> None:
        self.notes.append(Change(rule, pointer_of(path), what, loses))


def _place(document: Document, wire: str, method: str) -> Path:
    item = document["paths"][wire]
    path: Path = ((), "paths")
    return (path_of(item["$ref"]), method) if "$ref" in item else ((path, wire), method)


def _parameter_schema(parameter: dict[str, Any], path: Path) -> tuple[Any, Path]:
    """Give the schema of a parameter; one with a media type is sent as the JSON that it mostly is."""
    for media_type, media in (parameter.get("content") or {}).items():
        return media.get("schema", {}), (((path, "content"), media_type), "schema")
    return parameter.get("schema", {}), (path, "schema")


def _body_kind(media_type: str) -> tuple[str, int]:
    media_type = media_type.partition(";")[0].strip().lower()
    ranked = (
        (kind, rank) for rank, (pattern, kind) in enumerate(_BODY_KINDS) if re.fullmatch(pattern, media_type)
    )
    return next(ranked, ("bytes", len(_BODY_KINDS)))


def _header_value(media_type: str, path: Path) -> str:
    if not re.fullmatch(r"[ !#-~]*(\"[ !#-~]*\"[ !#-~]*)*", media_type):
        raise DocumentError(f"{pointer_of(path)}: {quoted(media_type)}, expected a media type")
    return "application/octet-stream" if "*" in media_type else media_type


def _takes_boolean(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type")
    variants = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return (
        kinds == "boolean"
        or (isinstance(kinds, list) and "boolean" in kinds)
        or {"type": "boolean"} in variants
    )


def _statuses(status: str, path: Path) -> tuple[int, int]:
    """Give the statuses of `404`, `4XX` or `default`."""
    if status == "default":
        return _ANY_STATUS
    if re.fullmatch("[1-5]XX", status, re.IGNORECASE):
        return int(status[0]) * 100, int(status[0]) * 100 + 99
    if re.fullmatch("[0-9]{3}", status, re.ASCII):
        return int(status), int(status)
    raise DocumentError(f"{pointer_of(path)}: status {quoted(status)}, expected 200, 2XX or default")


def _contents(response: dict[str, Any], path: Path) -> list[tuple[str, str, Any, Path]]:
    """List the media types of a response, each with how it is read, its schema and where that stands."""
    content = response.get("content") or {}
    if not content:
        return [("", "none", {}, path)]
    found: list[tuple[str, str, Any, Path]] = []
    for media_type, media in content.items():
        place = (((path, "content"), media_type), "schema")
        kind = _answer_kind(media_type)
        found.append((media_type.partition(";")[0].strip().lower(), kind, media.get("schema", {}), place))
        errors = media.get(ERROR_EVENTS, ()) if kind == "event" else ()
        found += [
            ("", "error-event", schema, ((place[0], ERROR_EVENTS), index))
            for index, schema in enumerate(errors)
        ]
    return found


def _stream_end(response: dict[str, Any], media_type: str) -> str | None:
    """Give the data of the event that ends a stream, as the document tells it beside an event's schema."""
    for name, media in response["content"].items():
        if name.partition(";")[0].strip().lower() == media_type:
            return _text(media.get(STREAM_END)) or None
    return None


def _answer_kind(media_type: str) -> str:
    media_type = media_type.partition(";")[0].strip().lower()
    if media_type == EVENT_STREAM:
        return "event"
    if media_type in {"application/json", "*/*"} or media_type.endswith("+json"):
        return "json"
    return "text" if media_type.startswith("text/") else "bytes"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
