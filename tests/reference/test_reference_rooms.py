"""The rooms of the reference server import one way only, at run time and for types."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).parents[2] / "reference"
PACKAGE = "tgi_reference"
# Each room imports only rooms of earlier lines; those of one line do not know each other.
ROOMS = (
    ("engine", "fidelity", "wire"),
    ("releases",),
    ("settings",),
    ("generation",),
    ("api",),
    ("injection", "server"),
    ("compose",),
    ("fleet", "workers"),
    ("cli", "pytest_plugin"),
    ("__main__",),
)
RANKS = {room: rank for rank, line in enumerate(ROOMS) for room in line}


def modules() -> dict[str, Path]:
    """Give the file of each module by its name, the package's own empty one left out."""
    files = {}
    for path in sorted((REFERENCE / PACKAGE).rglob("*.py")):
        parts = path.relative_to(REFERENCE).with_suffix("").parts
        files[".".join(part for part in parts if part != "__init__")] = path
    del files[PACKAGE]
    return files


def imported(source: str) -> Iterator[str]:
    """Yield the modules that a source imports, wherever it does, and of a package what it takes from it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError("imports are absolute here")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def known(name: str, files: dict[str, Path]) -> str | None:
    """Give the module of the package that an imported name is, or is in."""
    if name in files:
        return name
    module = name.rpartition(".")[0]
    return module if module in files else None


def imports() -> dict[str, set[str]]:
    files = modules()
    return {
        name: {found for one in imported(path.read_text("utf-8")) if (found := known(one, files))}
        for name, path in files.items()
    }


def room(module: str) -> str:
    return module.split(".")[1]


def not_below(graph: dict[str, set[str]]) -> list[str]:
    """Tell the imports that do not lead to a room of an earlier line."""
    return [
        f"{name} imports {other}"
        for name, others in graph.items()
        for other in sorted(others)
        if room(name) != room(other) and RANKS[room(other)] >= RANKS[room(name)]
    ]


def test_every_room_has_its_line() -> None:
    assert set(RANKS) == set(map(room, modules()))


def test_rooms_import_only_rooms_below_them() -> None:
    assert [] == not_below(imports())


def test_compose_alone_imports_injections() -> None:
    users = {room(name) for name, others in imports().items() if "injection" in map(room, others)}

    assert {"compose", "injection"} == users


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = imports()

    assert set(graph) == set(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize(
    "source",
    [
        "from tgi_reference import server",
        "from tgi_reference.server import listen",
        "import tgi_reference.server",
        "if TYPE_CHECKING:\n    from tgi_reference.server import Running",
        "def late():\n    from tgi_reference.server import Running",
    ],
)
def test_an_import_upwards_is_found(source: str) -> None:
    files = modules()
    found = {one for name in imported(source) if (one := known(name, files))}

    assert ["tgi_reference.api.app imports tgi_reference.server"] == not_below(
        {"tgi_reference.api.app": found}
    )
