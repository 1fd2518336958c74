"""Which alterations a server was started with, and what they do to it before it serves."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from tgi_reference import faults, variants
from tgi_reference.alterations.catalogue import Stage
from tgi_reference.alterations.layer import Altered

if TYPE_CHECKING:
    from types import ModuleType

    from starlette.types import ASGIApp

    from tgi_reference.alterations.catalogue import Alteration, Catalogue
    from tgi_reference.api.services import Services
    from tgi_reference.settings import Settings


def all_faults() -> Catalogue:
    """Every fault there is."""
    return _whole(faults, faults.FAULTS)


def all_variants() -> Catalogue:
    """Every variant there is."""
    return _whole(variants, variants.VARIANTS)


def _whole(package: ModuleType, catalogue: Catalogue) -> Catalogue:
    """The catalogue once all modules that add to it were imported."""
    for module in sorted(one.name for one in pkgutil.iter_modules(package.__path__)):
        import_module(f"{package.__name__}.{module}")
    return catalogue


def chosen(settings: Settings) -> tuple[Alteration, ...]:
    """The alterations that the settings name: variants are nearer to the client.

    Raises:
        UnknownNameError: a name is misspelt.
    """
    if not (settings.faults or settings.variants):
        return ()
    return (*all_faults().find(settings.faults), *all_variants().find(settings.variants))


def altered_settings(settings: Settings) -> Settings:
    """The settings as the alterations want them."""
    for alteration in chosen(settings):
        for hook in alteration.at(Stage.SETTINGS):
            settings = hook(settings)
    return settings


def altered_services(services: Services) -> Services:
    """The server's parts, changed as the alterations want them."""
    for alteration in chosen(services.settings):
        for hook in alteration.at(Stage.SERVICES):
            hook(services)
    return services


def altered_app(app: ASGIApp, services: Services) -> ASGIApp:
    """The application behind the alterations; the same application where there are none."""
    alterations = chosen(services.settings)
    return Altered(app, alterations, services, services.settings.fault_seed) if alterations else app
