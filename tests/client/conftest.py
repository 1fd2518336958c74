"""The server of the client's tests: the reference server, or a real router that stands at `TGI_URL`."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

if url := os.environ.get("TGI_URL"):

    @pytest.fixture(scope="session")
    def tgi_server() -> Any:
        """Give the router that stands beside the project."""
        return SimpleNamespace(url=url)
