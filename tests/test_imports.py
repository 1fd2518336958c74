"""No module imports itself by way of others, in any package.

Two graphs are checked: of what is imported when the program runs, at the top of a file or inside a
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

# Circles that are left: to be emptied, and each module taken out as soon as it is in none.
STILL_CIRCULAR: dict[str, frozenset[str]] = {
    "running": frozenset(
        {
            "tgi_conformance.pytest_plugin.items",
            "tgi_conformance.pytest_plugin.plugin",
            "tgi_reference.alterations.selection",
            "tgi_reference.faults.command",
        }
    ),
    "types": frozenset(
        {
            "tgi_conformance.pytest_plugin.items",
            "tgi_conformance.pytest_plugin.plugin",
            "tgi_reference.alterations.call",
            "tgi_reference.alterations.catalogue",
            "tgi_reference.alterations.layer",
            "tgi_reference.alterations.selection",
            "tgi_reference.answers",
            "tgi_reference.backend",
            "tgi_reference.batch",
            "tgi_reference.budget",
            "tgi_reference.chat",
            "tgi_reference.engine.grammar",
            "tgi_reference.engine.values",
            "tgi_reference.engine.vocabulary",
            "tgi_reference.event_stream",
            "tgi_reference.exchange",
            "tgi_reference.faults",
            "tgi_reference.faults.aliases",
            "tgi_reference.faults.answers",
            "tgi_reference.faults.bodies",
            "tgi_reference.faults.borders",
            "tgi_reference.faults.bounds",
            "tgi_reference.faults.bursts",
            "tgi_reference.faults.characters",
            "tgi_reference.faults.chunks",
            "tgi_reference.faults.command",
            "tgi_reference.faults.credentials",
            "tgi_reference.faults.documents",
            "tgi_reference.faults.errors",
            "tgi_reference.faults.exposition",
            "tgi_reference.faults.framing",
            "tgi_reference.faults.grammars",
            "tgi_reference.faults.headers",
            "tgi_reference.faults.keys",
            "tgi_reference.faults.lists",
            "tgi_reference.faults.long",
            "tgi_reference.faults.methods",
            "tgi_reference.faults.negotiation",
            "tgi_reference.faults.normalising",
            "tgi_reference.faults.openai",
            "tgi_reference.faults.origins",
            "tgi_reference.faults.others",
            "tgi_reference.faults.parameters",
            "tgi_reference.faults.prompts",
            "tgi_reference.faults.rare",
            "tgi_reference.faults.rules",
            "tgi_reference.faults.sampling",
            "tgi_reference.faults.seeds",
            "tgi_reference.faults.slots",
            "tgi_reference.faults.state",
            "tgi_reference.faults.stops",
            "tgi_reference.faults.streams",
            "tgi_reference.faults.together",
            "tgi_reference.faults.tokens",
            "tgi_reference.faults.tools",
            "tgi_reference.faults.transport",
            "tgi_reference.generation",
            "tgi_reference.releases.known",
            "tgi_reference.releases.openai",
            "tgi_reference.releases.release",
            "tgi_reference.releases.v2_0",
            "tgi_reference.releases.v2_4",
            "tgi_reference.releases.v3_3",
            "tgi_reference.services",
            "tgi_reference.settings",
            "tgi_reference.streams",
            "tgi_reference.validation",
            "tgi_reference.variants",
            "tgi_reference.variants.bodies",
            "tgi_reference.variants.deployments",
            "tgi_reference.variants.framing",
            "tgi_reference.variants.gateways",
            "tgi_reference.variants.http",
            "tgi_reference.variants.models",
        }
    ),
}


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


def circular(graph: Mapping[str, set[str]]) -> set[str]:
    """Give the modules that reach themselves."""
    left = {name: set(others) for name, others in graph.items()}
    while True:
        # What imports nothing that is left is in no circle, nor is what nothing left imports.
        used = set().union(*left.values())
        idle = {name for name, others in left.items() if not others or name not in used}
        if not idle:
            break
        left = {name: others - idle for name, others in left.items() if name not in idle}
    return {name for name in left if name in reached(left, name)}


def reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Give what can be reached from a module by at least one import."""
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name]
    return found


def shown_circle(graph: Mapping[str, set[str]]) -> str:
    """Write one circle of a graph, for people."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " is imported by ".join(error.args[1])
    return "none"


@pytest.mark.parametrize("kind", STILL_CIRCULAR)
def test_there_are_no_import_circles(kind: str) -> None:
    graph = graph_of(module_files(), types=kind == "types")
    excused = STILL_CIRCULAR[kind]
    rest = {name: others - excused for name, others in graph.items() if name not in excused}

    assert "none" == shown_circle(rest)


@pytest.mark.parametrize("kind", STILL_CIRCULAR)
def test_no_module_is_excused_that_is_in_no_circle(kind: str) -> None:
    graph = graph_of(module_files(), types=kind == "types")

    assert set() == STILL_CIRCULAR[kind] - circular(graph)


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


def test_circles_are_found_and_what_leads_to_them_is_not_in_them() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str](), "e": {"e"}, "f": {"a", "d"}}

    assert {"b", "c", "e"} == circular(graph)
    assert "none" != shown_circle(graph)
