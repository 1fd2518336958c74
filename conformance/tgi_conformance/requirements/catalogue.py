"""What a deployment must do, one file a route of the API, named as the route is."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from tgi_conformance.results.report import WHOLE_RUN
from tgi_conformance.requirements._declare import Catalogue, Requirement


def catalogues() -> tuple[Catalogue, ...]:
    """Import every route's file and give its requirements, in the order of the files' names.

    What looks back on the whole run comes last.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    names.sort(key=lambda name: name == WHOLE_RUN)
    found = [import_module(f"{__name__}.{name}").CATALOGUE for name in names]
    return tuple(catalogue for catalogue in found if isinstance(catalogue, Catalogue))


def requirements() -> tuple[Requirement, ...]:
    """Every requirement of the suite; raises ValueError where two have one id."""
    every = [requirement for catalogue in catalogues() for requirement in catalogue.requirements]
    ids = [requirement.id for requirement in every]
    twice = {id_ for id_ in ids if ids.count(id_) > 1}
    if twice:
        raise ValueError(f"two requirements share an id: {', '.join(sorted(twice))}")
    return tuple(every)
