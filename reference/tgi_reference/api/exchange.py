"""One exchange: the body in, an answer out, and the framework's own answers in between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tgi_reference.api.answers import encoded, error_body
from tgi_reference.api.event_stream import Dialect
from tgi_reference.generation.errors import ApiError
from tgi_reference.generation.generator import LARGE, ClientGoneError
from tgi_reference.wire.extract import BodyError, decode, require_json, too_large

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from tgi_reference.api.services import Services
    from tgi_reference.generation.generation import Generation
    from tgi_reference.wire.shape import Shape

    Handler = Callable[["Call", Any], Awaitable[Response]]

JSON: Final = "application/json"
TOKENS: Final = "tgi_reference.tokens"


T = TypeVar("T")


class Call:
    """What a route's handler has to work with."""

    def __init__(self, services: Services, scope: Scope, receive: Receive) -> None:
        self.services = services
        self.receive = receive
        self._scope = scope

    def count(self, generation: Generation) -> None:
        """Note a generation's tokens for the line in the log."""
        prompt, generated = self._scope.get(TOKENS, (0, 0))
        tokens = len(generation.steps) if generation.finish is None else generation.finish.generated_tokens
        self._scope[TOKENS] = (prompt + generation.input_length, generated + tokens)

    async def offload(self, size: int, compute: Callable[[], T]) -> T:
        """The result of something that takes long when it is large, and then is done in a thread."""
        return await asyncio.to_thread(compute) if size > LARGE else compute()


class JsonResponse(Response):
    """An answer in JSON."""

    media_type = JSON

    def render(self, content: Any) -> bytes:
        """The body."""
        return encoded(content)


class NoResponse(Response):
    """Nothing at all, for a client that is gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


def error_response(error: ApiError, headers: Mapping[str, str] | None = None) -> Response:
    """An error of the API."""
    return JsonResponse(error_body(str(error), error.error_type), error.status, headers)


def openai_dialect(services: Services) -> Dialect:
    """How streams of the OpenAI-style routes fail and end."""
    openai, spaced = services.openai, services.settings.release.spaced_events
    return Dialect(openai.error, openai.end, error_response, spaced=spaced)


def counted(call: Call, check: Callable[[], None]) -> None:
    """Make a check that comes before any generation, and count its refusal.

    Raises:
        ApiError: as the check does.
    """
    try:
        check()
    except ApiError as error:
        call.services.metrics.failed(error.metric)
        raise


class JsonEndpoint:
    """An ASGI application that decodes a JSON body into ``shape`` and hands it to ``handler``."""

    def __init__(self, services: Services, shape: Shape, handler: Handler) -> None:
        self._services = services
        self._shape = shape
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._answer(scope, receive)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        try:
            call = Call(self._services, scope, receive)
            body = await self._body(scope, receive)
            value = await call.offload(len(body), lambda: decode(body, self._shape))
            return await self._handler(call, value)
        except BodyError as refused:
            return self._refusal(refused)
        except ApiError as error:
            return error_response(error)
        except (ClientGoneError, ClientDisconnect):
            return NoResponse()

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The body, of which no more than the limit is ever kept."""
        request = Request(scope, receive)
        require_json(request.headers.get("content-type"))
        limit = self._services.settings.payload_limit
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large()
        return bytes(body)

    def _refusal(self, refused: BodyError) -> Response:
        if self._services.settings.fidelity.framework_errors_are_json:
            return JsonResponse(error_body(refused.text, "validation"), 422)
        return Response(refused.text, refused.status, media_type="text/plain")
