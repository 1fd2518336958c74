"""A reference server with injections that only a test has."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import evolve

from tgi_reference.compose import running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_reference.injection.hooks import Injection
    from tgi_reference.settings import Settings


@contextmanager
def altered(injections: Sequence[Injection], settings: Settings, seed: int = 0) -> Iterator[str]:
    """Serve, in a thread; gives the URL."""
    with running(evolve(settings, fault_seed=seed), injections=injections) as server:
        yield server.url
