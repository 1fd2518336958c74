"""The container image: pinned, in two stages, not root, with what the wheel is made of."""

from __future__ import annotations

import re
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
INSTRUCTIONS = [tuple(line.split(maxsplit=1)) for line in LINES if line and not line.startswith("#")]
STARTS = [number for number, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM"]
FINAL = INSTRUCTIONS[STARTS[-1] :]


def test_the_base_is_pinned_and_the_same_in_both_stages() -> None:
    (base,) = [text for name, text in INSTRUCTIONS[: STARTS[0]] if name == "ARG"]

    assert re.fullmatch(r"BASE=python:3\.\d+-slim-\w+", base)
    assert ["${BASE} AS build", "${BASE}"] == [text for name, text in INSTRUCTIONS if name == "FROM"]


def test_the_image_is_not_roots_and_starts_the_command() -> None:
    users = [text for name, text in FINAL if name == "USER"]

    assert 1 == len(users)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[0])
    assert ("ENTRYPOINT", '["tgi-conformance"]') in FINAL


def test_nothing_is_installed_in_the_final_stage() -> None:
    assert [] == [
        text for name, text in FINAL if name == "RUN" and re.search(r"\b(pip|apt|apt-get|curl)\b", text)
    ]
    assert ["--from=build"] == [text.split()[0] for name, text in FINAL if name in {"COPY", "ADD"}]


def test_the_context_has_what_the_wheel_is_made_of() -> None:
    ignored = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    kept = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *wheel["packages"],
        *wheel["force-include"],
        "pyproject.toml",
        project["project"]["readme"],
        *project["project"]["license-files"],
    }

    assert "*" in ignored
    assert set() == {
        path for path in needed if not any(path == one or path.startswith(f"{one}/") for one in kept)
    }
    assert set() == {path for path in kept if not (ROOT / path).exists()}
