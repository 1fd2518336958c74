"""The middleware that runs injections on requests, answers and events.

It buffers a body until it is complete, and an event until its blank line. A server without injections does
not have this middleware.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from tgi_reference.api.answers import encoded
from tgi_reference.api.exchange import TOKENS
from tgi_reference.injection.call import GENERATE, Call, Event, Head
from tgi_reference.injection.hooks import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tgi_reference.api.services import Services
    from tgi_reference.injection.call import Reply
    from tgi_reference.injection.hooks import Injection

    Hooks = Callable[[Stage], Iterator[Callable[..., Any]]]

LARGEST: Final = 16 * 1024 * 1024
SUCCESS: Final = range(200, 300)
_END: Final = b"\n\n"


class InjectionMiddleware:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, injections: Sequence[Injection], services: Services, seed: int) -> None:
        self._app = app
        self._injections = injections
        self._services = services
        self._memory: dict[str, Any] = defaultdict(int)
        self._random = random.Random(seed)  # noqa: S311  # chance that can be repeated is the purpose

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        raw = await _read(receive)
        call = Call(
            method=scope["method"],
            path=scope["path"],
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            raw=raw,
            server=self._memory,
            services=self._services,
            random=self._random,
            receive=receive,
        )
        answer = _Answer(self._hooks(call), call, send)
        await self._respond(scope, call, answer)

    def _hooks(self, call: Call) -> Hooks:
        def hooks(stage: Stage) -> Iterator[Callable[..., Any]]:
            for injection in self._injections:
                yield from injection.at(stage, call.kind)

        return hooks

    async def _respond(self, scope: Scope, call: Call, answer: _Answer) -> None:
        hooks = self._hooks(call)
        for hook in hooks(Stage.REPLY):
            reply = hook(call)
            if reply is not None:
                await _response(reply)(scope, call.receive, answer.send)
                return
        for hook in hooks(Stage.REQUEST):
            hook(call)
        if call.has_another_body:
            # Escaped, so that half a surrogate pair stays what it is.
            call.raw = json.dumps(call.body).encode()
        inner = _scope(scope, call)
        try:
            await self._app(inner, _replay(call), answer.send)
        finally:
            if TOKENS in inner:
                scope[TOKENS] = inner[TOKENS]  # for the log, which is around this layer


async def _read(receive: Receive) -> bytes:
    """The request's body, or as much of it as is kept."""
    body = bytearray()
    while len(body) <= LARGEST:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    return bytes(body)


def _scope(scope: Scope, call: Call) -> Scope:
    headers = {**call.headers}
    if "content-length" in headers:
        headers["content-length"] = str(len(call.raw))
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {
        **scope,
        "method": call.method,
        "path": call.path,
        "raw_path": call.path.encode(),
        "headers": pairs,
    }


def _replay(call: Call) -> Receive:
    """The body once, then what the connection says."""
    waiting = [call.raw]

    async def receive() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await call.receive()

    return receive


def _response(reply: Reply) -> Response:
    headers = dict(reply.headers)
    if reply.media_type:
        headers["content-type"] = reply.media_type
    return Response(reply.body, reply.status, headers)


class _Answer:
    """What the API sends, on its way to the connection."""

    def __init__(self, hooks: Hooks, call: Call, send: Send) -> None:
        self._hooks = hooks
        self._call = call
        self._connection = send
        self._head: Head | None = None
        self._is_stream = False
        self._buffer = b""

    async def send(self, message: Message) -> None:
        """Take one ASGI message."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            self._head = Head(message["status"], headers)
            self._is_stream = headers.get("content-type", "").startswith("text/event-stream")
            if self._is_stream:
                await self._start()
            return
        self._buffer += message.get("body", b"")
        more = message.get("more_body", False)
        if self._is_stream:
            await self._events(more=more)
        elif not more:
            await self._whole()

    async def _start(self) -> None:
        head = self._head
        if head is None:
            return
        for hook in self._hooks(Stage.HEAD):
            hook(head, self._call)
        await self._out({"type": "http.response.start", "status": head.status, "headers": head.headers.raw})

    async def _whole(self) -> None:
        body = self._decoded(self._buffer)
        for hook in self._hooks(Stage.BODY):
            body = hook(body, self._call)
        if self._head is not None and "content-length" in self._head.headers:
            self._head.headers["content-length"] = str(len(body))
        await self._start()
        await self._out({"type": "http.response.body", "body": body, "more_body": False})

    def _decoded(self, body: bytes) -> bytes:
        """The body after the hooks for JSON, if it is JSON."""
        head = self._head
        if head is None or not head.headers.get("content-type", "").startswith("application/json"):
            return body
        hooks = list(self._hooks(Stage.ANSWER if head.status in SUCCESS else Stage.ERROR))
        if not hooks:
            return body
        value = json.loads(body)
        for hook in hooks:
            value = self._applied(hook, value)
        return encoded(value)

    def _applied(self, hook: Callable[..., Any], value: Any) -> Any:
        if self._call.kind == GENERATE and isinstance(value, list):
            return [hook(one, self._call) for one in value]
        return hook(value, self._call)

    async def _events(self, *, more: bool) -> None:
        *whole, self._buffer = self._buffer.split(_END)
        sent = b"".join(self._event(one + _END) for one in whole)
        if not more:
            sent, self._buffer = sent + self._buffer, b""
        if sent or not more:
            await self._out({"type": "http.response.body", "body": sent, "more_body": more})

    def _event(self, wire: bytes) -> bytes:
        if not wire.startswith(b"data:"):
            return wire
        events = [Event.read(wire)]
        for hook in self._hooks(Stage.EVENT):
            events = [changed for one in events for changed in hook(one, self._call)]
        return b"".join(map(self._framed, events))

    def _framed(self, event: Event) -> bytes:
        wire = event.wire
        for hook in self._hooks(Stage.FRAME):
            wire = hook(wire, self._call)
        return wire

    async def _out(self, message: Message) -> None:
        send = self._connection
        for hook in self._hooks(Stage.SEND):
            send = _through(hook, self._call, send)
        await send(message)


def _through(hook: Callable[..., Any], call: Call, send: Send) -> Send:
    async def changed(message: Message) -> None:
        await hook(message, call, send)

    return changed
