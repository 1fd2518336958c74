"""A server of bytes: each connection is answered by what the test writes, however wrong it is."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAIT = 10.0
"""Seconds after which something that should have happened will not. Nothing waits so long that goes right."""


@define
class Exchange:
    """One request on a connection, and the way to answer it."""

    connection: socket.socket
    head: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """Headers by name in small letters."""
        pairs = (line.partition(":") for line in self.head.split("\r\n")[1:] if line)
        return {name.lower(): value.strip() for name, _, value in pairs}

    def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.connection.sendall(data)

    def answer(self, status: int, media_type: str | None, body: bytes) -> None:
        """Write a whole answer."""
        told = f"content-type: {media_type}\r\n" if media_type else ""
        self.send(f"HTTP/1.1 {status} X\r\n{told}content-length: {len(body)}\r\n\r\n".encode() + body)

    def begin_stream(self, media_type: str = "text/event-stream") -> None:
        """Write the head of a stream of chunks."""
        self.send(
            f"HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        )

    def chunk(self, data: bytes) -> None:
        """Write a chunk."""
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def end_stream(self) -> None:
        """Write the last chunk."""
        self.send(b"0\r\n\r\n")


@define
class Wire:
    """The server."""

    script: Callable[[Exchange], None]
    listener: socket.socket
    exchanges: list[Exchange] = field(factory=list)
    hung_up: threading.Event = field(factory=threading.Event)
    """Set when a client closes a connection, whether or not it was answered."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self) -> None:
        """Accept connections until the listener is closed."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while (exchange := _read(connection)) is not None:
                    self.exchanges.append(exchange)
                    self.script(exchange)
            except OSError:
                pass
            self.hung_up.set()


def _read(connection: socket.socket) -> Exchange | None:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65536)):
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    exchange = Exchange(connection, head.decode(), b"")
    length = int(exchange.headers.get("content-length", "0"))
    while len(body) < length and (piece := connection.recv(65536)):
        body += piece
    exchange.body = body
    return exchange


@contextmanager
def serving(script: Callable[[Exchange], None]) -> Iterator[Wire]:
    """Serve on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    wire = Wire(script, listener)
    thread = threading.Thread(target=wire.run, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def events(*data: str) -> bytes:
    """Write events of one line each."""
    return "".join(f"data: {item}\n\n" for item in data).encode()


def token_event(index: int) -> str:
    """Give the data of an event of `/generate_stream`."""
    return f'{{"index":{index},"token":{{"id":{index},"text":"w{index}","logprob":-0.5,"special":false}}}}'


def final_event(index: int) -> str:
    """Give the data of the last event of `/generate_stream`."""
    return f'{token_event(index)[:-1]},"generated_text":"all"}}'
