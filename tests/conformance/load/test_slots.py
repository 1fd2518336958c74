"""Slots that are left after the load are counted by what routers refuse, and not by what gateways do."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

from attrs import evolve
from tests.conformance.factories import make_session
from tests.conformance.hostile import JSON, answer, hostile
from tests.conformance.load.answers import generated

from tgi_conformance.http.target import Target
from tgi_conformance.load import slots
from tgi_conformance.load.slots import Slots, count_slots
from tgi_conformance.protocol.forms import GENERATE
from tgi_conformance.session.capabilities import Capabilities

if TYPE_CHECKING:
    import pytest
    from tests.conformance.hostile import Connection

LIMIT = 4
OWN = b'{"error":"Model is overloaded","error_type":"overloaded"}'
GATEWAYS = b'{"message":"rate limit exceeded"}'


def counted(refusal: bytes, monkeypatch: pytest.MonkeyPatch) -> Slots:
    """Count the slots of a server that refuses every request after the first, which is not one of many."""
    monkeypatch.setattr(slots, "PAUSE", 0.0)

    numbers = itertools.count()

    def handler(connection: Connection) -> None:
        while connection.request():
            refused = next(numbers) > 0
            body = refusal if refused else json.dumps(generated()).encode()
            head = JSON.replace(b"200 OK", b"429 Too Many Requests") if refused else JSON
            connection.send(answer(body, head))

    capabilities = Capabilities(info={"version": "3.3.6", "max_concurrent_requests": LIMIT})
    with hostile(handler) as server:
        session = make_session(Target(server.url), capabilities=capabilities)
        return evolve(count_slots(session, GENERATE), exchange=None)


def test_what_a_router_refuses_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = counted(OWN, monkeypatch)

    assert Slots(LIMIT, LIMIT) == found


def test_what_a_gateway_refuses_tells_nothing_of_routers(monkeypatch: pytest.MonkeyPatch) -> None:
    found = counted(GATEWAYS, monkeypatch)

    assert Slots(LIMIT, LIMIT, "a gateway refused 4 of 4 simultaneous requests") == found
