"""A pytest fixture, so that other projects test against a reference server in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tgi_common.extras import needing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.server import Running


@pytest.fixture(scope="session")
def tgi_server() -> Iterator[Running]:
    """A reference server on a free port; ``tgi_server.url`` is where.

    For other set-ups use ``tgi_reference.compose.running(Settings(…))`` in a fixture of your own.
    """
    # Imported late: projects that have the plugin installed and do not use it should not wait for it.
    with needing("server", "the fixture tgi_server"):
        from tgi_reference.compose import running  # noqa: PLC0415
        from tgi_reference.settings import Settings  # noqa: PLC0415

    with running(Settings()) as server:
        yield server
