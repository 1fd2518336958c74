"""The array around an answer of the generate form, which older clients index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import Form, get, member
from tgi_conformance.requirements._verify import OK, expect, expect_status, seen
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

MODELS = "GET /v1/models"


def answers_in_an_array(catalogue: Catalogue, form: Form) -> None:
    """The array that TGI puts around an answer, where its document has none."""

    @catalogue.add(
        "answer-is-in-an-array",
        "A generate body is answered with an array of one, as TGI does, unless the deployment keeps to the "
        "document where TGI does not.",
        source="behaviour.md#other-routes",
        operation=form.operation,
        why="SageMaker's clients read the first element.",
    )
    def check(context: Context) -> None:
        exchange = context.cached(form.ask())
        expect_status(exchange, OK)
        body = exchange.response.json
        if isinstance(body, dict) and _keeps_to_the_letter(context):
            raise UnsupportedError("the deployment answers as documented where TGI departs from its document")
        expect(isinstance(body, list) and len(body) == 1, "an array of one answer", seen(exchange), exchange)


def _keeps_to_the_letter(context: Context) -> bool:
    """Tell whether models are listed as documented, which no TGI does: one model, and no list around it."""
    if MODELS in context.capabilities.absent:
        return False
    body = context.cached(get("/v1/models")).response.json
    return isinstance(member(body, "id"), str) and member(body, "data") is None
