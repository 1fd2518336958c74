"""Send requests to a deployment within bounds of time, size and price, and keep count."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, evolve, field, frozen

from tgi_common.access import trust
from tgi_common.content_encoding import EncodingError, decoder
from tgi_conformance.again import ASLEEP, HEALTH, Mishaps
from tgi_conformance.deadline import keep_deadlines, until
from tgi_conformance.exchange import Exchange, NoAnswerError, Request, Response
from tgi_conformance.hangs import Hangs
from tgi_conformance.older import Older
from tgi_conformance.poison import may_raise
from tgi_conformance.price import generated_tokens
from tgi_conformance.traffic import TooBusyError, Traffic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.target import Target

MEGABYTE = 1024 * 1024
KEPT = 16  # connections that are kept open
TIME_IS_UP = "the run's time is used up (raise --max-seconds)"
MOST_ARRIVALS = 4096  # a server that sends byte by byte could make millions


@frozen
class Bounds:
    """What a run may take: seconds, bytes, requests and generated tokens; None is no bound."""

    request_seconds: float = 60.0
    requests_per_second: float | None = None
    run_seconds: float = 900.0
    answer_bytes: int = 4 * MEGABYTE
    run_bytes: int = 64 * MEGABYTE
    requests: int | None = None
    generated_tokens: int | None = None


@define
class Price:
    """What a run has cost so far."""

    requests: int = 0
    generated_tokens: int = 0
    received_bytes: int = 0
    overloads: int = 0  # requests refused for overload, which no budget counts
    again: int = 0  # requests sent again alone, since they failed
    asleep: float = 0.0  # seconds waited for a deployment that was down
    refused: int = 0  # requests given up, since the deployment stayed busy


@define
class Client:
    """A deployment as something to send requests to. Safe to use from several threads."""

    target: Target
    bounds: Bounds = field(factory=Bounds)
    price: Price = field(factory=Price)
    older: Older = field(factory=Older)
    traffic: Traffic = field(factory=Traffic)
    mishaps: Mishaps = field(factory=Mishaps)
    hangs: Hangs = field(factory=Hangs)
    answered: bool = False  # whether anything was
    deadline: float = field(init=False)  # of the run, by time.monotonic
    _http: httpx.Client = field(init=False)
    _next: float = field(default=0.0, init=False)
    _paused_until: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        """Open the connection pool and start the run's clock."""
        self._http = httpx.Client(
            verify=trust(self.target.ca),
            follow_redirects=False,
            timeout=self.bounds.request_seconds,
            trust_env=True,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=httpx.Limits(max_connections=512, max_keepalive_connections=KEPT, keepalive_expiry=2.0),
        )
        keep_deadlines(self._http)
        self.deadline = time.monotonic() + self.bounds.run_seconds

    def close(self) -> None:
        """Close the connection pool."""
        self._http.close()

    def pause(self, seconds: float) -> None:
        """Send nothing for a while, from any thread."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def send(self, request: Request, *, authenticate: bool = True, crowded: bool = False) -> Exchange:
        """Send it and read the whole answer; raises NoAnswerError.

        What may make a model process raise is sent with nothing else in flight. One that is `crowded` has as
        long as the bounds allow, whatever the pace was before.
        """
        self.mishaps.stop(request)
        request = self.older.adapt(request)
        request = request if authenticate else evolve(request, anonymous=True)
        let_by = self.traffic.alone if may_raise(request) else self.traffic.flight
        try:
            with let_by(self.deadline):
                return self._send_by_any_connection(request, crowded=crowded)
        except TooBusyError:
            raise NoAnswerError("budget", TIME_IS_UP, request) from None

    def _send_by_any_connection(self, request: Request, *, crowded: bool) -> Exchange:
        for kept in range(KEPT):
            attempt = _Attempt()
            try:
                exchange = self._send(request, attempt, crowded=crowded)
            except NoAnswerError as error:
                if kept and error.kind == "refused":  # by who broke a kept connection just before
                    raise NoAnswerError("broken", str(error), request) from None
                if error.kind != "broken" or attempt.connected or attempt.answered:
                    raise
            else:
                if kept:
                    told = f"a connection broke at {request.method} {request.path}, and a fresh one did not"
                    self.mishaps.passed(request, "broken", told)
                return exchange
        # Kept connections may be closed by the server just as they are used again; a fresh one tells.
        return self._send(request, _Attempt(), crowded=crowded)

    def _send(self, request: Request, attempt: _Attempt, *, crowded: bool) -> Exchange:
        most = self.bounds.request_seconds
        seconds = most if crowded else self.hangs.allowed(request, most)
        self._begin(request)
        started = time.monotonic()
        try:
            exchange = self._exchange(request, attempt, started, min(started + seconds, self.deadline))
        except NoAnswerError as error:
            if error.kind == "timeout":
                self.hangs.missed(request, time.monotonic() - started)
            raise
        tokens = generated_tokens(exchange.response)
        self.hangs.answered(exchange, tokens)
        with self._lock:
            self.price.generated_tokens += tokens
            self.price.overloads += exchange.response.is_overload
        self.answered = True
        self.mishaps.healthy |= request.path == HEALTH.path and exchange.response.status not in ASLEEP
        return exchange

    def _exchange(self, request: Request, attempt: _Attempt, started: float, deadline: float) -> Exchange:
        with (
            until(deadline),
            _told_apart(request),
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
        first = arrivals[0][1] if arrivals else seconds
        return Exchange(
            request, Response(response.status_code, response.headers, body, seconds, first, arrivals)
        )

    def leave(self, request: Request) -> None:
        """Send it, and close the connection at the first bytes of the answer's body; raises NoAnswerError."""
        self.mishaps.stop(request)
        request = self.older.adapt(request)
        try:
            with self.traffic.flight(self.deadline):
                self._leave(request)
        except TooBusyError:
            raise NoAnswerError("budget", TIME_IS_UP, request) from None

    def _leave(self, request: Request) -> None:
        seconds = self.hangs.allowed(request, self.bounds.request_seconds)
        self._begin(request)
        deadline = min(time.monotonic() + seconds, self.deadline)
        url, headers = self.target.url + request.path, self._headers(request)
        with (
            until(deadline),
            _told_apart(request),
            self._http.stream(request.method, url, content=request.content, headers=headers) as response,
        ):
            next(response.iter_raw(), b"")

    def _begin(self, request: Request) -> None:
        """Count the request and wait for its turn; raises NoAnswerError where the run's budget is spent."""
        if time.monotonic() >= self.deadline:
            raise NoAnswerError("budget", TIME_IS_UP, request)
        with self._lock:
            spent = self._spent()
            if spent:
                raise NoAnswerError("budget", f"the run's {spent}", request)
            self.price.requests += 1
            wait = self._turn()
        if wait > 0:
            time.sleep(min(wait, max(0.0, self.deadline - time.monotonic())))

    def _spent(self) -> str:
        """Say what is used up; empty while there is some of everything left."""
        budgets = (
            (self.price.received_bytes, self.bounds.run_bytes, "bytes are used up"),
            (
                self.price.requests - self.price.overloads,
                self.bounds.requests,
                "requests are used up (raise --max-requests)",
            ),
            (
                self.price.generated_tokens,
                self.bounds.generated_tokens,
                "generated tokens are used up (raise --max-tokens)",
            ),
        )
        gone = (f"{most} {told}" for paid, most, told in budgets if most is not None and paid >= most)
        return next(gone, "")

    def _turn(self) -> float:
        """Take the next place in the queue that rate and pause allow; give the seconds until it is due."""
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
        """Give the body, and how many bytes of it had come by when."""
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
                    raise NoAnswerError("timeout", f"not whole after {len(body)} bytes", request)
        finally:
            with self._lock:
                self.price.received_bytes += len(body)
        return bytes(body), tuple(arrivals)


@define
class _Attempt:
    """How far one sending got: whether it made its own connection, and whether an answer began."""

    connected: bool = False
    answered: bool = False

    def trace(self, event: str, _: Any) -> None:
        """Take note of what httpcore tells."""
        if event == "connection.connect_tcp.started":
            self.connected = True


def _content(request: Request) -> bytes | Iterator[bytes] | None:
    """Give the body; where the headers say that it comes in chunks, in two of them and without a length."""
    headers = {name.lower(): value for name, value in request.headers}
    if request.content is None or headers.get("transfer-encoding") != "chunked":
        return request.content
    half = len(request.content) // 2
    return iter((request.content[:half], request.content[half:]))


def _decoded(response: httpx.Response, request: Request) -> Iterator[bytes]:
    """Give the body, its content encoding undone."""
    try:
        body = decoder(response.headers.get("content-encoding"))
        for data in response.iter_raw():
            yield from body.feed(data)
        body.finish()
    except EncodingError as error:
        raise NoAnswerError("broken", str(error), request) from None


@contextmanager
def _told_apart(request: Request) -> Iterator[None]:
    """Turn what httpx raises into the few kinds that the suite tells apart; addresses and keys stay out."""
    try:
        yield
    except httpx.ConnectError as error:
        raise NoAnswerError("refused", f"no connection: {error}", request) from None
    except httpx.TimeoutException as error:
        raise NoAnswerError("timeout", f"no answer in time ({type(error).__name__})", request) from None
    except httpx.TransportError as error:
        raise NoAnswerError("broken", f"the connection broke: {error}", request) from None
