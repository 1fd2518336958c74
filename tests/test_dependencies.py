"""What our packages import is what they declare, so that a new machine has it too."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
OWN = {"tgi_client", "tgi_client_generator", "tgi_common", "tgi_conformance", "tgi_document", "tgi_reference"}
# Run from a checkout, with the group for browsers: the pictures of the documentation.
WITH_A_BROWSER = {"playwright"}
SCRIPTS = {path.stem for path in (ROOT / "scripts").iterdir()}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(folder: str, *extras: str) -> set[str]:
    """Give the distributions that a project depends on, with these extras."""
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return {canonical(re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0]) for line in lines}


def imported(folder: str) -> set[str]:
    names: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - OWN - SCRIPTS - set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("folder", "project", "extras"),
    [
        ("conformance", ".", ("load",)),
        ("document", ".", ()),
        ("reference", ".", ("server",)),
        ("scripts", ".", ("server", "client")),
        ("scripts/client_generator", ".", ("client",)),
        ("generated", "generated", ("retries", "speed")),
    ],
)
def test_every_import_is_declared(folder: str, project: str, extras: tuple[str, ...]) -> None:
    known = packages_distributions()
    ours = declared(project, *extras)
    needed = {name for name in imported(folder) if not ours & {canonical(d) for d in known.get(name, [name])}}
    assert set() == needed - (WITH_A_BROWSER if folder == "scripts" else set())


def test_the_extra_of_all_is_every_other_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    (line,) = extras["all"]

    assert "tgi-conformance[" + ",".join(sorted(extras.keys() - {"all"})) + "]" == line
