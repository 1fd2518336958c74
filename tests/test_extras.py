"""The bare suite needs no package of an extra; what needs one says which."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SERVER = "needs the reference server: pip install 'tgi-conformance[server]'"
LOAD = "needs Locust: pip install 'tgi-conformance[load]'"
CLIENT = "needs the generator of clients: pip install 'tgi-conformance[client]'"

BLOCKER = """
import os, sys

class Blocker:
    names = frozenset(os.environ["BLOCKED"].split())

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""

MAIN = "from tgi_conformance.cli.main import main; main(prog_name='tgi-conformance')"

IMPORT_EVERY_MODULE = """
import importlib, pkgutil, sys
INSIDE_LOCUST = {"tgi_conformance.load.locustfile", "tgi_conformance.load.users"}
for package in sys.argv[1:]:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if module.name in INSIDE_LOCUST:
            continue
        importlib.import_module(module.name)
        print(module.name)
"""


def needed_by(lines: list[str]) -> set[str]:
    """Give the distributions of requirements, and whatever these need in turn."""
    found: set[str] = set()
    waiting = list(lines)
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and name not in found:
            found.add(name)
            try:
                waiting += requires(name) or []
            except PackageNotFoundError:
                continue
    return found


def modules_of_extras() -> set[str]:
    """Give the modules that an environment with the bare suite does not have."""
    optional = PROJECT["optional-dependencies"]
    lines = (line for name in ("server", "client", "load") for line in optional[name])
    extra = {canonicalize_name(Requirement(line).name) for line in lines}
    extra -= needed_by(PROJECT["dependencies"])
    installed = packages_distributions()
    return {name for name, of in installed.items() if {canonicalize_name(one) for one in of} <= extra}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process to which the packages of all extras are missing."""
    folder = tmp_path_factory.mktemp("blocker")
    (folder / "sitecustomize.py").write_text(BLOCKER)
    return {**os.environ, "PYTHONPATH": str(folder), "BLOCKED": " ".join(modules_of_extras())}


def python(environment: dict[str, str], *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (our own)
        [sys.executable, *arguments], env=environment, cwd=cwd, capture_output=True, text=True, check=False
    )


def command(environment: dict[str, str], *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return python(environment, "-c", MAIN, *arguments, cwd=cwd)


def test_the_packages_of_the_issue_are_blocked(environment: dict[str, str], tmp_path: Path) -> None:
    heavy = {
        *("httptools", "llguidance", "numpy", "starlette", "swagger_ui_bundle", "tokenizers", "uvicorn"),
        *("jsonpath", "locust", "openapi_python_client", "ruff"),
    }
    blocked = set(environment["BLOCKED"].split())

    assert set() == heavy - blocked
    done = python(environment, "-c", "import numpy", cwd=tmp_path)
    assert "ModuleNotFoundError: No module named 'numpy'" == done.stderr.splitlines()[-1]


def test_every_module_of_the_suite_is_importable(environment: dict[str, str], tmp_path: Path) -> None:
    packages = ("tgi_common", "tgi_document", "tgi_conformance")
    done = python(environment, "-c", IMPORT_EVERY_MODULE, *packages, cwd=tmp_path)

    assert (0, "") == (done.returncode, done.stderr)
    assert set(packages) == {line.partition(".")[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("run", "--help"),
        ("list",),
        ("explain", "generate.generated-tokens-are-counted"),
        ("client", "--help"),
        ("client", "fetch", "--help"),
        ("client", "diff", str(ROOT / "spec" / "openapi.json"), str(ROOT / "spec" / "openapi.json")),
        ("client", "generate", "--help"),
        ("load", "--help"),
        ("load", "--print-locustfile"),
        ("serve", "--help"),
    ],
)
def test_what_the_suite_does_needs_no_extra(
    arguments: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    done = command(environment, *arguments, cwd=tmp_path)

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serve", "--port", "0"), f"tgi-conformance serve {SERVER}"),
        (("faults",), f"tgi-conformance faults {SERVER}"),
        (("variants",), f"tgi-conformance variants {SERVER}"),
        (("load", "http://127.0.0.1:9"), f"tgi-conformance load {LOAD}"),
        (("client", "generate", "--out", "here"), f"tgi-conformance client generate {CLIENT}"),
    ],
)
def test_a_command_without_its_extra_says_which(
    arguments: tuple[str, ...], message: str, environment: dict[str, str], tmp_path: Path
) -> None:
    done = command(environment, *arguments, cwd=tmp_path)

    assert (2, "", f"Error: {message}\n") == (done.returncode, done.stdout, done.stderr)
    assert [] == list(tmp_path.iterdir())


def test_pytest_runs_without_the_reference_server(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_passes():\n    pass\n\n\ndef test_asks(tgi_server):\n    pass\n"
    )
    # Locust is installed, but its modules are blocked here: so must be its plugin.
    off = ("-p", "no:cacheprovider", "-p", "no:locust")
    done = python(environment, "-m", "pytest", "-q", *off, "-rA", cwd=tmp_path)

    assert 1 == done.returncode
    assert "1 passed, 1 error" in re.sub(r" in .*", "", done.stdout.splitlines()[-1])
    assert f"the fixture tgi_server_factory {SERVER}" in done.stdout
