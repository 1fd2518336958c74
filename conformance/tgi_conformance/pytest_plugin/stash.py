"""What the plugin keeps in a pytest session."""

from __future__ import annotations

from typing import Any

import pytest

LOCK = "tgi_conformance_lock"  # where xdist's workers find the path of the lock
LOCK_FILE: pytest.StashKey[str] = pytest.StashKey()
RUN: pytest.StashKey[Any] = pytest.StashKey()  # the PytestRun, which is imported only where one is needed
