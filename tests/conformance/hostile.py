"""Servers as no library writes them: each connection is a function over the raw socket."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Handler = Callable[["Connection"], None]

OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b"Content-Type: application/json\r\n"
EVENTS = OK + b"Content-Type: text/event-stream\r\n"


@define
class Connection:
    """One accepted connection; `over` is set when the test is."""

    socket: socket.socket
    over: threading.Event
    number: int

    def request(self) -> bytes:
        """Read one request: its head, and the body that its content-length names. Empty at the end."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.socket.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        wanted = int(lengths[0].partition(b":")[2]) if lengths else 0
        while len(body) < wanted:
            body += self.socket.recv(65536)
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def reset(self) -> None:
        """Close with a reset instead of an end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


@define
class Hostile:
    """A listening server and the requests that it has read."""

    url: str
    connections: list[socket.socket] = field(factory=list)


@contextmanager
def hostile(handler: Handler) -> Iterator[Hostile]:
    """Serve each connection by the handler, in a thread of its own, as long as the context lasts."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    over = threading.Event()
    server = Hostile(f"http://127.0.0.1:{listening.getsockname()[1]}")

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            handler(Connection(connection, over, len(server.connections)))
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                server.connections.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        over.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for connection in server.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def answer(body: bytes, head: bytes = JSON) -> bytes:
    """Write a whole answer with its length."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def answering(data: bytes) -> Handler:
    """Send the same bytes for each request of a connection."""

    def handler(connection: Connection) -> None:
        while connection.request():
            connection.send(data)

    return handler
