"""The catalogues of all faults and of all variants."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from tgi_reference.injection import faults, variants

if TYPE_CHECKING:
    from types import ModuleType

    from tgi_reference.injection.hooks import Catalogue


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
