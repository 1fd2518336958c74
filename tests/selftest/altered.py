"""A reference server with an alteration that only a test has."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from tgi_reference.alterations.layer import Altered
from tgi_reference.api.app import make_app
from tgi_reference.api.services import start_services
from tgi_reference.server import listen, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_reference.alterations.catalogue import Alteration
    from tgi_reference.settings import Settings


@contextmanager
def altered(alterations: Sequence[Alteration], settings: Settings, seed: int = 0) -> Iterator[str]:
    """Serve, in a thread; gives the URL."""
    listening = listen(settings)
    services = start_services(settings)
    app = Altered(make_app(services), alterations, services, seed)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield url_of(listening)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
