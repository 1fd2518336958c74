"""The list of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call


@FAULT.answer("models")
def model_has_no_id(body: Any, _: Call) -> Any:
    """The listed model has no id."""
    for model in body.get("data", [body]):
        model.pop("id")
    return body


@FAULT.answer("models")
def model_has_another_id(body: Any, _: Call) -> Any:
    """The listed model is not the one that `/info` names."""
    for model in body.get("data", [body]):
        model["id"] = "another-model"
    return body


@FAULT.answer("models")
def no_model_is_listed(body: Any, _: Call) -> Any:
    """No model is listed."""
    return {**body, "data": []}


@FAULT.answer("models")
def models_are_a_bare_array(body: Any, _: Call) -> Any:
    """The models are a bare array."""
    return body.get("data", [body])


@FAULT.answer("models")
def model_is_of_another_kind(body: Any, _: Call) -> Any:
    """The `object` of a model is wrong."""
    for model in body.get("data", [body]):
        model["object"] = "Model"
    return body
