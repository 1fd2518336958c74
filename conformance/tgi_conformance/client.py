"""Send requests to a deployment within bounds of time, size and price, and keep count."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from attrs import define, field, frozen

from tgi_conformance.exchange import Chunk, Exchange, NoAnswerError, Request, Response
from tgi_conformance.price import generated_tokens
from tgi_conformance.target import Target

LARGEST_ANSWER = 8 * 1024 * 1024


@frozen
class Bounds:
    """What one run may cost: seconds for a request and for the run, bytes of an answer."""

    request_seconds: float = 30.0
    run_seconds: float = 900.0
    answer_bytes: int = LARGEST_ANSWER


@define
class Price:
    """What a run has cost so far."""

    requests: int = 0
    generated_tokens: int = 0


@define
class Client:
    """A deployment as something to send requests to. Safe to use from several threads."""

    target: Target
    bounds: Bounds = field(factory=Bounds)
    price: Price = field(factory=Price)
    _http: httpx.Client = field(init=False)
    _deadline: float = field(init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        """Open the connection pool and start the run's clock."""
        self._http = httpx.Client(
            verify=_trust(self.target),
            follow_redirects=False,
            timeout=self.bounds.request_seconds,
            trust_env=True,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=2.0),
        )
        self._deadline = time.monotonic() + self.bounds.run_seconds

    def close(self) -> None:
        """Close the connection pool."""
        self._http.close()

    def send(self, request: Request, *, authenticate: bool = True) -> Exchange:
        """Send it and read the whole answer; raises NoAnswerError."""
        with self._lock:
            self.price.requests += 1
        try:
            exchange = self._send(request, authenticate=authenticate)
        except NoAnswerError as error:
            if error.kind != "broken":
                raise
            # A pooled connection may be closed by the server just as it is used; a fresh one tells.
            exchange = self._send(request, authenticate=authenticate)
        with self._lock:
            self.price.generated_tokens += generated_tokens(exchange.response)
        return exchange

    def _send(self, request: Request, *, authenticate: bool) -> Exchange:
        started = time.monotonic()
        deadline = min(started + self.bounds.request_seconds, self._deadline)
        if deadline <= started:
            raise NoAnswerError("budget", "the run's time is used up", request)
        with _told_apart(request), self._http.stream(
            request.method,
            self.target.url + request.path,
            content=request.content,
            headers=self._headers(request, authenticate=authenticate),
            timeout=deadline - started,
        ) as response:
            chunks, complete = self._read(response, request, started, deadline)
            seconds = time.monotonic() - started
            return Exchange(
                request, Response(response.status_code, response.headers, chunks, complete, seconds)
            )

    def _headers(self, request: Request, *, authenticate: bool) -> list[tuple[str, str]]:
        headers = [*self.target.headers, *request.headers]
        own = {name.lower() for name, _ in headers}
        if self.target.key and authenticate and "authorization" not in own:
            headers.append(("Authorization", f"Bearer {self.target.key.value}"))
        if "accept-encoding" not in own:
            headers.append(("Accept-Encoding", "identity"))
        return headers

    def _read(
        self, response: httpx.Response, request: Request, started: float, deadline: float
    ) -> tuple[tuple[Chunk, ...], bool]:
        chunks: list[Chunk] = []
        size = 0
        for data in response.iter_bytes():
            now = time.monotonic()
            chunks.append(Chunk(now - started, data))
            size += len(data)
            if size > self.bounds.answer_bytes:
                raise NoAnswerError("too-large", f"more than {self.bounds.answer_bytes} bytes", request)
            if now > deadline:
                raise NoAnswerError("timeout", f"not whole after {now - started:.0f} s", request)
        return tuple(chunks), True


def _trust(target: Target) -> ssl.SSLContext | bool:
    if target.ca is None:
        return True
    return ssl.create_default_context(cafile=str(target.ca))


@contextmanager
def _told_apart(request: Request) -> Iterator[None]:
    """Turn what httpx raises into the few kinds that the suite tells apart; addresses and keys stay out."""
    try:
        yield
    except httpx.ConnectError as error:
        raise NoAnswerError("refused", f"no connection: {error}", request) from None
    except httpx.TimeoutException as error:
        raise NoAnswerError("timeout", f"no answer in time ({type(error).__name__})", request) from None
    except httpx.DecodingError:
        raise NoAnswerError("broken", "the body is not in its declared content encoding", request) from None
    except httpx.LocalProtocolError:
        raise  # the suite's own mistake, which says nothing about the server
    except httpx.TransportError as error:
        raise NoAnswerError("broken", f"the connection broke: {error}", request) from None
