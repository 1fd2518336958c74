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

import httpcore
import httpx
from attrs import frozen

if TYPE_CHECKING:
    import ssl
    import threading
    from collections.abc import Iterable, Iterator

_PIECE = (
    16 * 1024
)  # bytes written at a time, so that the deadline also ends writing to a server that hardly reads
_MOST = 512  # connections at a time
_SLICE = 0.25  # seconds that a read waits before it looks whether the run was stopped
_CONNECT_SLICE = 2.0  # the same for a connection, which is then tried anew


@frozen
class _Limit:
    deadline: float
    stop: threading.Event


_limit: ContextVar[_Limit] = ContextVar("limit")


@contextmanager
def until(deadline: float, stop: threading.Event) -> Iterator[None]:
    """Make httpcore raise its timeouts in this thread from this `time.monotonic` on, or soon after a stop."""
    token = _limit.set(_Limit(deadline, stop))
    try:
        yield
    finally:
        _limit.reset(token)


class Transport(httpx.BaseTransport):
    """Connections to one deployment, through a proxy if one is given."""

    def __init__(self, trust: ssl.SSLContext, proxy: httpx.Proxy | None, *, kept: int) -> None:
        options = {
            "ssl_context": trust,
            "max_connections": _MOST,
            "max_keepalive_connections": kept,
            "keepalive_expiry": 2.0,
            "network_backend": _Backend(),
        }
        self._pool = _pool(proxy, options)

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
    limit = _limit.get(None)
    if limit is None:
        return timeout
    if limit.stop.is_set():
        raise error("the run was stopped")
    left = limit.deadline - time.monotonic()
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
        while True:
            left = _left(timeout, httpcore.ConnectTimeout)
            if left is None or left <= _CONNECT_SLICE:
                return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))
            try:
                return _Stream(super().connect_tcp(host, port, _CONNECT_SLICE, local_address, socket_options))
            except httpcore.ConnectTimeout:
                timeout = None if timeout is None else timeout - _CONNECT_SLICE


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            left = _left(timeout, httpcore.ReadTimeout)
            if left is None or left <= _SLICE:
                return self._stream.read(max_bytes, left)
            try:
                return self._stream.read(max_bytes, _SLICE)
            except httpcore.ReadTimeout:
                timeout = None if timeout is None else timeout - _SLICE

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
