"""Small real values for tests of the suite's parts."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.contract.served import Served
from tgi_conformance.http.client import Bounds, Client
from tgi_conformance.http.exchange import Request
from tgi_conformance.http.target import Target
from tgi_conformance.requirements._declaration import Requirement
from tgi_conformance.results.levels import Depth, Level
from tgi_conformance.session.capabilities import Capabilities
from tgi_conformance.session.response_cache import ResponseCache
from tgi_conformance.session.sender import Sender
from tgi_conformance.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.session.context import Context

    Check = Callable[[Context], None]

NOWHERE = Target("http://127.0.0.1:9")
GET = Request("GET", "/info")


def make_session(target: Target = NOWHERE, bounds: Bounds | None = None, **rest: Any) -> Session:
    client = Client(target, bounds or Bounds(request_seconds=5))
    weakref.finalize(client, client._http.close)  # noqa: SLF001 - a test's setting ends with the test
    fixed = {
        "capabilities": Capabilities(info={"version": "3.3.6"}),
        "contract": pinned_contract(),
        "served": Served(),
        "deviations": (),
        "depth": Depth.STANDARD,
        "seed": 0,
    }
    sender = Sender(client)
    return Session(sender=sender, cache=ResponseCache(sender), **{**fixed, **rest})


def make_requirement(check: Check, **rest: Any) -> Requirement:
    fixed = {
        "id": "info.says-so",
        "level": Level.MUST,
        "category": "tests",
        "operation": "GET /info",
        "statement": "It says so.",
        "source": "#/paths/~1info/get",
        "why": "Somebody asks.",
    }
    return Requirement(check=check, declared=check, **{**fixed, **rest})
