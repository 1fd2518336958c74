"""The routes that generate nothing, and the places that belong to no route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.protocol.forms import (
    CHAT,
    COMPLETIONS,
    GENERATE,
    GENERATE_STREAM,
    INVOCATIONS,
    PROMPT,
    ROOT,
    Form,
    get,
    post,
)

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Request


@frozen
class Route:
    """What requirements are about that concern no form of generation.

    Attributes:
        name: How requirement ids call it.
        operation: Its method and path.
        example: A plain request to it; None where there is none.
        required: The member that its body must have; empty for none.
    """

    name: str
    operation: str
    example: Request | None = None
    required: str = ""

    @property
    def path(self) -> str:
        """Where it is served."""
        return self.operation.partition(" ")[2]

    @property
    def is_switched(self) -> bool:
        """Whether this is the streamed form of a route that has both: never."""
        return False


def example_of(place: Form | Route) -> Request:
    """Return a plain request to a form or route.

    Raises:
        ValueError: The place belongs to no route, and nothing can be sent to it.
    """
    if place.example is None:
        raise ValueError(f"{place.name} has no example request")
    return place.example


ANY_OPERATION = "any operation"
CHAT_BODY = {"messages": [{"role": "user", "content": PROMPT}]}

AUTHENTICATION = Route("authentication", ANY_OPERATION)
DEPLOYMENT = Route("deployment", ANY_OPERATION)
OTHER_PATHS = Route("other-paths", ANY_OPERATION)
DOCUMENT = Route("document", "GET /api-doc/openapi.json")
DOCUMENTATION_PAGE = Route("document", "GET /docs")
HEALTH = Route("health", "GET /health", get("/health"))
INFO = Route("info", "GET /info", get("/info"))
METRICS = Route("metrics", "GET /metrics", get("/metrics"))
MODELS = Route("models", "GET /v1/models", get("/v1/models"))
TOKENIZE = Route("tokenize", "POST /tokenize", post("/tokenize", {"inputs": PROMPT}), "inputs")
CHAT_TOKENIZE = Route("chat-tokenize", "POST /chat_tokenize", post("/chat_tokenize", CHAT_BODY), "messages")

# Every route that takes a body, by its unstreamed form where it has one.
WITH_BODY: tuple[Form | Route, ...] = (
    GENERATE,
    GENERATE_STREAM,
    ROOT,
    CHAT,
    COMPLETIONS,
    INVOCATIONS,
    TOKENIZE,
    CHAT_TOKENIZE,
)
