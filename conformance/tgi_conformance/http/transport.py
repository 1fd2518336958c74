"""A transport for httpx with a deadline for everything that a thread does with its sockets.

httpx limits each read by itself, so a server that sends one byte per second, or header after header, can keep
a client busy forever. Here each read and write gets only the time that is left. httpcore makes the
connections, with a network backend of our own.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

_PIECE = (
    16 * 1024
)  # bytes written at a time, so that the deadline also ends writing to a server that hardly reads
_MOST = 512  # connections at a time
_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """Make httpcore raise its timeouts in this thread from this `time.monotonic` on."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


class Transport(httpx.BaseTransport):
    """Connections to one deployment, through the proxy that the environment sets."""

    def __init__(self, url: str, trust: ssl.SSLContext, *, kept: int) -> None:
        options = {
            "ssl_context": trust,
            "max_connections": _MOST,
            "max_keepalive_connections": kept,
            "keepalive_expiry": 2.0,
            "network_backend": _Backend(),
        }
        self._pool = _pool(proxy_for(url), options)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises what httpcore raises."""
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def proxy_for(url: str) -> httpx.Proxy | None:
    """Return the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY set for a URL, unless NO_PROXY exempts it.

    None stands for a direct connection.
    """
    parts = urlsplit(url)
    proxies = getproxies()
    named = proxies.get(parts.scheme) or proxies.get("all")
    if not named or proxy_bypass(parts.hostname or ""):
        return None
    return httpx.Proxy(named if "://" in named else f"http://{named}")


def _pool(proxy: httpx.Proxy | None, options: dict[str, Any]) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(**options)
    url = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    if proxy.url.scheme.startswith("socks5"):
        return httpcore.SOCKSProxy(proxy_url=url, proxy_auth=proxy.raw_auth, **options)
    return httpcore.HTTPProxy(
        proxy_url=url, proxy_auth=proxy.raw_auth, proxy_headers=proxy.headers.raw, **options
    )


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


def _left(timeout: float | None, error: type[Exception]) -> float | None:
    deadline = _deadline.get(None)
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise error("the deadline has passed")
    return left if timeout is None else min(left, timeout)


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
