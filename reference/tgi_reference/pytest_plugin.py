"""Pytest fixtures, so that other projects test against a reference server in one line."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from tgi_common.extras import needing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgi_reference.server import Running
    from tgi_reference.settings import Settings

# What the fixtures need is imported late: a project that has the plugin installed and does not use it should
# not wait for it.


class ServerFactory(Protocol):
    """What the fixture `tgi_server_factory` gives."""

    def __call__(
        self,
        settings: Settings | None = None,
        *,
        faults: Iterable[str] = (),
        variants: Iterable[str] = (),
    ) -> Running:
        """Start a server on a free port, and give it; it runs until the end of the session.

        Args:
            settings: Its settings, unless the default ones.
            faults: Names of faults to inject, besides those of the settings.
            variants: Names of variants to inject, besides those of the settings.

        Raises:
            SettingsError: There is no fault or variant of a name.
            ListenError: The settings name a port that is taken.
        """


@pytest.fixture(scope="session")
def tgi_server_factory() -> Iterator[ServerFactory]:
    """Make reference servers: ``tgi_server_factory(faults=["blank-lines-are-missing"]).url``.

    They run until the end of the session. For one that ends earlier, use
    ``with tgi_reference.compose.running(Settings(…)) as server:``.
    """
    with needing("server", "the fixture tgi_server_factory"):
        from attrs import evolve  # noqa: PLC0415

        from tgi_reference.compose import running  # noqa: PLC0415
        from tgi_reference.settings import Settings  # noqa: PLC0415

    with ExitStack() as servers:

        def make(
            settings: Settings | None = None, *, faults: Iterable[str] = (), variants: Iterable[str] = ()
        ) -> Running:
            chosen = settings or Settings()
            chosen = evolve(chosen, faults=(*chosen.faults, *faults), variants=(*chosen.variants, *variants))
            return servers.enter_context(running(chosen))

        yield make


@pytest.fixture(scope="session")
def tgi_server(tgi_server_factory: ServerFactory) -> Running:
    """A reference server with the default settings on a free port; ``tgi_server.url`` is where."""
    return tgi_server_factory()
