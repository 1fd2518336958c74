"""The generation routes in their forms: how each spells a request, and how each spells the answer.

A form is a route with streaming on or off. The suite asks every form the same questions, so what differs
between the routes is written here once: where parameters stand, what the token limit is called.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from tgi_conformance.http.exchange import JSON, Request

PROMPT = "What is Deep Learning?"
FEW_TOKENS = 4


@frozen
class Form:
    """A generation route, unstreamed or streamed.

    Attributes:
        name: How requirement ids call it.
        path: Where it is served.
        dialect: `generate`, `chat` or `completions`: how its body and its answer are spelled.
        streamed: Whether the answer is an event stream.
        switch: Whether a body member `stream` chooses between the two.
        schema: The component schema of its request.
        opening: What the answer is to begin with, given with each prompt.
    """

    name: str
    path: str
    dialect: str
    streamed: bool
    switch: bool
    schema: str
    opening: str = ""

    @property
    def operation(self) -> str:
        """Method and path."""
        return f"POST {self.path}"

    @property
    def is_switched(self) -> bool:
        """Whether this is the streamed form of a route that has both."""
        return self.switch and self.streamed

    @property
    def example(self) -> Request:
        """A plain request."""
        return self.ask()

    @property
    def required(self) -> str:
        """The member that a body must have."""
        return {"chat": "messages", "completions": "prompt"}.get(self.dialect, "inputs")

    @property
    def limit_name(self) -> str:
        """What the limit on new tokens is called here."""
        return "max_new_tokens" if self.dialect == "generate" else "max_tokens"

    @property
    def grammar_name(self) -> str:
        """What a grammar is called here."""
        return "response_format" if self.dialect == "chat" else "grammar"

    def body(
        self, prompt: str = PROMPT, /, tokens: int | None = FEW_TOKENS, **parameters: Any
    ) -> dict[str, Any]:
        """Write a body that asks for at most `tokens` tokens (None leaves the limit out)."""
        asked = dict(parameters) if tokens is None else {self.limit_name: tokens, **parameters}
        body = self._around(prompt, asked)
        if self.switch and self.streamed:
            body["stream"] = True
        return body

    def _around(self, prompt: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if self.dialect == "chat":
            messages = parameters.get("messages", [{"role": "user", "content": prompt}])
            begun = [{"role": "assistant", "content": self.opening}] if self.opening else []
            others = {name: value for name, value in parameters.items() if name != "messages"}
            return {"messages": [*messages, *begun], **others}
        if self.dialect == "completions":
            return {"prompt": [prompt + self.opening], **parameters}
        return {"inputs": prompt + self.opening, "parameters": parameters}

    def request(self, body: Any) -> Request:
        """Make the POST of a JSON body."""
        return post(self.path, body)

    def ask(self, prompt: str = PROMPT, /, tokens: int | None = FEW_TOKENS, **parameters: Any) -> Request:
        """Make a generation request."""
        return self.request(self.body(prompt, tokens=tokens, **parameters))


def post(path: str, body: Any, *, content_type: str = JSON) -> Request:
    """Make a POST of a JSON body."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return Request("POST", path, (("content-type", content_type),), content)


def get(path: str) -> Request:
    """Make a GET."""
    return Request("GET", path)


GENERATE = Form("generate", "/generate", "generate", streamed=False, switch=False, schema="GenerateRequest")
GENERATE_STREAM = Form(
    "generate-stream", "/generate_stream", "generate", streamed=True, switch=False, schema="GenerateRequest"
)
ROOT = Form("root", "/", "generate", streamed=False, switch=True, schema="CompatGenerateRequest")
ROOT_STREAM = evolve(ROOT, streamed=True)
CHAT = Form(
    "chat-completions", "/v1/chat/completions", "chat", streamed=False, switch=True, schema="ChatRequest"
)
CHAT_STREAM = evolve(CHAT, streamed=True)
COMPLETIONS = Form(
    "completions", "/v1/completions", "completions", streamed=False, switch=True, schema="CompletionRequest"
)
COMPLETIONS_STREAM = evolve(COMPLETIONS, streamed=True)
INVOCATIONS = Form(
    "invocations",
    "/invocations",
    "generate",
    streamed=False,
    switch=True,
    schema="SagemakerRequest",
)
INVOCATIONS_STREAM = evolve(INVOCATIONS, streamed=True)

UNSTREAMED = (GENERATE, ROOT, CHAT, COMPLETIONS, INVOCATIONS)
STREAMED = (GENERATE_STREAM, ROOT_STREAM, CHAT_STREAM, COMPLETIONS_STREAM, INVOCATIONS_STREAM)


def unstreamed(form: Form) -> Form:
    """Give the form whose answers are those of a stream in one piece."""
    return GENERATE if form.path == GENERATE_STREAM.path else evolve(form, streamed=False)


def listed(value: Any, *path: str | int) -> list[Any]:
    """Walk into JSON to an array; an empty one where the way ends, or leads to something else."""
    found = member(value, *path)
    return found if isinstance(found, list) else []


def member(value: Any, *path: str | int) -> Any:
    """Walk into JSON; None where the way ends."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value
