"""Many servers in one process, each under a path prefix, with settings of its own; some have a fault.

They share the model. A member is composed at its first request, so that a large fleet starts at once.
"""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from tgi_reference.compose import catalogue, compose, injections_of
from tgi_reference.engine import Engine
from tgi_reference.fidelity import DOCUMENTED, TGI
from tgi_reference.releases import NEWEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

    from tgi_reference.settings import Settings

TARGETS: Final = "/fleet.yaml"
FAULTY_EACH: Final = 10  # one member of so many has a fault,
FIRST_FAULTY: Final = 3  # the third, the thirteenth and so on
# What the members differ in, in turn; all of it conforms.
PECULIARITIES: Final[tuple[Mapping[str, Any], ...]] = (
    {},
    {"max_stop_sequences": 8, "max_best_of": 4},
    {"max_input_tokens": 1024, "max_total_tokens": 2048},
    {"disable_grammar_support": True},
    {"fidelity": DOCUMENTED},
    {"max_client_batch_size": 8, "max_top_n_tokens": 10},
    {"max_concurrent_requests": 64},
)


@frozen
class Member:
    """A server of the fleet: the first segment of its paths, and its settings."""

    name: str
    settings: Settings


def members_of(settings: Settings, count: int) -> tuple[Member, ...]:
    """Vary the settings for `count` members; the faults that they name go to some members, one to each.

    If they name none, the faults of the catalogue do.

    Raises:
        SettingsError: there is no fault or variant of a name.
    """
    injections_of(settings)
    width = len(str(count))
    numbers = range(1, count + 1)
    faulty = [number for number in numbers if number % FAULTY_EACH == FIRST_FAULTY % FAULTY_EACH]
    faults = settings.faults or _spread(len(faulty), settings.fault_seed)
    chosen = {number: faults[place % len(faults)] for place, number in enumerate(faulty)}
    return tuple(
        Member(
            f"t{number:0{width}}",
            _varied(settings, number, (chosen[number],) if number in chosen else ()),
        )
        for number in numbers
    )


def _spread(count: int, seed: int) -> Sequence[str]:
    """Take so many faults of the catalogue, at equal distances; the seed says from where on."""
    names = [one.name for one in catalogue("fault")]
    return [names[(seed + place * len(names) // max(count, 1)) % len(names)] for place in range(count)]


def _varied(settings: Settings, number: int, faults: tuple[str, ...]) -> Settings:
    own = PECULIARITIES[number % len(PECULIARITIES)]
    if settings.fidelity is not TGI or settings.release is not NEWEST:
        own = {name: value for name, value in own.items() if name != "fidelity"}
    return evolve(settings, model_id=f"{settings.model_id}-{number}", faults=faults, **own)


class FleetApp:
    """An ASGI application that hands each request to the member that its path begins with.

    `GET /fleet.yaml` lists the members as a file for `tgi-conformance run --targets`.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self._members = {member.name: member for member in members}
        self._engine = Engine()
        self._apps: dict[str, ASGIApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] == TARGETS:
            base = str(Request(scope).base_url).rstrip("/")
            await PlainTextResponse(self.targets(base), media_type="application/yaml")(scope, receive, send)
            return
        name, _, rest = scope["path"].removeprefix("/").partition("/")
        if name not in self._members:
            await PlainTextResponse("", 404)(scope, receive, send)
            return
        raw = scope["raw_path"].removeprefix(f"/{name}".encode()) or b"/"
        await self._app(name)({**scope, "path": f"/{rest}", "raw_path": raw}, receive, send)

    def targets(self, base: str) -> str:
        """List the members as YAML, each a line of JSON; `base` is the URL of this server."""
        lines = [json.dumps({"name": name, "url": f"{base}/{name}"}) for name in self._members]
        return "".join(f"- {line}\n" for line in lines)

    def _app(self, name: str) -> ASGIApp:
        if name not in self._apps:
            settings = self._members[name].settings
            # A copy, since injections may change the engine that they get.
            self._apps[name] = compose(settings, injections_of(settings), copy(self._engine)).app
        return self._apps[name]
