"""GET /v1/models: what OpenAI's clients list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import get, member
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import OK, expect, expect_equal, expect_fits, expect_status
from tgi_conformance.requirements.answers import documented_answer
from tgi_conformance.requirements.framing import head_as_get
from tgi_conformance.requirements.methods import get_alone
from tgi_conformance.results.levels import Level

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "models", "GET /v1/models")
get_alone(CATALOGUE)
head_as_get(CATALOGUE)
INFO = "#/components/schemas/ModelInfo"

documented_answer(CATALOGUE, get("/v1/models"))


def _models(exchange: Exchange) -> list[Any]:
    """Give the models of either shape: the documented one, and OpenAI's list that TGI serves."""
    body = exchange.response.json
    return body["data"] if isinstance(member(body, "data"), list) else [body]


@CATALOGUE.add(
    "models-are-described",
    "Each model that is listed, or the one that is described, is a ModelInfo whose `object` is `model`.",
    source=INFO,
    why="Clients fill a menu with the ids.",
)
def described(context: Context) -> None:
    """Look at each."""
    exchange = context.cached(get("/v1/models"))
    expect_status(exchange, OK)
    models = _models(exchange)
    expect(bool(models), "a model", exchange.response.text, exchange)
    for model in models:
        expect_fits(context, exchange, model, INFO)
        expect_equal("model", member(model, "object"), "object", exchange)
        expect(bool(member(model, "id")), "an id", model, exchange)


@CATALOGUE.add(
    "model-is-the-served-one",
    "`/info` names one of the models.",
    source=f"{INFO}/properties/id",
    level=Level.SHOULD,  # a server started from a folder may list a name of its own
    needs=("GET /info",),
    why="A client that asks for the listed id must be understood.",
)
def served(context: Context) -> None:
    """Compare with /info."""
    exchange = context.cached(get("/v1/models"))
    expect_status(exchange, OK)
    ids = [member(model, "id") for model in _models(exchange)]
    expect(
        context.capabilities.info.get("model_id") in ids,
        f"{context.capabilities.info.get('model_id')!r} listed",
        ids,
        exchange,
    )
