"""No module imports itself by way of others, in any package.

Two graphs are held to that: of what is imported when the program runs, at the top of a file or inside a
function, where late imports hide circles; and of that and what is imported for types alone (`if
TYPE_CHECKING:`), where a circle runs well, but its files can only be understood together. A file that lists
the modules of a package to import them all imports them all. The `__init__` of a package does not count that
Python runs on the way to a module in it.
"""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "conformance/tgi_conformance",
    "document/tgi_common",
    "document/tgi_document",
    "reference/tgi_reference",
    "scripts/client_generator/tgi_client_generator",
)
NOT_OURS = "templates"  # of the generator, which are files of another package


def module_files() -> dict[str, Path]:
    """Give the file of each module of the packages."""
    files = {}
    for package in PACKAGES:
        source = (ROOT / package).parent
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(source).with_suffix("").parts
            if NOT_OURS not in parts:
                files[".".join(part for part in parts if part != "__init__")] = path
    return files


def imports_of(tree: ast.AST, *, types: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports of a file, with or without those below `if TYPE_CHECKING:`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING") and not types:
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def imported(name: str, path: Path, modules: Mapping[str, Path], *, types: bool = False) -> set[str]:
    """Give the modules of ours that a module imports."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_bytes())
    found = set()
    for node in imports_of(tree, types=types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
            continue
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        source = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            inner = f"{source}.{alias.name}"
            found.add(inner if inner in modules else source)
    found = {one for one in found if one in modules}
    if any(isinstance(node, ast.Attribute) and node.attr == "iter_modules" for node in ast.walk(tree)):
        listed = {one for one in {*found, name} if modules[one].name == "__init__.py"}
        found |= {one for one in modules if one.rpartition(".")[0] in listed}
    return found


def graph_of(modules: Mapping[str, Path], *, types: bool) -> dict[str, set[str]]:
    return {name: imported(name, path, modules, types=types) for name, path in modules.items()}


def shown_circle(graph: Mapping[str, set[str]]) -> str:
    """Write one circle of a graph, for people."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " is imported by ".join(error.args[1])
    return "none"


@pytest.mark.parametrize("types", [False, True], ids=["running", "types"])
def test_there_are_no_import_circles(types: bool) -> None:
    assert "none" == shown_circle(graph_of(module_files(), types=types))


def test_every_package_is_looked_at() -> None:
    graph = graph_of(module_files(), types=False)

    assert {Path(package).name for package in PACKAGES} == {name.partition(".")[0] for name in graph}
    assert "tgi_common.text" in graph["tgi_document.errors"]
    assert [] == [name for name in graph if name.startswith("tgi_client_generator.render.templates")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import p.b", {"p.b"}),
        ("from p import b", {"p.b"}),
        ("from p.b import value", {"p.b"}),
        ("from p import value", {"p"}),
        ("from . import b", {"p.b"}),
        ("from .b import value", {"p.b"}),
        ("def late():\n    from p import b", {"p.b"}),
        ("if TYPE_CHECKING:\n    from p import b", set()),
        ("if typing.TYPE_CHECKING:\n    from p import c\nelse:\n    from p import b", {"p.b"}),
        ("import os", set()),
    ],
)
def test_imports_are_found_wherever_they_run(source: str, expected: set[str], tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(source)

    assert expected == imported("p.a", path, {"p": path, "p.b": path, "p.c": path})


def test_what_is_imported_for_types_counts_where_types_count(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("if TYPE_CHECKING:\n    from p import b")

    assert {"p.b"} == imported("p.a", path, {"p": path, "p.b": path}, types=True)


def test_who_lists_the_modules_of_a_package_imports_them(tmp_path: Path) -> None:
    path, package = tmp_path / "a.py", tmp_path / "__init__.py"
    path.write_text("import pkgutil\nfrom p import all\npkgutil.iter_modules(all.__path__)")

    assert {"p.all", "p.all.b"} == imported(
        "p.a", path, {"p": package, "p.a": path, "p.all": package, "p.all.b": path}
    )


def test_circles_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str](), "f": {"a", "d"}}

    assert "b" in shown_circle(graph)
    assert "none" == shown_circle({name: others - {"b"} for name, others in graph.items()})
