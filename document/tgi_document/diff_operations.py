"""What changed in one operation, apart from its schemas, which `diff_schemas` compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from tgi_document.changes import CALLERS, NOBODY, READERS, Change, Direction, Party
from tgi_document.pinned import structure
from tgi_document.shapes import Place, canonical, in_words
from tgi_document.walk import pointer_of, resolve
from tgi_document.whereabouts import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_document.diff_schemas import SchemaDiff
    from tgi_document.walk import Document, Path

REQUEST, RESPONSE, BOTH = Direction.REQUEST, Direction.RESPONSE, Direction.BOTH


@define
class OperationDiff:
    """Compares operations of two documents, and gathers what changed in them."""

    schemas: SchemaDiff
    changes: list[Change] = field(factory=list)

    def compare(
        self, old_key: tuple[str, str], old: dict[str, Any], key: tuple[str, str], new: dict[str, Any]
    ) -> None:
        """Compare the two states of an operation, each with its path and method."""
        before, after = Place(path_of_operation(old_key), old), Place(path_of_operation(key), new)
        self._names(before, after)
        self._security(before, after)
        self._parameters(
            _parameters(self.schemas.old, old_key, before), _parameters(self.schemas.new, key, after)
        )
        self._request_body(before, after)
        self._responses(before, after)
        if canonical(_bare(old.get("callbacks"))) != canonical(_bare(new.get("callbacks"))):
            self.note("callbacks changed", _below(after, "callbacks"), RESPONSE, READERS)

    def note(
        self,
        kind: str,
        place: Place,
        direction: Direction,
        breaks: frozenset[Party] = NOBODY,
        change: tuple[Any, Any] = (None, None),
    ) -> None:
        """Add a change at a place, of the old document when something was removed there."""
        document = self.schemas.old if kind.endswith(" removed") else self.schemas.new
        where, inside = words_of(document, place.path)
        self.changes.append(Change(kind, where, inside, pointer_of(place.path), direction, *change, breaks))

    def _names(self, old: Place, new: Place) -> None:
        """Compare the names. Clients are generated with the operationId for the name of a function."""
        for keyword, breaks in (("operationId", CALLERS), ("tags", NOBODY), ("deprecated", NOBODY)):
            before, after = old.schema.get(keyword), new.schema.get(keyword)
            if (before or None) != (after or None):
                self.note(f"{keyword} changed", _below(new, keyword), BOTH, breaks, (before, after))

    def _security(self, old: Place, new: Place) -> None:
        """Compare the ways to authenticate: a caller uses one of them, so new ones break nothing."""
        before, after = _ways_in(self.schemas.old, old.schema), _ways_in(self.schemas.new, new.schema)
        if before != after:
            breaks = NOBODY if before <= after else CALLERS
            self.note(
                "security changed", _below(new, "security"), REQUEST, breaks, (sorted(before), sorted(after))
            )

    def _parameters(self, before: dict[tuple[str, str], Place], after: dict[tuple[str, str], Place]) -> None:
        for name, place in before.items():
            if name not in after:
                self.note("parameter removed", place, REQUEST, CALLERS, (_parameter_words(place), None))
        for name, place in after.items():
            required = bool(place.schema.get("required"))
            if name not in before:
                kind = "required parameter added" if required else "parameter added"
                self.note(
                    kind, place, REQUEST, CALLERS if required else NOBODY, (None, _parameter_words(place))
                )
                continue
            self._requiredness(before[name], place, REQUEST)
            for keyword in ("style", "explode", "allowReserved"):
                self._keyword(keyword, before[name], place)
            self._schema(before[name], place, REQUEST)
            self._content(before[name], place, REQUEST)

    def _request_body(self, old: Place, new: Place) -> None:
        before = _below(old, "requestBody", self.schemas.old)
        after = _below(new, "requestBody", self.schemas.new)
        if not before.schema and not after.schema:
            return
        if not after.schema:
            self.note(
                "request body removed", before, REQUEST, CALLERS, (self._body_words(before, "old"), None)
            )
        elif not before.schema:
            breaks = CALLERS if after.schema.get("required") else NOBODY
            self.note("request body added", after, REQUEST, breaks, (None, self._body_words(after, "new")))
        else:
            self._requiredness(before, after, REQUEST)
            self._content(before, after, REQUEST)

    def _responses(self, old: Place, new: Place) -> None:
        """Compare statuses. A reader must know each kind of success; of errors new ones may always come."""
        before = _map_below(old, "responses", self.schemas.old)
        after = _map_below(new, "responses", self.schemas.new)
        for status, place in before.items():
            if status not in after:
                change = (self._body_words(place, "old"), None)
                self.note("status removed", place, RESPONSE, _readers_of(status), change)
        for status, place in after.items():
            if status not in before:
                words = (None, self._body_words(place, "new"))
                self.note("status added", place, RESPONSE, _readers_of(status), words)
            else:
                self._content(before[status], place, RESPONSE)
                self._headers(before[status], place)

    def _headers(self, old: Place, new: Place) -> None:
        before = _map_below(old, "headers", self.schemas.old)
        after = _map_below(new, "headers", self.schemas.new)
        for name in before:
            if name not in after:
                self.note("header removed", before[name], RESPONSE, READERS)
        for name, place in after.items():
            if name not in before:
                self.note("header added", place, RESPONSE)
            else:
                self._requiredness(before[name], place, RESPONSE)
                self._schema(before[name], place, RESPONSE)

    def _content(self, old: Place, new: Place, direction: Direction) -> None:
        """Compare media types. One more breaks nobody: who takes it says so, by Accept or in the request."""
        before, after = (
            _map_below(old, "content", self.schemas.old),
            _map_below(new, "content", self.schemas.new),
        )
        for name in before:
            if name not in after:
                breaks = CALLERS if direction is REQUEST else READERS
                self.note("media type removed", before[name], direction, breaks, (name, None))
        for name, place in after.items():
            if name not in before:
                self.note("media type added", place, direction, NOBODY, (None, name))
            else:
                self._schema(before[name], place, direction)

    def _schema(self, old: Place, new: Place, direction: Direction) -> None:
        """Compare the schemas of a parameter, a header or a media type; to have none is to allow anything."""
        before, after = (
            Place((place.path, "schema"), place.schema.get("schema", {})) for place in (old, new)
        )
        if "schema" in old.schema or "schema" in new.schema:
            self.schemas.compare(before, after, direction)

    def _requiredness(self, old: Place, new: Place, direction: Direction) -> None:
        before, after = bool(old.schema.get("required")), bool(new.schema.get("required"))
        if before != after:
            loses = after if direction is REQUEST else before
            party = CALLERS if direction is REQUEST else READERS
            self.note("requiredness changed", new, direction, party if loses else NOBODY, (before, after))

    def _keyword(self, keyword: str, old: Place, new: Place) -> None:
        before, after = old.schema.get(keyword), new.schema.get(keyword)
        if before != after:
            words = ({keyword: before}, {keyword: after})
            self.note("serialization changed", new, REQUEST, CALLERS, words)

    def _body_words(self, body: Place, side: str) -> str:
        """Say in a few words what a body is: `application/json: GenerateRequest`."""
        document = self.schemas.old if side == "old" else self.schemas.new
        words = [
            f"{name}: {in_words(document, Place((), media['schema']))}" if "schema" in media else name
            for name, media in body.schema.get("content", {}).items()
        ]
        return ", ".join(words)


def path_of_operation(key: tuple[str, str]) -> Path:
    """Give the path of an operation in its document."""
    return ((((), "paths"), key[0]), key[1])


def _below(place: Place, keyword: str, document: Document | None = None) -> Place:
    """Give what is at a keyword, an empty object if nothing is, its reference followed."""
    return _followed(document, Place((place.path, keyword), place.schema.get(keyword, {})))


def _map_below(place: Place, keyword: str, document: Document) -> dict[str, Place]:
    path = (place.path, keyword)
    entries: Mapping[str, Any] = place.schema.get(keyword, {})
    return {name: _followed(document, Place((path, name), value)) for name, value in entries.items()}


def _followed(document: Document | None, place: Place) -> Place:
    """Follow references. `parse_document` refuses circles; what leads nowhere is as good as empty."""
    while document is not None and isinstance(place.schema, dict) and "$ref" in place.schema:
        reference = place.schema["$ref"]
        try:
            place = Place(place.path, resolve(document, reference))
        except KeyError:
            place = Place(place.path, {})
    return place


def _parameters(document: Document, key: tuple[str, str], operation: Place) -> dict[tuple[str, str], Place]:
    """Give the parameters by where they are and their name; an operation's own come before its path's."""
    item = document["paths"][key[0]]
    shared = _followed(document, Place((((), "paths"), key[0]), item))
    found: dict[tuple[str, str], Place] = {}
    for holder in (shared, operation):
        for index, value in enumerate(holder.schema.get("parameters", [])):
            place = _followed(document, Place(((holder.path, "parameters"), index), value))
            name = str(place.schema.get("name"))
            inside = str(place.schema.get("in"))
            found[inside, name.lower() if inside == "header" else name] = place
    return found


def _parameter_words(place: Place) -> str:
    return f"{place.schema.get('name')} in {place.schema.get('in')}"


def _ways_in(document: Document, operation: dict[str, Any]) -> set[str]:
    """Give the sets of schemes that let a caller in; `{}` is that nothing is needed."""
    ways = operation.get("security", document.get("security")) or [{}]
    return {canonical(way) for way in ways}


def _readers_of(status: str) -> frozenset[Party]:
    return READERS if status.startswith("2") else NOBODY


def _bare(value: Any) -> Any:
    return structure({"callbacks": value or {}})["callbacks"]
