"""An unused port of this machine."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Let the system choose a port, for a server that is started several times on it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
