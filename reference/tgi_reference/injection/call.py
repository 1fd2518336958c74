"""One exchange, as injections see it: decoded where it is JSON, and free to be changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from tgi_reference.api.answers import encoded

if TYPE_CHECKING:
    import random
    from collections.abc import MutableMapping

    from starlette.datastructures import MutableHeaders
    from starlette.types import Receive

    from tgi_reference.api.services import Services

DONE: Final = "[DONE]"
DEEPEST: Final = 200
GENERATE: Final = "generate"
CHAT: Final = "chat"
COMPLETIONS: Final = "completions"
GENERATION: Final = (GENERATE, CHAT, COMPLETIONS)
OPENAI: Final = (CHAT, COMPLETIONS)
_KINDS: Final = {
    "/generate": GENERATE,
    "/generate_stream": GENERATE,
    "/": GENERATE,
    "/v1/chat/completions": CHAT,
    "/v1/completions": COMPLETIONS,
    "/tokenize": "tokenize",
    "/chat_tokenize": "chat-tokenize",
    "/info": "info",
    "/health": "health",
    "/ping": "health",
    "/metrics": "metrics",
    "/v1/models": "models",
    "/docs": "docs",
    "/api-doc/openapi.json": "document",
}


@define
class Call:
    """One exchange.

    Attributes:
        method, path, headers: Of the request; names of headers are in lower case.
        raw: The request's body. What stands here when the API is called counts, unless ``body`` was changed.
        body: The request's body decoded; None where it is no JSON object.
        asked: The same as it came, whatever is done to ``body``.
        kind: What the route does, whatever it is called: generate, chat, completions, tokenize, …
        here: Memory of this exchange.
        server: Memory of the server, shared by all its exchanges.
        services: The server's parts.
        random: Chance, seeded.
        receive: The connection, to see when the client leaves.
    """

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    server: MutableMapping[str, Any]
    services: Services
    random: random.Random
    receive: Receive
    body: Any = None
    asked: Any = None
    kind: str = ""
    here: dict[str, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Decode the body."""
        self.body = _object(self.raw)
        self.asked = _object(self.raw)
        self.kind = self._kind()

    def _kind(self) -> str:
        if self.path == "/invocations":
            members = {"messages": CHAT, "prompt": COMPLETIONS}
            return next((kind for name, kind in members.items() if name in (self.body or {})), GENERATE)
        if self.path == "/" and self.method == "GET":
            return "health"
        return _KINDS.get(self.path.rstrip("/") or "/", "other")

    def move_to(self, path: str) -> None:
        """Let the request be one to another path."""
        self.path = path
        self.kind = self._kind()

    @property
    def parameters(self) -> dict[str, Any]:
        """The members that say how to generate, wherever this route has them; changes count."""
        if not isinstance(self.body, dict):
            return {}
        if self.kind != GENERATE:
            return self.body
        if not isinstance(self.body.get("parameters"), dict):
            if self.body.get("parameters") is not None:
                return {}
            self.body["parameters"] = {}
        parameters: dict[str, Any] = self.body["parameters"]
        return parameters

    @property
    def has_another_body(self) -> bool:
        """Whether ``body`` was changed; that ``parameters`` were looked for is no change."""
        if not isinstance(self.body, dict) or self.body == self.asked:
            return False
        return self.body != {**(self.asked or {}), "parameters": {}} or self.asked is None

    @property
    def limit(self) -> str:
        """What the limit on new tokens is called here."""
        return "max_new_tokens" if self.kind == GENERATE else "max_tokens"

    @property
    def streams(self) -> bool:
        """Whether the client asked for a stream."""
        asked = isinstance(self.asked, dict) and self.asked.get("stream") is True
        return self.path == "/generate_stream" or asked

    def read_null_as(self, name: str, value: Any) -> None:
        """Replace a parameter that is null; one that is left out stays so."""
        if self.parameters.get(name, value) is None:
            self.parameters[name] = value

    def wanted(self, name: str) -> Any:
        """A parameter as the client sent it; None where it sent none."""
        body = self.asked if isinstance(self.asked, dict) else {}
        found = body.get("parameters") if self.kind == GENERATE else body
        return found.get(name) if isinstance(found, dict) else None

    async def until_client_leaves(self) -> None:
        """Wait for the end of the connection."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


@define
class Head:
    """The status and the headers of an answer, to be changed."""

    status: int
    headers: MutableHeaders


@frozen
class Reply:
    """An answer that is given instead of the API's."""

    status: int = 200
    body: bytes = b""
    media_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@frozen
class Event:
    """One event of a stream: its data, and how it goes over the wire."""

    data: str
    wire: bytes = field(repr=False)

    @classmethod
    def read(cls, wire: bytes) -> Event:
        """The event in whole lines, blank line included."""
        lines = [line[5:].removeprefix(" ") for line in wire.decode().split("\n") if line.startswith("data:")]
        return cls("\n".join(lines), wire)

    @classmethod
    def of(cls, value: Any) -> Event:
        """An event that carries JSON."""
        return cls.text(encoded(value).decode())

    @classmethod
    def text(cls, data: str) -> Event:
        """An event that carries a text."""
        return cls(data, f"data: {data}\n\n".encode())

    @property
    def is_done(self) -> bool:
        """Whether this is the terminator."""
        return self.data == DONE

    @property
    def json(self) -> Any:
        """A fresh copy of what it carries; an empty object where that is no JSON object."""
        return _object(self.data.encode()) or {}

    @property
    def is_error(self) -> bool:
        """Whether it tells of an error."""
        return "error" in self.json

    @property
    def is_final(self) -> bool:
        """Whether it is the last that carries a token of its choice."""
        body = self.json
        if "token" in body:
            return body.get("generated_text") is not None
        return any(choice.get("finish_reason") for choice in body.get("choices") or ())

    @property
    def has_token(self) -> bool:
        """Whether it carries a token."""
        body = self.json
        return bool("token" in body or body.get("choices"))


def _object(data: bytes) -> Any:
    """A JSON object; None where it is none, or nested deeper than any request of a client that means well."""
    if data.count(b"[") + data.count(b"{") > DEEPEST and _nesting(data) > DEEPEST:
        return None
    try:
        value = json.loads(data.decode())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _nesting(data: bytes) -> int:
    """How deep brackets are nested, those within strings included."""
    depth = deepest = 0
    for letter in data:
        if letter in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in b"]}":
            depth -= 1
    return deepest
