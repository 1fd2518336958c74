"""GET from a server that may be slow, endless or hostile: bounded in size, requests and redirects.

Time is bounded by the caller, who cancels (see `fetch`). User's headers and key go to one origin only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from attrs import define, field, frozen

from tgi_common.access import check_header, check_key, shown_url, trust
from tgi_common.content_encoding import EncodingError, decoder
from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.json_text import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MAX_REQUESTS = 40
"""In one search for a document; a search without surprises needs at most 4."""

MAX_REDIRECTS = 5


@frozen
class Answer:
    """What came: its place after redirects, and the decoded body."""

    url: httpx.URL
    status: int
    body: bytes


@frozen
class Access:
    """What a user gives along with a URL. Values of headers and the key are secrets: never shown."""

    headers: tuple[tuple[str, str], ...] = ()
    api_key: str | None = field(default=None, repr=False)
    api_key_env: str | None = None
    """The name of the environment variable that the key is from, for errors."""

    ca: Path | None = None
    insecure: bool = False
    """Whether to accept any certificate."""

    timeout: float = 30.0
    """Seconds for the whole of a search."""

    proxy: httpx.Proxy | None = field(default=None, repr=False)
    """What connections go through."""

    def all_headers(self) -> list[tuple[str, str]]:
        """Give the headers to send, the key's included; raises AccessError where one cannot be sent."""
        for name, value in self.headers:
            check_header(name, value)
        if self.api_key is None:
            return list(self.headers)
        check_key(self.api_key, f"--api-key-env {self.api_key_env or '(given)'}")
        return [*self.headers, ("Authorization", f"Bearer {self.api_key}")]


def client(access: Access, base: httpx.URL) -> httpx.AsyncClient:
    """Make a client for one origin.

    Raises:
        AccessError: When a header, the key or the CA file is unusable.
    """
    return httpx.AsyncClient(
        headers=[
            *access.all_headers(),
            ("Accept", "application/json, text/html, */*"),
            ("Accept-Encoding", "gzip"),
        ],
        auth=(base.username, base.password) if base.userinfo else None,
        verify=trust(access.ca, insecure=access.insecure),
        timeout=access.timeout,
        proxy=access.proxy,
        trust_env=False,
        follow_redirects=False,
    )


@define
class Getter:
    """Gets pages of one origin, within the limits of this module."""

    client: httpx.AsyncClient
    base: httpx.URL
    """The deployment's URL, its path ending with a slash."""

    max_bytes: int = MAX_BYTES
    requests: int = 0

    async def get(self, url: httpx.URL) -> Answer:
        """Get a URL, redirects followed.

        Raises:
            DocumentError: When it leads to another origin, around in circles, or the answer is too long.
            httpx.TransportError: When no answer came.
        """
        answer = await self._get_once(url)
        for _ in range(MAX_REDIRECTS):
            target = answer.redirect
            if target is None:
                return answer.answer
            answer = await self._follow(target, answer.answer.url)
        if answer.redirect is None:
            return answer.answer
        raise DocumentError(f"{shown(url)}: redirected more than {MAX_REDIRECTS} times, expected a page")

    def places(self, url: httpx.URL) -> list[httpx.URL]:
        """Give the places that a URL of the deployment may mean, the likeliest first.

        A server behind a path prefix does not know of it: what it calls `/docs/` is below the prefix.
        """
        prefix = self.base.path
        if prefix == "/" or url.path.startswith(prefix) or not same_origin(self.base, url):
            return [url]
        below = self.base.raw_path.rstrip(b"/") + url.raw_path
        return [url.copy_with(raw_path=below), url]

    async def _follow(self, target: httpx.URL, source: httpx.URL) -> _Hop:
        if not same_origin(self.base, target):
            raise DocumentError(
                f"{shown(source)}: redirects to another origin, {shown(target)}; not followed"
            )
        first, *others = self.places(target)
        hop = await self._get_once(first)
        if others and httpx.codes.is_error(hop.answer.status):
            return await self._get_once(others[0])
        return hop

    async def _get_once(self, url: httpx.URL) -> _Hop:
        self.requests += 1
        if self.requests > MAX_REQUESTS:
            raise DocumentError(f"{shown(self.base)}: no document after {MAX_REQUESTS} requests")
        async with self.client.stream("GET", url) as response:
            location = response.headers.get("location") if response.is_redirect else None
            body = b"" if location else await self._body(response)
            target = join(url, location) if location else None
            return _Hop(Answer(url, response.status_code, body), target)

    async def _body(self, response: httpx.Response) -> bytes:
        place = shown(response.url)
        parts: list[bytes] = []
        size = 0
        async for part in _decoded(response):
            size += len(part)
            if size > self.max_bytes:
                raise DocumentError(
                    f"{place}: the answer is longer than {self.max_bytes} bytes, expected a document"
                )
            parts.append(part)
        return b"".join(parts)


@frozen
class _Hop:
    answer: Answer
    redirect: httpx.URL | None


def same_origin(base: httpx.URL, url: httpx.URL) -> bool:
    """Tell whether a user's key may go there: the same scheme, host and port, or the same host over TLS."""
    if url.host != base.host:
        return False
    if (url.scheme, _port(url)) == (base.scheme, _port(base)):
        return True
    return (base.scheme, _port(base), url.scheme, _port(url)) == ("http", 80, "https", 443)


def shown(url: httpx.URL) -> str:
    """Write a URL for people, without what may be secret in it."""
    return shown_url(str(url))


async def _decoded(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the body, its content encoding undone."""
    try:
        body = decoder(response.headers.get("content-encoding"))
        async for data in response.aiter_raw():
            for part in body.feed(data):
                yield part
        body.finish()
    except EncodingError as error:
        raise DocumentError(f"{shown(response.url)}: {error}") from None


def join(url: httpx.URL, reference: str) -> httpx.URL:
    """Resolve a reference that a page at `url` makes.

    Raises:
        DocumentError: When it is not a URL.
    """
    try:
        return url.join(reference)
    except (httpx.InvalidURL, ValueError):
        raise DocumentError(f"{shown(url)}: names {quoted(reference)}, expected a URL") from None


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)
