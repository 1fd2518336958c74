"""What is asked of models: which a value may be, and what their members are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from tgi_client_generator.render.model_view import takes_null, text_of, variants

if TYPE_CHECKING:
    from tgi_client_generator.render.expressions import Expressions

NoNulls: TypeAlias = "dict[str, tuple[bool, NoNulls]]"
"""By name of a member: whether it is left out where it is null, and the same for its own members."""

_DEEPEST_TABLE = 3
"""Objects in objects, in which members that are null are looked for."""


@frozen
class ModelLookup:
    """The models of one client."""

    code: Expressions
    models: dict[str, Any]
    """By token."""

    def models_in(self, prop: Any) -> list[Any]:
        """Give the models that a value may be, not those that it may hold."""
        return [item for item in variants(prop) if self.code.is_model(item)]

    def wires(self, model: Any) -> dict[str, str]:
        """Give the tokens of a model's members, by their names on the wire."""
        info = self.code.parsed.models.get(self.code.token(model))
        return {member.wire: token for token, member in info.members.items()} if info else {}

    def member(self, model: Any, wire: str) -> Any:
        """Give the property of a member, or None if the model has none of the name."""
        token = self.wires(model).get(wire)
        known = self.models.get(self.code.token(model), model)
        members = [*(known.required_properties or ()), *(known.optional_properties or ())]
        return next((prop for prop in members if str(text_of(prop.name)) == token), None)

    def no_nulls(self, prop: Any, above: tuple[str, ...] = ()) -> NoNulls:
        """Find the optional members that must not be null, and such members of objects among the members."""
        table: NoNulls = {}
        for model in self.models_in(prop):
            token = self.code.token(model)
            if token in above or len(above) > _DEEPEST_TABLE:
                continue
            for wire in self.wires(model):
                member = self.member(model, wire)
                if member is None:
                    continue
                refuses = not member.required and not takes_null(member)
                inner = self.no_nulls(member, (*above, token))
                known = table.get(wire, (True, {}))
                table[wire] = (refuses and known[0], {**known[1], **inner})
        return {wire: entry for wire, entry in table.items() if entry[0] or entry[1]}
