"""Where the server is, and how to talk to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from attrs import define, evolve, field

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from attrs import Attribute

DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
"""Seconds, unless `timeout` or an httpx client of your own tells otherwise. Reading waits for each piece."""

_SHORTEST_SECRET = 6

_Self = TypeVar("_Self", bound="Client")


def _without_slash(url: object) -> str:
    return str(url).rstrip("/")


@define
class Client:
    """A server, and the httpx clients that talk to it.

    A client can be used from several threads or tasks. Used in a `with` or `async with`, it closes the httpx
    client that it made; one that was passed in stays open.

    Attributes:
        base_url: URL of the server, with the prefix of its paths if it has one.
        headers: Headers of every request.
        cookies: Cookies of every request.
        timeout: How long to wait for a connection or the next piece of an answer; None waits for ever.
        verify_ssl: Whether to verify the server's certificate, and by what.
        follow_redirects: Whether to follow redirects.
        httpx_args: Further arguments of `httpx.Client` and `httpx.AsyncClient`: limits, proxy, transport.
        httpx_client: A client to use instead of a new one.
        async_httpx_client: The same for the asynchronous functions.
    """

    base_url: str = field(converter=_without_slash, repr=False)
    headers: dict[str, str] = field(factory=dict, kw_only=True, repr=False)
    cookies: dict[str, str] = field(factory=dict, kw_only=True, repr=False)
    timeout: Any = field(default=httpx.USE_CLIENT_DEFAULT, kw_only=True, repr=False)
    verify_ssl: ssl.SSLContext | str | bool = field(default=True, kw_only=True, repr=False)
    follow_redirects: bool = field(default=False, kw_only=True)
    httpx_args: dict[str, Any] = field(factory=dict, kw_only=True, repr=False)
    httpx_client: httpx.Client | None = field(default=None, kw_only=True, repr=False)
    async_httpx_client: httpx.AsyncClient | None = field(default=None, kw_only=True, repr=False)
    _made: httpx.Client | None = field(default=None, init=False, repr=False, eq=False)
    _async_made: httpx.AsyncClient | None = field(default=None, init=False, repr=False, eq=False)

    def with_headers(self: _Self, headers: dict[str, str]) -> _Self:
        """Give a client like this one, with connections of its own, that sends further headers."""
        return evolve(self, headers={**self.headers, **headers})

    def with_cookies(self: _Self, cookies: dict[str, str]) -> _Self:
        """Give a client like this one, with connections of its own, that sends further cookies."""
        return evolve(self, cookies={**self.cookies, **cookies})

    def with_timeout(self: _Self, timeout: httpx.Timeout | float | None) -> _Self:
        """Give a client like this one, with connections of its own and another timeout."""
        return evolve(self, timeout=timeout)

    def get_httpx_client(self) -> httpx.Client:
        """Give the httpx client of the synchronous functions; the first call makes it."""
        if self.httpx_client is not None:
            return self.httpx_client
        if self._made is None:
            self._made = httpx.Client(**self._httpx_arguments())
        return self._made

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Give the httpx client of the asynchronous functions; the first call makes it."""
        if self.async_httpx_client is not None:
            return self.async_httpx_client
        if self._async_made is None:
            self._async_made = httpx.AsyncClient(**self._httpx_arguments())
        return self._async_made

    def request_headers(self) -> dict[str, str]:
        """Give the headers of every request, the key among them."""
        return self.headers

    def secrets(self) -> list[str]:
        """Give what must not be shown: values of headers and cookies, unless they are too short to tell."""
        values = (*self.headers.values(), *self.cookies.values())
        parts = [part for value in values for part in (value, *value.split()[1:])]
        return [part for part in parts if len(part) >= _SHORTEST_SECRET]

    def redacted(self, text: str) -> str:
        """Give a text without the secrets of this client."""
        for secret in self.secrets():
            text = text.replace(secret, "***")
        return text

    def close(self) -> None:
        """Close the httpx client that this one made for the synchronous functions."""
        if self._made is not None:
            self._made.close()
            self._made = None

    async def aclose(self) -> None:
        """Close the httpx client that this one made for the asynchronous functions."""
        if self._async_made is not None:
            await self._async_made.aclose()
            self._async_made = None

    def __enter__(self: _Self) -> _Self:
        """Begin to use the client."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    async def __aenter__(self: _Self) -> _Self:
        """Begin to use the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.aclose()

    def _httpx_arguments(self) -> dict[str, Any]:
        own_timeout = self.timeout is not httpx.USE_CLIENT_DEFAULT
        return {
            "timeout": self.timeout if own_timeout else DEFAULT_TIMEOUT,
            "verify": self.verify_ssl,
            "follow_redirects": self.follow_redirects,
            **self.httpx_args,
        }


def _check_token(_client: AuthenticatedClient, _attribute: Attribute[str], token: str) -> None:
    # Checked here, since httpx would show the key in its error.
    if not token or not all("!" <= character <= "~" for character in token):
        raise ValueError("token: expected visible ASCII characters")


@define
class AuthenticatedClient(Client):
    """A client that sends a key with each request.

    Attributes:
        token: The key.
        prefix: What stands before the key in the header.
        auth_header_name: The header.
    """

    token: str = field(repr=False, validator=_check_token)
    prefix: str = field(default="Bearer", kw_only=True)
    auth_header_name: str = field(default="Authorization", kw_only=True)

    def request_headers(self) -> dict[str, str]:
        """Give the headers of every request, the key among them."""
        key = f"{self.prefix} {self.token}" if self.prefix else self.token
        return {**self.headers, self.auth_header_name: key}

    def secrets(self) -> list[str]:
        """Give what must not be shown, the key first."""
        return [self.token, *Client.secrets(self)]


__all__ = ["DEFAULT_TIMEOUT", "AuthenticatedClient", "Client"]
