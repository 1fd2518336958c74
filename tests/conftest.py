"""A small server for the tests of what fetches: each of its answers is what the test says, however wrong."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from attrs import define, field, frozen
from hypothesis import settings

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    Writer = Callable[[BaseHTTPRequestHandler, threading.Event], None]

# How long an example takes says something of the machine alone.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@frozen
class Reply:
    """An answer as it goes over the wire."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    write: Writer | None = None
    """Writes the body instead, until the event says that the test is over."""


@define
class Site:
    """A server whose paths are what `replies` says, all else 404."""

    server: ThreadingHTTPServer
    scheme: str = "http"
    replies: dict[str, Reply] = field(factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(factory=list)
    """Path and headers (names in lower case) of each request, in their order."""

    key: str | None = None
    """Asked for as a bearer token if set, else 401."""

    over: threading.Event = field(factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def reply_to(self, path: str, headers: dict[str, str]) -> Reply:
        self.requests.append((path, headers))
        if self.key is not None and headers.get("authorization") != f"Bearer {self.key}":
            return Reply(status=401)
        return self.replies.get(path, Reply(status=404))

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        reply = self.site.reply_to(self.path, {name.lower(): value for name, value in self.headers.items()})
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        try:
            if reply.write:
                reply.write(self, self.site.over)
            else:
                self.wfile.write(reply.body)
        except OSError:
            pass  # the client had enough

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *args: object) -> None:
        """Say nothing of clients that break off."""


@pytest.fixture
def make_site() -> Iterator[Callable[..., Site]]:
    """Make servers that last as long as the test."""
    sites: list[Site] = []

    def make(context: ssl.SSLContext | None = None) -> Site:
        class Handler(_Handler):
            """Answers for one site."""

        server = _Server(("127.0.0.1", 0), Handler)
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        site = Site(server, "https" if context else "http")
        Handler.site = site
        sites.append(site)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return site

    yield make
    for site in sites:
        site.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """Give one server."""
    return make_site()
