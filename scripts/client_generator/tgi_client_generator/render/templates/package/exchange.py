"""One request and its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

from .errors import DecodeError, UnexpectedContent, UnexpectedStatus, excerpt
from .types import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from .client import Client

T = TypeVar("T")


@frozen
class Call:
    """A request, before it is known to whom it goes."""

    operation: str
    method: str
    path: str
    headers: dict[str, str] = field(factory=dict)
    cookies: dict[str, str] = field(factory=dict)
    params: tuple[tuple[str, str], ...] = ()
    body: dict[str, Any] = field(factory=dict)
    """The body as httpx takes it: `content`, `data` or `files`."""

    def request(self, client: Client, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """Give the request to a server."""
        cookies = {**client.cookies, **self.cookies}
        headers = {**client.request_headers(), **self.headers}
        if cookies:
            headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in cookies.items())
        return http.build_request(
            self.method,
            client.base_url + self.path,
            headers=headers,
            params=self.params or None,
            timeout=client.timeout,
            **self.body,
        )


@frozen
class Answer:
    """An answer, to be read as what is documented for its status."""

    operation: str
    client: Client
    response: httpx.Response

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in small letters; empty if the server tells none."""
        return str(self.response.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the body claims to be JSON, or claims nothing."""
        return self.media_type in {"application/json", ""} or self.media_type.endswith("+json")

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            DecodeError: When it is none.
        """
        if not self.is_json:
            raise DecodeError(f"media type {excerpt(self.media_type)}, expected JSON")
        try:
            return json.loads(self.response.content)
        except (ValueError, RecursionError):
            raise DecodeError("the body is no JSON") from None

    def text(self) -> str:
        """Read the body as text."""
        return self.response.text

    def content(self) -> bytes:
        """Give the body as it is."""
        return self.response.content

    def excerpt(self) -> str:
        """Give the beginning of the body, printable and without the client's secrets."""
        return excerpt(
            self.client.redacted(self.response.content[:_EXCERPT_BYTES].decode("utf-8", "replace"))
        )

    def unexpected_status(self) -> UnexpectedStatus:
        """Give the error for a status with which nothing can come back."""
        return UnexpectedStatus(self.operation, self.status, "which has no documented body", self.excerpt())

    def unexpected_content(self, problem: str) -> UnexpectedContent:
        """Give the error for a body that is not the documented one."""
        problem = excerpt(self.client.redacted(problem))
        return UnexpectedContent(
            self.operation, self.status, f"not as documented ({problem})", self.excerpt()
        )

    def parsed(self, parse: Callable[[Answer], T]) -> T:
        """Read the answer.

        Raises:
            UnexpectedStatus: When its status is not documented.
            UnexpectedContent: When its body is not.
        """
        try:
            return parse(self)
        except DecodeError as error:
            raise self.unexpected_content(str(error)) from None


_EXCERPT_BYTES = 4000


def send(client: Client, call: Call, parse: Callable[[Answer], T]) -> Response[T]:
    """Send a request and read the answer."""
    http = client.get_httpx_client()
    return _response(client, call, parse, http.send(call.request(client, http)))


async def asend(client: Client, call: Call, parse: Callable[[Answer], T]) -> Response[T]:
    """Send a request and read the answer."""
    http = client.get_async_httpx_client()
    return _response(client, call, parse, await http.send(call.request(client, http)))


def _response(
    client: Client, call: Call, parse: Callable[[Answer], T], response: httpx.Response
) -> Response[T]:
    parsed = Answer(call.operation, client, response).parsed(parse)
    return Response(response.status_code, response.headers, response.content, parsed)
