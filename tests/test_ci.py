"""The action and the snippets for CI: they parse, name what is there, and their commands do what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tgi_conformance.cli.run import run_command
from tgi_conformance.config.settings import Settings
from tgi_conformance.config.targets import configs_of_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from tgi_reference.server import Running

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
FLAGS = {option for param in run_command.params for option in param.opts if option.startswith("--")}
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TGI_CONFORMANCE")}
    return subprocess.run(  # noqa: S603 - our own commands
        ["bash", "-eo", "pipefail", "-c", script],  # noqa: S607 - the bash that CI has
        cwd=folder,
        env={**kept, **environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def step(name: str) -> dict[str, Any]:
    (found,) = [step for step in ACTION["runs"]["steps"] if step.get("name") == name]
    return dict(found)


def environment(**inputs: str) -> dict[str, str]:
    """Give the environment of the step as GitHub would fill it in."""
    given = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()} | inputs
    return {name: _filled(value, given) for name, value in step("Run")["env"].items()}


def _filled(template: str, given: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found.group(1)], template)


def test_no_input_is_part_of_a_script() -> None:
    assert "composite" == ACTION["runs"]["using"]
    assert [] == [step for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")]


def test_every_variable_of_the_action_is_a_setting() -> None:
    names = [name for name in step("Run")["env"] if name.startswith("TGI_CONFORMANCE_")]
    known = {param.name for param in run_command.params}

    assert set() == {name.removeprefix("TGI_CONFORMANCE_").lower() for name in names} - known
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(ACTION["runs"])))
    assert set(ACTION["inputs"]) == used


@needs_bash
def test_the_action_runs_and_writes_its_reports(tmp_path: Path, tgi_server: Running) -> None:
    summary = tmp_path / "summary.md"
    summary.touch()
    done = shell(
        step("Run")["run"],
        tmp_path,
        GITHUB_STEP_SUMMARY=str(summary),
        **environment(url=tgi_server.url, reports="out put"),
    )

    assert 0 == done.returncode, done.stderr
    assert "Conforms" in summary.read_text("utf-8")
    written = {path.name for path in (tmp_path / "out put").iterdir()}
    assert {"report.json", "report.html", "report.xml", "badge.json"} == written
    assert "conforms" == json.loads((tmp_path / "out put" / "badge.json").read_text())["message"]


@needs_bash
def test_the_action_fails_where_it_should(tmp_path: Path) -> None:
    done = shell(
        step("Run")["run"],
        tmp_path,
        GITHUB_STEP_SUMMARY=str(tmp_path / "s.md"),
        **environment(url="http://127.0.0.1:1"),
    )

    assert 3 == done.returncode


def commands_of(job: dict[str, Any]) -> str:
    """Give the commands of a job but those that install, which this environment has done."""
    lines = job["script"] if "script" in job else job["steps"][1]["run"].splitlines()
    return "\n".join(line for line in lines if not line.startswith("pip install"))


@needs_bash
@needs_curl
@pytest.mark.parametrize("which", [0, 2])
def test_the_snippets_start_the_server_and_run(which: int, tmp_path: Path) -> None:
    (job,) = [part for part in find_jobs(yaml.safe_load(blocks("yaml")[which])) if part]
    port = free_port()
    script = f"trap 'kill $(jobs -p)' EXIT\n{commands_of(job)}".replace("8080", str(port))
    variables = {name: value.replace("8080", str(port)) for name, value in job.get("variables", {}).items()}
    done = shell(script, tmp_path, **variables)

    assert 0 == done.returncode, done.stderr
    if variables:
        assert "conforms" in done.stdout
        named = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
        assert [] == [name for name in named if not (tmp_path / name).exists()]


def find_jobs(document: dict[Any, Any]) -> list[dict[str, Any]]:
    return list(document.get("jobs", document).values())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def test_the_action_is_used_with_inputs_that_it_has() -> None:
    used = [step for block in blocks("yaml")[:2] for step in find_steps(yaml.safe_load(block))]

    assert 2 == len([step for step in used if step.get("uses") == "./"])
    assert set() == {name for s in used if s.get("uses") == "./" for name in s["with"]} - set(
        ACTION["inputs"]
    )


def find_steps(document: Any) -> list[dict[str, Any]]:
    return document if isinstance(document, list) else document["jobs"]["conformance"]["steps"]


def test_the_settings_and_targets_of_the_page_are_real(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCTION_KEY", "sesame")
    (toml,) = blocks("toml")
    (tmp_path / "targets.yaml").write_text(blocks("yaml")[3])
    named = configs_of_file(tmp_path / "targets.yaml", Settings(""))

    assert set() == {f"--{key}" for key in tomllib.loads(toml)} - FLAGS - {"--url"}
    assert ["production", "gateway"] == [target.name for target in named]
    assert set() == set(re.findall(r"`(--[\w-]+)", PAGE)) - FLAGS
