"""Send requests to a deployment within limits of time, size and usage, and count them."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
from attrs import define, evolve, field, frozen

from tgi_common.access import trust
from tgi_common.content_encoding import EncodingError, decoder
from tgi_common.proxy import shown_proxy
from tgi_conformance.http.exchange import Exchange, NoAnswerError, Request, Response
from tgi_conformance.http.transport import Transport, until
from tgi_conformance.http.usage import Usage, generated_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.http.target import Target

LOG = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
KEPT = 16  # connections that are kept open
BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol)
TIME_IS_UP = "the run's time is used up (raise --max-seconds)"
MOST_ARRIVALS = 4096  # a server that sends byte by byte could cause millions


REQUEST_SECONDS = 60.0
FIRST_SECONDS = 7.0  # of each of the first two requests, which tell whether anybody answers at all


@frozen
class Bounds:
    """Limits of a run: seconds, bytes, requests and generated tokens; None means no limit."""

    request_seconds: float = REQUEST_SECONDS
    first_seconds: float = FIRST_SECONDS
    requests_per_second: float | None = None
    run_seconds: float = 900.0
    answer_bytes: int = 4 * MEGABYTE
    run_bytes: int = 64 * MEGABYTE
    requests: int | None = None
    generated_tokens: int | None = None


@define
class Client:
    """Sends requests to a deployment. Safe to use from several threads."""

    target: Target
    bounds: Bounds = field(factory=Bounds)
    usage: Usage = field(factory=Usage)
    stop: threading.Event = field(factory=threading.Event)
    deadline: float = field(init=False)  # of the run, by time.monotonic
    _http: httpx.Client = field(init=False)
    _next: float = field(default=0.0, init=False)
    _paused_until: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        """Open the connection pool and start the run's clock."""
        self._http = httpx.Client(
            transport=Transport(
                trust(self.target.ca, insecure=self.target.insecure), self.target.proxy, kept=KEPT
            ),
            follow_redirects=False,
            timeout=self.bounds.request_seconds,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        self.deadline = time.monotonic() + self.bounds.run_seconds

    @property
    def left(self) -> float:
        """The seconds that are left of the run."""
        return self.deadline - time.monotonic()

    def close(self) -> None:
        """Close the connection pool."""
        self._http.close()

    def pause(self, seconds: float) -> None:
        """Send nothing for a while, from any thread."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def send(self, request: Request, *, seconds: float | None = None) -> Exchange:
        """Send a request and read the whole answer, within `seconds` or the default of the bounds.

        Raises:
            NoAnswerError: No complete answer came, or the run's budget is used up.
        """
        most = self.bounds.request_seconds if seconds is None else seconds
        for kept in range(KEPT):
            attempt = _Attempt()
            try:
                exchange = self._send(request, attempt, most)
            except NoAnswerError as error:
                if kept and error.kind == "refused":  # by a server that just broke a kept connection
                    raise NoAnswerError("broken", str(error), request) from None
                if error.kind != "broken" or attempt.connected or attempt.answered:
                    raise
            else:
                return evolve(exchange, reconnected=kept > 0)
        # A server may close kept connections just as they are used again, so try a new one.
        return self._send(request, _Attempt(), most)

    def _send(self, request: Request, attempt: _Attempt, seconds: float) -> Exchange:
        self._begin(request)
        started = time.monotonic()
        try:
            exchange = self._exchange(request, attempt, started, min(started + seconds, self.deadline))
        except NoAnswerError as error:
            self._log(request, str(error))
            raise
        with self._lock:
            self.usage.generated_tokens += generated_tokens(exchange.response)
            self.usage.overloads += exchange.response.is_overload
        return exchange

    def _exchange(self, request: Request, attempt: _Attempt, started: float, deadline: float) -> Exchange:
        with (
            until(deadline, self.stop),
            self._told_apart(request),
            self._http.stream(
                request.method,
                self.target.url + request.path,
                content=_content(request),
                headers=self._headers(request),
                extensions={"trace": attempt.trace},
            ) as response,
        ):
            attempt.answered = True
            body, arrivals = self._read(response, request, started, deadline)
        seconds = time.monotonic() - started
        self._log(request, f"{response.status_code}, {len(body)} bytes in {seconds:.3f} s")
        first = arrivals[0][1] if arrivals else seconds
        return Exchange(
            request, Response(response.status_code, response.headers, body, seconds, first, arrivals)
        )

    def send_and_disconnect(self, request: Request, *, seconds: float) -> None:
        """Send it, and close the connection at the first bytes of the answer's body; raises NoAnswerError."""
        self._begin(request)
        deadline = min(time.monotonic() + seconds, self.deadline)
        url, headers = self.target.url + request.path, self._headers(request)
        with (
            until(deadline, self.stop),
            self._told_apart(request),
            self._http.stream(request.method, url, content=request.content, headers=headers) as response,
        ):
            next(response.iter_raw(), b"")

    def _log(self, request: Request, what: str) -> None:
        if LOG.isEnabledFor(logging.DEBUG):
            LOG.debug(self.target.scrub(f"{request.method} {self.target.shown_url}{request.path}: {what}"))

    @contextmanager
    def _told_apart(self, request: Request) -> Iterator[None]:
        """Turn what httpcore raises into the few kinds that the suite tells apart, without keys."""
        try:
            yield
        except (httpcore.ConnectError, httpcore.ProxyError) as error:
            proxy = self.target.proxy
            through = f" through the proxy {shown_proxy(proxy)}" if proxy else ""
            raise NoAnswerError("refused", f"no connection{through}: {error}", request) from None
        except httpcore.TimeoutException as error:
            if self.stop.is_set():
                raise NoAnswerError("stopped", "the run was stopped", request) from None
            raise NoAnswerError("timeout", f"no answer in time ({type(error).__name__})", request) from None
        except (*BROKEN, httpx.TransportError) as error:
            raise NoAnswerError("broken", f"the connection broke: {error}", request) from None

    def _begin(self, request: Request) -> None:
        """Count the request and wait until it may be sent; raises NoAnswerError if a budget is used up."""
        if self.stop.is_set():
            raise NoAnswerError("stopped", "the run was stopped", request)
        if time.monotonic() >= self.deadline:
            raise NoAnswerError("budget", TIME_IS_UP, request)
        with self._lock:
            spent = self._spent()
            if spent:
                raise NoAnswerError("budget", f"the run's {spent}", request)
            self.usage.requests += 1
            wait = self._seconds_until_due()
        if wait > 0:
            self.stop.wait(min(wait, max(0.0, self.deadline - time.monotonic())))

    def _spent(self) -> str:
        """Name the budget that is used up; empty if none is."""
        budgets = (
            (self.usage.received_bytes, self.bounds.run_bytes, "bytes are used up"),
            (
                self.usage.requests - self.usage.overloads,
                self.bounds.requests,
                "requests are used up (raise --max-requests)",
            ),
            (
                self.usage.generated_tokens,
                self.bounds.generated_tokens,
                "generated tokens are used up (raise --max-tokens)",
            ),
        )
        spent = (f"{most} {text}" for used, most, text in budgets if most is not None and used >= most)
        return next(spent, "")

    def _seconds_until_due(self) -> float:
        """Reserve the next time that rate and pause allow; return the seconds until then."""
        now = time.monotonic()
        due = max(now, self._next, self._paused_until)
        if self.bounds.requests_per_second is not None:
            self._next = due + 1 / self.bounds.requests_per_second
        return due - now

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        headers = [*self.target.headers, *request.headers]
        own = {name.lower() for name, _ in headers}
        if self.target.key and not request.anonymous and "authorization" not in own:
            headers.append(("Authorization", f"Bearer {self.target.key.value}"))
        if "accept-encoding" not in own:
            headers.append(("Accept-Encoding", "identity"))
        return headers

    def _read(
        self, response: httpx.Response, request: Request, started: float, deadline: float
    ) -> tuple[bytes, tuple[tuple[int, float], ...]]:
        """Return the body, and how many bytes had arrived when."""
        body = bytearray()
        arrivals: list[tuple[int, float]] = []
        try:
            for data in _decoded(response, request):
                body += data
                if len(arrivals) < MOST_ARRIVALS:
                    arrivals.append((len(body), time.monotonic() - started))
                if len(body) > self.bounds.answer_bytes:
                    raise NoAnswerError("too-large", f"more than {self.bounds.answer_bytes} bytes", request)
                if time.monotonic() > deadline:
                    raise NoAnswerError("timeout", f"incomplete after {len(body)} bytes", request)
        finally:
            with self._lock:
                self.usage.received_bytes += len(body)
        return bytes(body), tuple(arrivals)


@define
class _Attempt:
    """How far an attempt to send got: whether it opened a connection, and whether an answer began."""

    connected: bool = False
    answered: bool = False

    def trace(self, event: str, _: Any) -> None:
        """Receive the trace events of httpcore."""
        if event == "connection.connect_tcp.started":
            self.connected = True


def _content(request: Request) -> bytes | Iterator[bytes] | None:
    """Return the body; with `Transfer-Encoding: chunked` as two chunks without a length."""
    headers = {name.lower(): value for name, value in request.headers}
    if request.content is None or headers.get("transfer-encoding") != "chunked":
        return request.content
    half = len(request.content) // 2
    return iter((request.content[:half], request.content[half:]))


def _decoded(response: httpx.Response, request: Request) -> Iterator[bytes]:
    """Yield the body with its content encoding removed."""
    try:
        body = decoder(response.headers.get("content-encoding"))
        for data in response.iter_raw():
            yield from body.feed(data)
        body.finish()
    except EncodingError as error:
        raise NoAnswerError("broken", str(error), request) from None
