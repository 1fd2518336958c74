"""The documented interface: operations, schemas, constraints."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from packaging.version import Version
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tgi_common.json_pointer import escape
from tgi_conformance.http.exchange import EVENT_STREAM
from tgi_document.pinned import pinned_document
from tgi_document.repairs import repair
from tgi_document.walk import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
URI = "urn:tgi-conformance:contract"


@frozen
class Operation:
    """One documented operation; `pointer` is its place in the document."""

    method: str
    path: str
    pointer: str
    definition: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """Method and path, such as `POST /generate`."""
        return f"{self.method} {self.path}"

    @property
    def statuses(self) -> tuple[int, ...]:
        """The documented statuses."""
        return tuple(int(status) for status in self.definition["responses"] if str(status).isdigit())

    def media_types(self, status: int) -> tuple[str, ...]:
        """The documented media types of a status; empty if no body is documented."""
        return tuple(self.definition["responses"].get(str(status), {}).get("content", {}))

    def response_pointer(self, status: int, media_type: str) -> str:
        """The place of an answer's schema in the document."""
        return f"{self.pointer}/responses/{status}/content/{escape(media_type)}/schema"

    @property
    def streams(self) -> bool:
        """Whether an event stream is documented for status 200."""
        return EVENT_STREAM in self.media_types(200)


@frozen(slots=False)
class Contract:
    """A repaired document: what the deployment documents.

    It is `assumed` if the deployment runs an older release and serves no document: then the pinned document
    stands in, and requirements with generated data are not checked.
    """

    document: Mapping[str, Any] = field(repr=False)
    assumed: bool = False

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Every documented operation by its name."""
        return {operation.name: operation for operation in self._operations()}

    @property
    def release(self) -> Version:
        """The release that the document names."""
        return Version(str(self.document["info"]["version"]))

    def operation(self, name: str) -> Operation:
        """Return an operation, from the pinned document if this one lacks it."""
        return self.operations.get(name) or pinned_contract().operations[name]

    def problem(self, value: Any, pointer: str) -> str | None:
        """Describe in one line why a value does not match the schema at the pointer; None if it does."""
        validator = Draft202012Validator({"$ref": f"{URI}{pointer}"}, registry=self._registry)
        error = best_match(validator.iter_errors(value))
        return None if error is None else f"at {error.json_path}: {error.message[:300]}"

    def has(self, pointer: str) -> bool:
        """Whether the document has something at the pointer."""
        try:
            resolve(self.document, pointer)
        except KeyError:
            return False
        return True

    def schema(self, name: str) -> Mapping[str, Any]:
        """A component schema as the document has it."""
        found: Mapping[str, Any] = self.document["components"]["schemas"][name]
        return found

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    pointer = f"#/paths/{escape(path)}/{method}"
                    yield Operation(method.upper(), path, pointer, item[method])

    @cached_property
    def _registry(self) -> Registry[Any]:
        resource = DRAFT202012.create_resource(as_json_schema(self.document))
        registry: Registry[Any] = Registry().with_resource(URI, resource)
        return registry


def contract_of(served: Mapping[str, Any] | None, release: Version | None) -> Contract:
    """Return the contract of a release: an older one is checked against the document that it serves."""
    pinned = pinned_contract()
    if release is None or release.release[:2] >= pinned.release.release[:2]:
        return pinned
    if served is None:
        return Contract(pinned.document, assumed=True)
    document, _ = repair(dict(served))
    return Contract(document)


@lru_cache(maxsize=1)
def pinned_contract() -> Contract:
    """The pinned document, repaired so that tools can read it; known deviations stand for its corrections."""
    document, _ = repair(pinned_document())
    return Contract(document)


def as_json_schema(node: Any) -> Any:
    """Turn OpenAPI 3.0's dialect into JSON Schema, as a client reads answers.

    `oneOf` becomes `anyOf`: the document uses it for untagged unions, whose alternatives a reader tries in
    order, so an answer may match two of them.
    """
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {
        name: _members(member) if name in _MAPS else as_json_schema(member)
        for name, member in node.items()
        if name not in _PROSE
    }
    if isinstance(plain.get("oneOf"), list):
        plain["anyOf"] = plain.pop("oneOf")
    for bound in ("Minimum", "Maximum"):
        _exclusive(plain, f"exclusive{bound}", bound.lower())
    if plain.pop("nullable", None) is True:
        return {"anyOf": [plain, {"type": "null"}]}
    return plain


_PROSE = frozenset({"example", "default", "discriminator", "xml", "externalDocs"})
_MAPS = frozenset({"properties", "schemas", "paths"})  # their keys are names, not keywords


def _members(node: Any) -> Any:
    return {name: as_json_schema(member) for name, member in node.items()} if isinstance(node, dict) else node


def _exclusive(schema: dict[str, Any], exclusive: str, inclusive: str) -> None:
    flag = schema.get(exclusive)
    if isinstance(flag, bool):
        del schema[exclusive]
        if flag and inclusive in schema:
            schema[exclusive] = schema.pop(inclusive)
