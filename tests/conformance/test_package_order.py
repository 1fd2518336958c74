"""The packages of the suite import in one direction, and architecture.md lists them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "conformance" / "tgi_conformance"
# Each package imports those before it, and none after it.
PACKAGES = (
    "http",
    "results",
    "protocol",
    "contract",
    "session",
    "requirements",
    "config",
    "engine",
    "reports",
    "fleet",
    "load",
    "cli",
    "pytest_plugin",
)


def imported(path: Path) -> set[str]:
    """Return the packages that a file imports, for types too."""
    tree = ast.parse(path.read_text("utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return {module.split(".")[1] for module in modules if module.startswith("tgi_conformance.")}


def test_every_folder_is_listed() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}

    assert set(PACKAGES) == folders


def test_no_package_imports_a_later_one() -> None:
    upward = [
        f"{path.relative_to(PACKAGE)} imports {other}"
        for place, package in enumerate(PACKAGES)
        for path in sorted((PACKAGE / package).rglob("*.py"))
        for other in sorted(imported(path))
        if other not in PACKAGES[: place + 1]
    ]

    assert [] == upward


def test_the_engine_knows_neither_pytest_nor_a_terminal() -> None:
    below = [PACKAGE / package for package in PACKAGES[: PACKAGES.index("engine") + 1]]
    files = [path for folder in below for path in folder.rglob("*.py")]
    knowing = [
        str(path.relative_to(PACKAGE))
        for path in files
        if re.search(r"^\s*(import|from) (pytest|click|rich)\b", path.read_text("utf-8"), re.MULTILINE)
    ]

    assert [] == knowing


def test_architecture_lists_the_packages() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")

    assert list(PACKAGES) == re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)
