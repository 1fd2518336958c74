"""Adapt requests to what the document of an older release requires and the pinned one does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from tgi_conformance.contract.contract import Contract
    from tgi_conformance.http.exchange import Request

MODEL = "tgi"  # a name that TGI accepts for the model that it serves
SCHEMAS = {"/v1/chat/completions": "ChatRequest", "/v1/completions": "CompletionRequest"}


@frozen
class RequestAdapter:
    """Adapts requests to paths whose bodies must name a model, or take a prompt only as a string.

    Attributes:
        naming: The paths to which a model is named.
        single: The paths that take a prompt only as a string.
        model: The model that is named.
    """

    naming: frozenset[str] = field(factory=frozenset)
    single: frozenset[str] = field(factory=frozenset)
    model: str = MODEL

    def naming_everywhere(self, model: str) -> RequestAdapter:
        """Return an adapter that names this model wherever one can be named."""
        return evolve(self, naming=frozenset(SCHEMAS), model=model)

    def adapt(self, request: Request) -> Request:
        """Return the request as the release requires it; one that is invalid anyway stays as it is."""
        if request.path not in self.naming | self.single:
            return request
        body = request.json
        if not isinstance(body, dict):
            return request
        adapted = dict(body)
        if request.path in self.naming:
            adapted.setdefault("model", self.model)
        prompt = body.get("prompt")
        if request.path in self.single and isinstance(prompt, list) and len(prompt) == 1:
            adapted["prompt"] = prompt[0]
        if adapted == body:
            return request
        return evolve(
            request, content=json.dumps(adapted, ensure_ascii=False).encode("utf-8", "surrogatepass")
        )


def adapter_of(contract: Contract) -> RequestAdapter:
    """Make the adapter that the document of a contract requires."""
    schemas = contract.document["components"]["schemas"]
    naming, single = set(), set()
    for path, name in SCHEMAS.items():
        schema = schemas.get(name, {})
        if "model" in schema.get("required", ()):
            naming.add(path)
        if schema.get("properties", {}).get("prompt", {}).get("type") == "string":
            single.add(path)
    return RequestAdapter(frozenset(naming), frozenset(single))
