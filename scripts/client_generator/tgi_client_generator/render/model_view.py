"""What the templates show: everything decided, nothing left but to write it down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.none import NoneProperty

from tgi_client_generator.names import module_of
from tgi_client_generator.render.docstrings import described, docstring, section

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_client_generator.render.expressions import Expressions


@frozen
class MemberView:
    """A member of a model."""

    wire: str
    identifier: str
    type: str
    required: bool
    default: str
    """What it is unless it is given, or nothing."""

    decoded: str
    """Its value, from the JSON value in `_IDENTIFIER`; nothing if the JSON value is the value."""

    encoded: str
    description: str
    check: str
    constants: tuple[Any, ...]

    @property
    def constant(self) -> str:
        """What it is if it is missing on the wire: its only value, if it has just one."""
        return self.default if self.required else ""

    @property
    def taken(self) -> str:
        """Its JSON value, from the JSON object `src_dict`."""
        default = self.constant or ("" if self.required else "UNSET")
        return f"src_dict.get({self.wire!r}, {default})" if default else f"src_dict[{self.wire!r}]"

    @property
    def is_taken_before(self) -> bool:
        """Whether its JSON value is needed more than once, and so gets a name."""
        return bool(self.decoded) and (not self.required or self._uses() != 1)

    @property
    def read(self) -> str:
        """Its value, from the JSON object `src_dict` or from the name."""
        if not self.decoded:
            return self.taken
        if not self.is_taken_before:
            return re.sub(rf"\b_{self.identifier}\b", lambda _: self.taken, self.decoded)
        name = f"_{self.identifier}"
        return self.decoded if self.required else f"{name} if {name} is UNSET else {self.decoded}"

    @property
    def fits(self) -> str:
        """Whether the JSON value `_value` is right for it."""
        known = f"(not exact or _value in {set_literal(self.constants)})" if self.constants else ""
        return " and ".join(part for part in (self.check, known) if part and part != "True")

    def _uses(self) -> int:
        return len(re.findall(rf"\b_{self.identifier}\b", self.decoded))


@frozen
class ModelView:
    """A model."""

    name: str
    description: str
    members: list[MemberView]
    imports: list[tuple[str, str]]
    """Modules of other classes, and the names of these."""

    value_type: str
    """Type of the members without a name."""

    decoded_value: str
    encoded_value: str
    is_picked: bool
    """Whether it has to be told from other models."""

    @property
    def can_miss(self) -> bool:
        """Whether a JSON object may lack something that it needs."""
        return any(member.required and not member.constant for member in self.members)

    @property
    def counted(self) -> str:
        """How many members with names the JSON object `src_dict` has; nothing if that takes long to count."""
        uncertain = [member for member in self.members if not member.required or member.constant]
        if len(uncertain) > _MOST_COUNTED:
            return ""
        certain = len(self.members) - len(uncertain)
        return " + ".join([str(certain), *(f"({member.wire!r} in src_dict)" for member in uncertain)])

    @property
    def docstring(self) -> str:
        """The docstring of the class."""
        entries = [(f"{member.identifier} ({member.type})", member.description) for member in self.members]
        more = (f"additional_properties (dict[str, {self.value_type}])", "What the document does not name.")
        lines = described(self.description, f"{self.name}.", 4)
        return docstring([*lines, *section("Attributes", [*entries, more], 4)], 4)

    @property
    def helpers(self) -> list[str]:
        """What its code takes from the module `codec`."""
        written = " ".join(
            [self.decoded_value, self.encoded_value, *(m.decoded + m.encoded for m in self.members)]
        )
        used = [name for name in ("encoded", "items_of", "pick") if f"{name}(" in written]
        if self.members:
            used.append("other_members")
        return sorted([*used, "members_of", *(["missing"] if self.can_miss else [])])

    @property
    def typing_names(self) -> list[str]:
        """What its code takes from the module `typing`."""
        types = " ".join([self.value_type, *(member.type for member in self.members)])
        used = [name for name in ("Literal",) if f"{name}[" in types]
        if self.members or self.is_picked:
            used.append("ClassVar")
        return sorted(["TYPE_CHECKING", "Any", *used], key=import_order)

    @property
    def shared_types(self) -> list[str]:
        """What its code takes from the module `types`."""
        has_file = any(re.search(r"\bFile\b", member.type) for member in self.members)
        has_unset = any(not member.required for member in self.members)
        return [
            *(["UNSET"] if has_unset else []),
            *(["File"] if has_file else []),
            *(["Unset"] if has_unset else []),
        ]


_MOST_COUNTED = 4
"""Members that may be absent, of which it is quicker to ask for each than to call a function."""


class ModelViews:
    """Makes views of the models of one client."""

    def __init__(self, code: Expressions, models: list[Any]) -> None:
        self._code = code
        self._models = {code.token(model): model for model in models}
        self._picked: set[str] = set()
        for model in models:
            for prop in _properties(model):
                self.must_tell(prop)

    def must_tell(self, prop: Any) -> None:
        """Note that reading this property must tell models from one another, and what they hold, too."""
        self._add(list(self._code.picked(prop)))

    def _add(self, pending: list[str]) -> None:
        while pending:
            token = pending.pop()
            if token not in self._picked and token in self._models:
                self._picked.add(token)
                for inner in _properties(self._models[token]):
                    pending += self._code.classes(inner)

    def must_recognise(self, prop: Any) -> None:
        """Note that it is asked of JSON values whether they are this model."""
        self._add(list(self._code.classes(prop)))

    def view(self, model: Any) -> ModelView:
        """Make the view of a model."""
        code, token = self._code, self._code.token(model)
        name = code.class_name(model)
        members = [self._member(name, token, prop) for prop in _properties(model)]
        more = model.additional_properties
        is_plain = not more or code.is_read_as_it_is(more)
        place = f"{name}.additional_properties"
        return ModelView(
            name=name,
            description=code.parsed.models[token].description,
            members=sorted(members, key=lambda member: bool(member.default)),
            imports=self._imports(model, token),
            value_type=code.annotation_of_values(model),
            decoded_value="" if is_plain else code.decoded(more, "_value", place, 1),
            encoded_value="" if is_plain else code.encoded(more, "_value", 1),
            is_picked=token in self._picked,
        )

    def _member(self, owner: str, token: str, prop: Any) -> MemberView:
        code, info = self._code, self._code.parsed.models[token]
        member = info.members[str(text_of(prop.name))]
        source = f"_{member.identifier}"
        decoded = "" if code.is_read_as_it_is(prop) else code.decoded(prop, source, f"{owner}.{member.wire}")
        constants = member.constants or info.hints.get(member.wire, ())
        default = "" if prop.required else "UNSET"
        if prop.required and len(member.constants) == 1:
            default = repr(member.constants[0])
        return MemberView(
            wire=member.wire,
            identifier=member.identifier,
            type=code.annotation(prop) + ("" if prop.required else " | Unset"),
            required=prop.required,
            default=default,
            decoded=decoded,
            encoded=self._encoded(prop, f"self.{member.identifier}"),
            description=member.description,
            check=code.check(prop, "_value"),
            constants=constants,
        )

    def _encoded(self, prop: Any, source: str) -> str:
        """Give the JSON value of a member, also of one that is null although its type does not say so."""
        plain = self._code.is_read_as_it_is(prop)
        if plain or prop.required or takes_null(prop):
            return self._code.encoded(prop, source)
        return f"encoded({source})"

    def _imports(self, model: Any, token: str) -> list[tuple[str, str]]:
        props = [*_properties(model), *filter(None, [model.additional_properties])]
        tokens = set().union(*map(self._code.classes, props)) - {token}
        names = sorted(self._code.parsed.classes[other] for other in tokens)
        return [(module_of(name), name) for name in names]


def import_order(name: str) -> tuple[bool, bool, str]:
    """Sort imported names as isort does: constants, classes, functions."""
    return not name.isupper(), name[:1].islower(), name


def set_literal(values: Iterable[Any]) -> str:
    """Write a set with at least one value, in its order."""
    return "{" + ", ".join(map(repr, values)) + "}"


def _properties(model: Any) -> list[Any]:
    """Give the members of a model in the order of the document."""
    members = [*(model.required_properties or ()), *(model.optional_properties or ())]
    return sorted(members, key=lambda prop: int(text_of(prop.name)[1:]))


def variants(prop: Any) -> list[Any]:
    """Give the properties that a value may be of, one by one."""
    return [item for inner in getattr(prop, "inner_properties", ()) for item in variants(inner)] or [prop]


def takes_null(prop: Any) -> bool:
    """Tell whether a value may be null."""
    return any(isinstance(item, NoneProperty | AnyProperty) for item in variants(prop))


def text_of(value: Any) -> str:
    """Give the text of what later versions of the parser wrap, lest it be written unescaped."""
    return str(value.get_untrusted_value()) if hasattr(value, "get_untrusted_value") else str(value)
