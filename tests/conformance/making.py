"""Small real values for tests of the suite's parts."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from tgi_conformance.client import Bounds, Client
from tgi_conformance.contract import pinned_contract
from tgi_conformance.exchange import Request
from tgi_conformance.levels import Depth, Level
from tgi_conformance.probes import Facts
from tgi_conformance.requirement import Requirement
from tgi_conformance.samples import Samples
from tgi_conformance.served import Served
from tgi_conformance.target import Target
from tgi_conformance.trial import Setting

if TYPE_CHECKING:
    from tgi_conformance.requirement import Check

NOWHERE = Target("http://127.0.0.1:9")
GET = Request("GET", "/info")


def make_setting(target: Target = NOWHERE, bounds: Bounds | None = None, **rest: Any) -> Setting:
    client = Client(target, bounds or Bounds(request_seconds=5))
    weakref.finalize(client, client._http.close)  # noqa: SLF001 - a test's setting ends with the test
    fixed = {
        "facts": Facts(info={"version": "3.3.6"}),
        "contract": pinned_contract(),
        "served": Served(),
        "deviations": (),
        "depth": Depth.STANDARD,
        "seed": 0,
    }
    return Setting(client=client, samples=Samples(client), **{**fixed, **rest})


def make_requirement(check: Check, **rest: Any) -> Requirement:
    fixed = {
        "id": "info.says-so",
        "level": Level.MUST,
        "operation": "GET /info",
        "statement": "It says so.",
        "source": "#/paths/~1info/get",
        "why": "Somebody asks.",
    }
    return Requirement(check=check, **{**fixed, **rest})
