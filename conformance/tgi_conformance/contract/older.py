"""What an older release's document wants of a request that the pinned one does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from tgi_conformance.contract.contract import Contract
    from tgi_conformance.http.exchange import Request

MODEL = "tgi"  # a name that TGI takes for whatever model it serves
SCHEMAS = {"/v1/chat/completions": "ChatRequest", "/v1/completions": "CompletionRequest"}


@frozen
class Older:
    """Paths whose bodies must name a model, and paths that take one prompt as a text alone."""

    naming: frozenset[str] = field(factory=frozenset)
    single: frozenset[str] = field(factory=frozenset)

    def adapt(self, request: Request) -> Request:
        """Write a request as the release wants it; what its document forbids anyway stays as it is."""
        if request.path not in self.naming | self.single:
            return request
        body = request.json
        if not isinstance(body, dict):
            return request
        adapted = dict(body)
        if request.path in self.naming:
            adapted.setdefault("model", MODEL)
        prompt = body.get("prompt")
        if request.path in self.single and isinstance(prompt, list) and len(prompt) == 1:
            adapted["prompt"] = prompt[0]
        if adapted == body:
            return request
        return evolve(
            request, content=json.dumps(adapted, ensure_ascii=False).encode("utf-8", "surrogatepass")
        )


def older(contract: Contract) -> Older:
    """Read from a contract what its requests need."""
    schemas = contract.document["components"]["schemas"]
    naming, single = set(), set()
    for path, name in SCHEMAS.items():
        schema = schemas.get(name, {})
        if "model" in schema.get("required", ()):
            naming.add(path)
        if schema.get("properties", {}).get("prompt", {}).get("type") == "string":
            single.add(path)
    return Older(frozenset(naming), frozenset(single))
