"""Composes a server: its parts, the API in front of them, and the injections that the settings name.

This is the only module that knows both the server and its injections: nothing below it asks for a fault, and
without injections the plain server is composed.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_reference.api.access_log import AccessLog
from tgi_reference.api.app import make_app
from tgi_reference.api.services import Services, make_services
from tgi_reference.engine import Engine, Noise
from tgi_reference.injection.catalogues import all_faults, all_variants
from tgi_reference.injection.hooks import Catalogue, Stage, UnknownNameError
from tgi_reference.injection.middleware import InjectionMiddleware
from tgi_reference.server import Running, listen, serving
from tgi_reference.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.types import ASGIApp

    from tgi_reference.injection.hooks import Injection


@frozen
class Composed:
    """A server without its sockets."""

    app: ASGIApp
    services: Services


def catalogue(noun: str) -> Catalogue:
    """Everything that can be injected of a kind: "fault" or "variant"."""
    return all_faults() if noun == "fault" else all_variants()


def injections_of(settings: Settings) -> tuple[Injection, ...]:
    """The injections that the settings name, variants last: they are nearer to the client.

    Raises:
        SettingsError: there is none of a name; the message has the nearest.
    """
    if not (settings.faults or settings.variants):
        return ()
    try:
        return (*all_faults().find(settings.faults), *all_variants().find(settings.variants))
    except UnknownNameError as error:
        raise SettingsError(str(error)) from None


def compose(
    settings: Settings, injections: Sequence[Injection] = (), engine: Engine | None = None
) -> Composed:
    """The application and its parts, with these injections. The model is loaded, unless one is given."""
    for injection in injections:
        for hook in injection.at(Stage.SETTINGS):
            settings = hook(settings)
    services = make_services(settings, engine or _engine(settings))
    for injection in injections:
        for hook in injection.at(Stage.SERVICES):
            hook(services)
    app = make_app(services)
    if injections:
        app = InjectionMiddleware(app, injections, services, settings.fault_seed)
    return Composed(AccessLog(app), services)


def _engine(settings: Settings) -> Engine:
    return Engine(Noise(settings.noise, settings.fault_seed or None) if settings.noise else None)


@contextmanager
def running(
    settings: Settings, engine: Engine | None = None, injections: Sequence[Injection] = ()
) -> Iterator[Running]:
    """Run a server in a thread, as long as the context lasts.

    To run one after another, load the model once and give each a copy of the engine. ``injections`` are added
    to those that the settings name.

    Raises:
        SettingsError: there is no fault or variant of a name.
        ListenError: the port is taken.
    """
    chosen = (*injections_of(settings), *injections)
    with listen(settings) as listening:
        composed = compose(settings, chosen, engine)
        with serving(composed.app, composed.services, listening) as server:
            yield server
