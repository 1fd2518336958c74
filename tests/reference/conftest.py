"""Servers that several modules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tgi_reference.compose import running
from tgi_reference.fidelity import DOCUMENTED
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.server import Running


@pytest.fixture(scope="session")
def tgi() -> Iterator[Running]:
    """A server that answers as TGI does."""
    with running(Settings(failure_prompts=True)) as server:
        yield server


@pytest.fixture(scope="session")
def documented() -> Iterator[Running]:
    """A server that keeps to the document."""
    with running(Settings(fidelity=DOCUMENTED, failure_prompts=True)) as server:
        yield server
