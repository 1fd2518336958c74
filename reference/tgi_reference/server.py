"""Sockets, signals and threads around an ASGI application."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import uvicorn
from attrs import frozen
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tgi_reference.generation.errors import CutOffError

if TYPE_CHECKING:
    from asyncio import Transport
    from collections.abc import Callable, Iterator
    from types import FrameType

    from starlette.types import ASGIApp, Receive, Scope, Send

    from tgi_reference.api.services import Services
    from tgi_reference.settings import Settings

_BACKLOG: Final = 2048
_KEEP_ALIVE: Final = 75  # seconds that an idle connection stays open
# Seconds that a server in a thread gives its last streams.
_PATIENCE: Final = 5


class ListenError(OSError):
    """The address cannot be listened on; the message is one line."""


class _Server(uvicorn.Server):
    """A server whose signals mean: finish what runs, then leave with status 0; a second one: at once."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        replaced = {one: signal.signal(one, self._leave) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in replaced.items():
                signal.signal(number, handler)

    def _leave(self, _: int, __: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


class _Connection(HttpToolsProtocol):
    """A connection that the application may close without an answer, which ASGI has no message for."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        answer = self.app

        async def answer_or_close(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await answer(scope, receive, send)
            except CutOffError:
                transport.close()
                while (await receive())["type"] != "http.disconnect":
                    pass

        self.app = answer_or_close


def listen_often(settings: Settings) -> list[socket.socket]:
    """A socket for each worker, all on the port that the settings say.

    Raises:
        ListenError: as `listen` does, and where processes cannot share a port.
    """
    if settings.workers > 1 and sys.platform != "linux":
        raise ListenError("--workers: several processes on one port need Linux")
    with listen(settings) as first:  # alone, so that a port which other processes share is taken too
        port = first.getsockname()[1]
    return [listen(settings, port, shared=True) for _ in range(settings.workers)]


def listen(settings: Settings, port: int | None = None, *, shared: bool = False) -> socket.socket:
    """A socket that listens where the settings say, or at another port, which it may share.

    Raises:
        ListenError: the port is taken, or the host is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server(
            (settings.host, settings.port if port is None else port),
            family=family,
            backlog=_BACKLOG,
            reuse_port=shared,
        )
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise ListenError(f"cannot listen on {where}: {os.strerror(error.errno or 0)}") from None


def url_of(listening: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve_forever(
    app: ASGIApp, services: Services | None, listening: socket.socket, ready: Callable[[], None]
) -> None:
    """Serve until a signal, then until the last stream has ended. ``ready`` is called when signals count.

    Signals take the backend of ``services`` down and up, if there are any.
    """
    if services is not None:
        _handle_backend_signals(services)
    _server(app, None, ready).run(sockets=[listening])


def _handle_backend_signals(services: Services) -> None:
    """Let SIGUSR1 take the model process down and SIGUSR2 bring it back, where there are such signals."""

    def switch(*, down: bool) -> None:
        services.backend.down = down

    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, lambda *_: switch(down=True))
        signal.signal(signal.SIGUSR2, lambda *_: switch(down=False))


def _server(app: ASGIApp, patience: int | None, ready: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=patience,
    )
    return _Server(config, ready)


@frozen
class Running:
    """A server in a thread of this process."""

    url: str
    services: Services

    def take_backend_down(self) -> None:
        """Make the model process unreachable."""
        self.services.backend.down = True

    def bring_backend_up(self) -> None:
        """Make the model process reachable again."""
        self.services.backend.down = False


@contextmanager
def serving(app: ASGIApp, services: Services, listening: socket.socket) -> Iterator[Running]:
    """Serve in a thread, as long as the context lasts."""
    server = _server(app, _PATIENCE, lambda: None)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield Running(url_of(listening), services)
    finally:
        server.should_exit = True
        thread.join()
