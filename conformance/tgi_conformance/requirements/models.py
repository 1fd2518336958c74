"""GET /v1/models: the models that OpenAI clients list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import get, listed, member
from tgi_conformance.protocol.routes import INFO, MODELS
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._verify import OK, expect, expect_equal, expect_fits, expect_status
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

REQUEST = get(MODELS.path)
SCHEMA = "#/components/schemas/ModelInfo"


@requirement(
    "models-are-described",
    "Each listed model, or the one that is described, is a ModelInfo whose `object` is `model`.",
    route=MODELS,
    source=SCHEMA,
    category="answers",
    why="Clients fill a menu with the ids.",
)
def models_are_described(context: Context) -> None:
    exchange = context.cached(REQUEST)
    expect_status(exchange, OK)
    models = _models(exchange)
    expect(bool(models), "a model", exchange.response.text, exchange)
    for model in models:
        expect_fits(context, exchange, model, SCHEMA)
        expect_equal("model", member(model, "object"), "object", exchange)
        expect(bool(member(model, "id")), "an id", model, exchange)


@requirement(
    "models-are-listed",
    "`data` lists the models, each with an `id`, as OpenAI's clients read them, unless the deployment "
    "follows the document, which describes one model without a list.",
    route=MODELS,
    source="behaviour.md#openai-style-routes",
    category="answers",
    why="OpenAI's clients take the first id where a user names no model.",
)
def models_are_listed(context: Context) -> None:
    exchange = context.cached(REQUEST)
    expect_status(exchange, OK)
    body = exchange.response.json
    if member(body, "data") is None and isinstance(member(body, "id"), str):
        raise UnsupportedError("one model is described, as documented, and none is listed")
    ids = [member(model, "id") for model in listed(body, "data")]
    named = bool(ids) and all(isinstance(one, str) and one for one in ids)
    expect(named, "models with ids in `data`", exchange.response.text[:200], exchange)


@requirement(
    "model-is-the-served-one",
    "The `model_id` of `/info` is among the models.",
    route=MODELS,
    source=f"{SCHEMA}/properties/id",
    category="answers",
    level=SHOULD,  # a server started from a folder may list a name of its own
    needs=(INFO.operation,),
    why="A client that asks for a listed id must get an answer.",
)
def model_is_the_served_one(context: Context) -> None:
    exchange = context.cached(REQUEST)
    expect_status(exchange, OK)
    ids = [member(model, "id") for model in _models(exchange)]
    served = context.capabilities.info.get("model_id")
    expect(served in ids, f"{served!r} listed", ids, exchange)


def _models(exchange: Exchange) -> list[Any]:
    """Give the models of either shape: the documented one, or OpenAI's list, which TGI serves."""
    body = exchange.response.json
    return body["data"] if isinstance(member(body, "data"), list) else [body]
