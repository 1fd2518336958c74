"""Rules for the repository: no paths of a machine, small files, documents that are true."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 500
PACKAGES = {
    *("tgi_client", "tgi_client_generator", "tgi_common", "tgi_conformance", "tgi_document", "tgi_reference"),
}

# Spelled in parts, so that this file does not match itself.
REGISTRIES = (
    *(("py", "pi.org"), ("pythonhosted", ".org"), ("npmjs", ".org"), ("npmjs", ".com"), ("yarnpkg", ".com")),
    *(("crates", ".io"), ("docker", ".io"), ("ghcr", ".io"), ("quay", ".io"), ("proxy.golang", ".org")),
)
HOMES = (r"/(home|Users)/", r"[a-z][\w.-]*/")
PLACES = (("/ro", "ot/"), ("/tm", "p/"), ("/wo", "rk/"), ("C:", r"\\Users"))


@cache
def tracked() -> tuple[Path, ...]:
    """Give every file under version control."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a checkout, to find the files of the repository")
    listed = subprocess.run(  # noqa: S603 (no input of anybody)
        [git, "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True, text=True
    )
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def tracked_as(*suffixes: str) -> list[Path]:
    return [path for path in tracked() if path.suffix in suffixes]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def machine_patterns() -> re.Pattern[str]:
    """Match paths of a machine, this one's foremost."""
    here = {ROOT.as_posix(), Path.home().as_posix(), tempfile.gettempdir()}
    own = [re.escape(place) + "/" for place in here if place.count("/") > 1]
    places = "|".join([*("".join(parts) for parts in PLACES), "".join(HOMES), *own])
    return re.compile(rf"(?<![\w.-])(?:{places})")


def registry_patterns() -> re.Pattern[str]:
    """Match hosts that packages come from, those that this machine is set to use included."""
    configured = [
        urlsplit(value).hostname
        for name, value in os.environ.items()
        if re.search("(?i)index|registry|proxy|mirror", name) and "://" in value
    ]
    own = [host for host in configured if host and "." in host and not host.startswith("127.")]
    return re.compile("|".join(re.escape(host) for host in [*map("".join, REGISTRIES), *own]))


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    """Give `file:line` of each match in a tracked text; bytes that are not UTF-8 match nothing."""
    return [
        f"{shown(path)}:{number}"
        for path in tracked()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_path_of_a_machine_is_tracked() -> None:
    assert [] == lines_matching(machine_patterns())


def test_no_host_of_a_registry_is_tracked() -> None:
    assert [] == lines_matching(registry_patterns())


@pytest.mark.parametrize("name", ["".join(PLACES[0]) + ".cache", "/home{}ann/x".format("/")])
def test_paths_of_machines_are_recognized(name: str) -> None:
    assert machine_patterns().search(f"see {name} for more")


def test_hosts_of_registries_are_recognized() -> None:
    assert registry_patterns().search("https://" + "py" + "pi.org/simple")


def test_python_files_are_short() -> None:
    lengths = {
        shown(path): len(path.read_text("utf-8").splitlines())
        for path in tracked_as(".py")
        if not shown(path).startswith("generated/")
    }

    assert {} == {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def sessions() -> list[ast.FunctionDef]:
    tree = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("session" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]


def test_every_nox_session_has_a_line_of_documentation() -> None:
    # `nox -l` is the manual of the commands, and shows one line each.
    wordy = [
        session.name for session in sessions() if len((ast.get_docstring(session) or "").splitlines()) != 1
    ]

    assert [] == wordy
    assert {"tests", "conformance"} <= {session.name for session in sessions()}


def may_import() -> dict[str, set[str]]:
    """Read from docs/architecture.md which of our packages each folder may import."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "architecture.md").read_text("utf-8").splitlines()
        if line.startswith("| `")
    ]
    return {
        row[0].strip("`/"): PACKAGES if row[3] == "all" else set(re.findall("`([^`]+)`", row[1] + row[3]))
        for row in rows
        if len(row) > 3  # the table of folders
    }


def imported(path: Path) -> set[str]:
    """Give our packages that a file imports, at its top or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names & PACKAGES


def test_packages_import_only_what_the_architecture_allows() -> None:
    allowed = may_import()
    strays = {
        shown(path): imported(path) - allowed[folder]
        for folder in allowed
        for path in tracked_as(".py")
        if path.is_relative_to(ROOT / folder)
    }

    assert {} == {name: packages for name, packages in strays.items() if packages}
    assert {"conformance", "reference", "document", "tests"} <= set(allowed)


def test_readme_shows_every_folder_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    folders = {shown(path).split("/")[0] for path in tracked() if "/" in shown(path)}
    named = set(re.findall(r"^([\w.-]+)/\s{2,}\S", readme, flags=re.MULTILINE))

    assert {folder for folder in folders if not folder.startswith(".")} == named


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{shown(path)}: {target}"
        for path in tracked_as(".md")
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8"))
        if not urlsplit(target).scheme and not (path.parent / unquote(target.partition("#")[0])).exists()
    ]

    assert [] == broken


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    notes = {path.name for path in folder.glob("*.md")} - {"README.md"}

    assert notes == set(re.findall(r"\]\(([\w-]+\.md)\)", index))


def test_versions_agree() -> None:
    project = re.search(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), flags=re.MULTILINE
    )
    citation = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), flags=re.MULTILINE)

    assert project
    assert citation
    assert project[1] == citation[1]
