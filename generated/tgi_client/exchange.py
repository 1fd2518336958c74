"""One request and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, field, frozen

from .codec import loads_body, merged, to_json
from .errors import AnswerError, DecodeError, ErrorAnswer, UnexpectedContent, UnexpectedStatus, excerpt
from .errors import request_id as request_id_of
from .types import UNSET, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from .client import Client
    from .types import Headers, Timeout

T = TypeVar("T")
E = TypeVar("E", bound=AnswerError)

_FIRST_ERROR = 400


@frozen
class Options:
    """What a single call is told besides its arguments."""

    timeout: Timeout = UNSET
    headers: Headers = field(default=None, repr=False)


NO_OPTIONS = Options()


@frozen
class Call:
    """A request, before it is known to whom it goes."""

    operation: str
    method: str
    path: str
    options: Options
    headers: dict[str, str] = field(factory=dict, repr=False)
    cookies: dict[str, str] = field(factory=dict, repr=False)
    params: tuple[tuple[str, str], ...] = ()
    body: dict[str, Any] = field(factory=dict, repr=False)
    """The body as httpx takes it: `content`, `data` or `files`."""

    payload: Any = field(default=None, repr=False)
    """What `content` is the JSON of, if it is that of an object."""

    def request(self, client: Client, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """Give the request to a server.

        Raises:
            ValueError: When a header that was given cannot be sent; its value is not shown.
        """
        cookies = {**client.cookies, **self.cookies}
        headers = {**client.request_headers(), **self.headers}
        if self.options.headers is not None:
            check_headers(self.options.headers)
            headers = _joined(headers, self.options.headers)
        if cookies:
            headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in cookies.items())
        timeout = client.timeout if self.options.timeout is UNSET else self.options.timeout
        return http.build_request(
            self.method,
            client.base_url + self.path,
            headers=headers,
            params=self.params or None,
            **({} if timeout is UNSET else {"timeout": _plain(timeout)}),
            **self.body,
        )

    def with_members(self, members: dict[str, Any]) -> Call:
        """Give the same request with further members of its JSON object."""
        payload = merged(self.payload, members)
        return evolve(self, payload=payload, body={"content": to_json(payload)})


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse headers that cannot be sent, since httpx would show their values.

    Raises:
        ValueError: When there is one.
    """
    for name, value in headers.items():
        # Bytes and numbers, which are not text, are told so too, whatever the annotation says.
        if not (str(value) == value and value.isascii() and value.replace("\t", " ").isprintable()):
            raise ValueError(f"header {excerpt(str(name))}: expected printable ASCII characters")


def _joined(headers: dict[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Join headers; of those with the same name, however written, the later one counts."""
    names = {name.lower() for name in more}
    return {**{name: value for name, value in headers.items() if name.lower() not in names}, **more}


def _plain(timeout: Any) -> Any:
    """Give a timeout as any package with the interface of httpx takes it, whose own class it may not be."""
    kinds = ("connect", "read", "write", "pool")
    return tuple(getattr(timeout, kind) for kind in kinds) if hasattr(timeout, "connect") else timeout


@frozen
class Answer:
    """An answer, to be read as what is documented for its status."""

    call: Call
    client: Client
    response: httpx.Response
    body: bytes

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
            return loads_body(self.body)
        except (ValueError, RecursionError):
            raise DecodeError("the body is not JSON") from None

    def text(self) -> str:
        """Read the body as text."""
        return self.body.decode(self.response.encoding or "utf-8", "replace")

    def content(self) -> bytes:
        """Give the body as it is."""
        return self.body

    def excerpt(self) -> str:
        """Give the beginning of the body, printable and without the secrets that were sent."""
        return excerpt(self._redacted(self.body[:_EXCERPT_BYTES].decode("utf-8", "replace")))

    def unexpected_status(self) -> UnexpectedStatus:
        """Give the error for a status with which nothing can come back."""
        return self.error(UnexpectedStatus, "which has no documented body")

    def unexpected_content(self, problem: str) -> UnexpectedContent:
        """Give the error for a body that is not the documented one."""
        problem = excerpt(self._redacted(problem))
        return self.error(UnexpectedContent, f"not as documented ({problem})")

    def documented_error(self, parsed: Any) -> ErrorAnswer:
        """Give the error for a documented one."""
        return self.error(ErrorAnswer, "a documented error", parsed)

    def error(self, kind: type[E], problem: str, *more: Any) -> E:
        """Give an error that tells of this answer."""
        error = kind(self.call.operation, self.status, problem, self.excerpt(), *more)
        error.keep(self.response, self.body)
        return error

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

    def _redacted(self, text: str) -> str:
        return self.client.redacted(text, self.call.options.headers)


_EXCERPT_BYTES = 4000


def send(client: Client, call: Call, parse: Callable[[Answer], T]) -> Response[T]:
    """Send a request and read the answer."""
    return _read(client, call, parse, send_request(client, call))


async def asend(client: Client, call: Call, parse: Callable[[Answer], T]) -> Response[T]:
    """Send a request and read the answer."""
    return _read(client, call, parse, await asend_request(client, call))


def send_request(client: Client, call: Call, *, stream: bool = False) -> httpx.Response:
    """Send a request, again if the client's policy says so. With `stream` the body is left to be read."""
    http = client.get_httpx_client()
    request = call.request(client, http)
    try:
        if client.retries is None:
            return http.send(request, stream=stream)
        return client.retries.send(call.operation, call.method, lambda: http.send(request, stream=stream))
    except Exception as error:
        name_operation(error, call, request)
        raise


async def asend_request(client: Client, call: Call, *, stream: bool = False) -> httpx.Response:
    """Send a request, again if the client's policy says so. With `stream` the body is left to be read."""
    http = client.get_async_httpx_client()
    request = call.request(client, http)
    try:
        if client.retries is None:
            return await http.send(request, stream=stream)
        return await client.retries.asend(
            call.operation, call.method, lambda: http.send(request, stream=stream)
        )
    except Exception as error:
        name_operation(error, call, request)
        raise


def name_operation(error: Exception, call: Call, request: httpx.Request) -> None:
    """Let an error of the connection tell which operation it stopped, and a timeout how long that was.

    It stays what it is: an error of httpx, or of another package with the same interface.
    """
    names = [kind.__name__ for kind in type(error).__mro__]
    if "TransportError" not in names or hasattr(error, "operation"):
        return
    told = str(error) or type(error).__name__
    if "TimeoutException" in names:
        kind = type(error).__name__.removesuffix("Timeout").lower()
        seconds = request.extensions.get("timeout", {}).get(kind)
        told = f"{kind} timeout" + ("" if seconds is None else f" after {seconds:g} s")
    error.args = (f"{call.operation}: {told}", *error.args[1:])
    error.operation = call.operation  # type: ignore[attr-defined]
    if getattr(error, "_request", None) is None:  # httpx sets it where it reads the body itself
        error.request = request  # type: ignore[attr-defined]


def _read(client: Client, call: Call, parse: Callable[[Answer], T], response: httpx.Response) -> Response[T]:
    answer = Answer(call, client, response, response.content)
    parsed = answer.parsed(parse)
    if client.raise_on_error and response.status_code >= _FIRST_ERROR:
        raise answer.documented_error(parsed)
    return Response(response.status_code, response.headers, answer.body, parsed, request_id_of(response))
