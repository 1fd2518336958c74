"""Where the server is, and how to talk to it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

import httpx
from attrs import define, evolve, field

from .operations import Operations
from .types import UNSET

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from types import TracebackType

    from attrs import Attribute

    from .retries import Retries
    from .types import Timeout

DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
"""Seconds, unless `timeout` or an httpx client of your own tells otherwise. Reading waits for each piece."""

_SHORTEST_SECRET = 6

_Self = TypeVar("_Self", bound="Client")


def _without_slash(url: object) -> str:
    return str(url).rstrip("/")


def _check_url(_client: Client, _attribute: Attribute[str], url: str) -> None:
    # The URL is not shown, since it may hold a password.
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise ValueError("base_url: expected a URL with a scheme and a host, such as http://127.0.0.1:3000")


def _without_user(url: str) -> str:
    """Show a URL without a name and a password."""
    parts = urlsplit(url)
    return repr(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl())


def _check_sendable(_client: Client, _attribute: Attribute[Any], headers: Mapping[str, str]) -> None:
    # Checked here, since httpx would show the value in its error.
    from .exchange import check_headers  # noqa: PLC0415 (not needed to import a client)

    if headers:
        check_headers(headers)


class _Pool:
    """The httpx clients that a client makes, which the clients made of it share."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = 0
        self.made: httpx.Client | None = None
        self.async_made: httpx.AsyncClient | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle a client with connections of its own."""
        return _Pool, ()


@define
class Client(Operations):
    """A server, and the httpx clients that talk to it.

    A client can be used from several threads or tasks. The connections that it makes are closed at the end
    of a `with` or `async with`, the outermost where several are open; an httpx client that was passed in
    stays open.

    Attributes:
        base_url: URL of the server, with the prefix of its paths if it has one.
        headers: Headers of every request.
        cookies: Cookies of every request.
        timeout: How long to wait for a connection or the next piece of an answer; None waits for ever.
        verify_ssl: Whether to verify the server's certificate, and by what.
        follow_redirects: Whether to follow redirects.
        raise_on_error: Whether a documented error is raised as an ErrorAnswer, and not returned.
        retries: When to try a call again; None never does.
        httpx_args: Further arguments of `httpx.Client` and `httpx.AsyncClient`: limits, proxy, event hooks.
        httpx_client: A client to use instead of a new one, of httpx or with its interface.
        async_httpx_client: The same for the asynchronous functions.
    """

    base_url: str = field(converter=_without_slash, validator=_check_url, repr=_without_user)
    headers: dict[str, str] = field(factory=dict, kw_only=True, repr=False, validator=_check_sendable)
    cookies: dict[str, str] = field(factory=dict, kw_only=True, repr=False, validator=_check_sendable)
    timeout: Timeout = field(default=UNSET, kw_only=True, repr=False)
    verify_ssl: ssl.SSLContext | str | bool = field(default=True, kw_only=True, repr=False)
    follow_redirects: bool = field(default=False, kw_only=True, repr=False)
    raise_on_error: bool = field(default=False, kw_only=True, repr=False)
    retries: Retries | None = field(default=None, kw_only=True, repr=False)
    httpx_args: dict[str, Any] = field(factory=dict, kw_only=True, repr=False)
    httpx_client: httpx.Client | None = field(default=None, kw_only=True, repr=False)
    async_httpx_client: httpx.AsyncClient | None = field(default=None, kw_only=True, repr=False)
    _pool: _Pool = field(factory=_Pool, init=False, repr=False, eq=False)

    def with_headers(self: _Self, headers: dict[str, str]) -> _Self:
        """Give a client like this one, on the same connections, that sends further headers."""
        return self._like(headers={**self.headers, **headers})

    def with_cookies(self: _Self, cookies: dict[str, str]) -> _Self:
        """Give a client like this one, on the same connections, that sends further cookies."""
        return self._like(cookies={**self.cookies, **cookies})

    def with_timeout(self: _Self, timeout: httpx.Timeout | float | None) -> _Self:
        """Give a client like this one, on the same connections, with another timeout."""
        return self._like(timeout=timeout)

    def _like(self: _Self, **changes: Any) -> _Self:
        like = evolve(self, **changes)
        like._pool = self._pool  # noqa: SLF001 (one of our own)
        return like

    def get_httpx_client(self) -> httpx.Client:
        """Give the httpx client of the synchronous functions; the first call makes it."""
        if self.httpx_client is not None:
            return self.httpx_client
        with self._pool.lock:
            if self._pool.made is None:
                self._pool.made = httpx.Client(**self._httpx_arguments())
            return self._pool.made

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Give the httpx client of the asynchronous functions; the first call makes it."""
        if self.async_httpx_client is not None:
            return self.async_httpx_client
        with self._pool.lock:
            if self._pool.async_made is None:
                self._pool.async_made = httpx.AsyncClient(**self._httpx_arguments())
            return self._pool.async_made

    def request_headers(self) -> dict[str, str]:
        """Give the headers of every request, the key among them."""
        return self.headers

    def secrets(self) -> list[str]:
        """Give what must not be shown: values of headers and cookies, and the password of the URL."""
        return [*_parts(self.headers), *_parts(self.cookies), *filter(None, [self._password()])]

    def redacted(self, text: str, headers: Mapping[str, str] | None = None) -> str:
        """Give a text without the secrets of this client, and without the values of further headers.

        A value of less than six characters is not looked for, since it may be part of anything.
        """
        for secret in [*self.secrets(), *_parts(headers or {})]:
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, "***")
        return text

    def close(self) -> None:
        """Close the connections of the synchronous functions; the next call makes new ones."""
        with self._pool.lock:
            made, self._pool.made = self._pool.made, None
        if made is not None:
            made.close()

    async def aclose(self) -> None:
        """Close the connections of the asynchronous functions; the next call makes new ones."""
        with self._pool.lock:
            made, self._pool.async_made = self._pool.async_made, None
        if made is not None:
            await made.aclose()

    def __enter__(self: _Self) -> _Self:
        """Begin to use the client."""
        self._pool.users += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it, unless another `with` on the same connections is open."""
        self._pool.users -= 1
        if not self._pool.users:
            self.close()

    async def __aenter__(self: _Self) -> _Self:
        """Begin to use the client."""
        self._pool.users += 1
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it, unless another `async with` on the same connections is open."""
        self._pool.users -= 1
        if not self._pool.users:
            await self.aclose()

    def _password(self) -> str:
        return unquote(urlsplit(self.base_url).password or "")

    def _httpx_arguments(self) -> dict[str, Any]:
        # Timeouts of a client's own go with each request, since others share its connections.
        return {
            "timeout": DEFAULT_TIMEOUT,
            "verify": self.verify_ssl,
            "follow_redirects": self.follow_redirects,
            **self.httpx_args,
        }


def _parts(values: Mapping[str, str]) -> list[str]:
    """Give values, and what stands in them behind a space, as a key does behind the word Bearer."""
    return [part for value in values.values() for part in (value, *value.split()[1:])]


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
    prefix: str = field(default="Bearer", kw_only=True, repr=False)
    auth_header_name: str = field(default="Authorization", kw_only=True, repr=False)

    def request_headers(self) -> dict[str, str]:
        """Give the headers of every request, the key among them."""
        key = f"{self.prefix} {self.token}" if self.prefix else self.token
        return {**self.headers, self.auth_header_name: key}

    def secrets(self) -> list[str]:
        """Give what must not be shown, the key first."""
        return [self.token, *Client.secrets(self)]


__all__ = ["DEFAULT_TIMEOUT", "AuthenticatedClient", "Client"]
