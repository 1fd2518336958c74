"""The client can disconnect early, and send a body in chunks."""

from __future__ import annotations

import threading

from attrs import evolve
from tests.conformance.hostile import EVENTS, JSON, Connection
from tests.conformance.http.test_client import POST, client_of

CHUNKED = evolve(POST, headers=(*POST.headers, ("Transfer-Encoding", "chunked")))


def test_disconnecting_waits_for_the_first_bytes_of_the_answer() -> None:
    left = threading.Event()

    def endless(connection: Connection) -> None:
        connection.request()
        connection.send(EVENTS + b"\r\ndata: {}\n\n")
        connection.socket.settimeout(3)
        if connection.socket.recv(1) == b"":
            left.set()

    with client_of(endless) as (client, _):
        client.send_and_disconnect(POST, seconds=3)

        assert left.wait(3)
        assert 1 == client.usage.requests


def test_a_chunked_body_has_no_length_and_arrives_complete() -> None:
    seen: list[bytes] = []

    def reading(connection: Connection) -> None:
        data = b""
        while not data.endswith(b"0\r\n\r\n"):
            data += connection.socket.recv(65536)
        seen.append(data)
        connection.send(JSON + b"Content-Length: 2\r\n\r\n{}")

    with client_of(reading) as (client, _):
        assert 200 == client.send(CHUNKED).response.status

    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = body.split(b"\r\n")
    assert b"content-length" not in head.lower()
    assert POST.content == b"".join(lines[1::2])
