"""docs/clients.md names every example, files that exist, and versions of the kind that is installed."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest
from tests.clients.run_example import EXAMPLES

ROOT = EXAMPLES.parent
PAGE = (ROOT / "docs" / "clients.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if "](../" in line
]
VERSIONS = {row[0]: row[1] for row in ROWS}
IN_PYTHON = sorted(client for client in VERSIONS if re.fullmatch(r"[a-z_-]+", client) and client != "curl")


def linked(pattern: str) -> set[str]:
    return set(re.findall(rf"\]\(\.\./({pattern})\)", "\n".join("|".join(row) for row in ROWS)))


def test_every_example_has_a_row() -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for pattern in ("*.py", "*.sh", "node/*.mjs")
        for path in EXAMPLES.glob(pattern)
    }

    assert files == linked("examples/[^)]+")


def test_every_test_has_a_row() -> None:
    tests = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "clients").glob("test_*.py")}

    assert tests - {"tests/clients/test_clients_page.py"} == linked("tests/[^)]+")


# Newer minor releases are installed as they come out; a major one should be looked at, and the page with it.
@pytest.mark.parametrize("client", IN_PYTHON)
def test_versions_are_of_the_installed_kind(client: str) -> None:
    try:
        installed = version(client)
    except PackageNotFoundError:
        pytest.skip(f"{client} is not installed")

    assert installed.split(".")[0] == VERSIONS[client].split(".")[0]


def test_versions_are_those_that_node_gets() -> None:
    packages: dict[str, Any] = json.loads((EXAMPLES / "node" / "package.json").read_text("utf-8"))
    pinned = {one.rpartition("@")[2] for one in packages["dependencies"].values()}

    assert pinned == {version for client, version in VERSIONS.items() if client.startswith("@")}
