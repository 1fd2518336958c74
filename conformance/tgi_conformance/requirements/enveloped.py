"""The array around a generate answer of /invocations, whose first element older clients read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import INVOCATIONS, Form, get, member
from tgi_conformance.protocol.routes import MODELS
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._verify import OK, expect, expect_status, seen
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context


@requirement(
    "answer-is-in-an-array",
    "A generate body is answered with an array of one answer, as TGI does, unless the deployment follows the "
    "document where TGI deviates from it.",
    forms=(INVOCATIONS,),
    source="behaviour.md#other-routes",
    category="answers",
    why="SageMaker clients read the first element.",
)
def answer_is_in_an_array(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    body = exchange.response.json
    if isinstance(body, dict) and _lists_models_as_documented(context):
        raise UnsupportedError("the deployment follows the document where TGI deviates from it")
    expect(isinstance(body, list) and len(body) == 1, "an array of one answer", seen(exchange), exchange)


def _lists_models_as_documented(context: Context) -> bool:
    """Tell whether /v1/models answers one model without a list around it, as documented; no TGI does."""
    if MODELS.operation in context.capabilities.absent:
        return False
    body = context.cached(get("/v1/models")).response.json
    return isinstance(member(body, "id"), str) and member(body, "data") is None
