"""The action and the snippets for CI: they parse, name what is there, and their commands do what they say."""

from __future__ import annotations

import json
import os
import re
import shlex
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
    from tgi_reference.pytest_plugin import ServerFactory
    from tgi_reference.server import Running

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
USES = f"OWNER/tgi-conformance@v{VERSION}"
FLAGS = {option for param in run_command.params for option in param.opts if option.startswith("--")}
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


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
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(ACTION["runs"], width=1000)))
    assert set(ACTION["inputs"]) == used


def run_action(folder: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run the step as GitHub would, in the folder of another repository; give its outputs too."""
    outputs = folder / "outputs"
    outputs.touch()
    done = shell(
        step("Run")["run"],
        folder,
        GITHUB_STEP_SUMMARY=str(folder / "summary.md"),
        GITHUB_OUTPUT=str(outputs),
        **environment(**inputs),
    )
    return done, dict(line.split("=", 1) for line in outputs.read_text().splitlines())


@needs_bash
def test_the_action_runs_and_writes_its_reports(tmp_path: Path, tgi_server: Running) -> None:
    done, outputs = run_action(tmp_path, url=tgi_server.url, reports="out put", wait="60")

    assert 0 == done.returncode, done.stderr
    assert {"verdict": "conforms", "exit-code": "0"} == outputs
    assert "Conforms" in (tmp_path / "summary.md").read_text("utf-8")
    written = {path.name for path in (tmp_path / "out put").iterdir()}
    assert {"report.json", "report.html", "report.xml", "badge.json"} == written
    assert "conforms" == json.loads((tmp_path / "out put" / "badge.json").read_text())["message"]


@needs_bash
@pytest.mark.parametrize(
    ("inputs", "code", "verdict"),
    [
        ({"url": "http://127.0.0.1:9"}, 3, "could not tell"),
        ({"url": "http://127.0.0.1:9", "on-inconclusive": "pass"}, 0, "could not tell"),
        ({"url": "http://127.0.0.1:9", "on-inconclusive": "fail"}, 1, "could not tell"),
        ({"url": "http://127.0.0.1:9", "gentle": "true", "wait": "0.1"}, 3, "could not tell"),
        ({"url": "nonsense"}, 2, None),
        ({"url": "http://127.0.0.1:9", "depth": "abyss"}, 2, None),
        ({"url": "http://127.0.0.1:9", "deviations": "missing.yaml"}, 2, None),
    ],
)
def test_the_action_ends_as_the_run_does(
    tmp_path: Path, inputs: dict[str, str], code: int, verdict: str | None
) -> None:
    (tmp_path / "tgi-conformance").mkdir()
    (tmp_path / "tgi-conformance" / "report.json").write_text('{"verdict": "of an earlier step"}')
    done, outputs = run_action(tmp_path, **inputs)

    assert code == done.returncode, done.stderr
    assert {"exit-code": str(code), **({"verdict": verdict} if verdict else {})} == outputs


@needs_bash
def test_the_action_fails_where_the_deployment_does(
    tmp_path: Path, tgi_server_factory: ServerFactory
) -> None:
    server = tgi_server_factory(faults=["generated-tokens-are-missing"])
    done, outputs = run_action(tmp_path, url=server.url)

    assert 1 == done.returncode, done.stderr
    assert {"verdict": "does not conform", "exit-code": "1"} == outputs


@needs_bash
@pytest.mark.parametrize("scripts", ["bin", "Scripts"])
def test_the_action_installs_the_repository_that_it_is_in(tmp_path: Path, scripts: str) -> None:
    tools, called = tmp_path / "tools", tmp_path / "called"
    tools.mkdir()
    fake = f"""#!/bin/sh
if [ "$2" = venv ]; then
    mkdir -p "$3/{scripts}" && cp "$0" "$3/{scripts}/python"
else
    echo "$@" >> {shlex.quote(str(called))}
fi
"""
    (tools / "python").write_text(fake)
    (tools / "python").chmod(0o755)
    workspace, action = tmp_path / "work space", tmp_path / "actions" / "tgi conformance"
    workspace.mkdir()
    done = shell(
        f"PATH={shlex.quote(str(tools))}:$PATH\n{step('Install')['run']}",
        workspace,
        RUNNER_TEMP=str(tmp_path / "runner temp"),
        GITHUB_ACTION_PATH=str(action),
        GITHUB_PATH=str(tmp_path / "path"),
    )

    assert 0 == done.returncode, done.stderr
    assert called.read_text().endswith(f" {action}\n")
    assert f"{tmp_path}/runner temp/tgi-conformance/{scripts}\n" == (tmp_path / "path").read_text()


def commands_of(job: dict[str, Any]) -> str:
    """Give the commands of a job but those that install, which this environment has done."""
    lines = job["script"] if "script" in job else job["steps"][1]["run"].splitlines()
    return "\n".join(line for line in lines if not line.startswith("pip install"))


@needs_bash
def test_the_job_for_gitlab_starts_the_server_and_runs(tmp_path: Path) -> None:
    (job,) = find_jobs(yaml.safe_load(blocks("yaml")[2]))
    port = free_port()
    script = f"trap 'kill $(jobs -p)' EXIT\n{commands_of(job)}".replace("8080", str(port))
    variables = {name: value.replace("8080", str(port)) for name, value in job["variables"].items()}
    done = shell(script, tmp_path, **variables)

    assert 0 == done.returncode, done.stderr
    assert "conforms" in done.stdout
    named = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    assert [] == [name for name in named if not (tmp_path / name).exists()]


@needs_bash
def test_the_job_for_github_starts_the_server_and_runs(tmp_path: Path) -> None:
    (job,) = find_jobs(yaml.safe_load(blocks("yaml")[0]))
    (inputs,) = [step["with"] for step in job["steps"] if step.get("uses") == USES]
    port = str(free_port())
    start = commands_of(job).replace("8080", port)
    given = {name: str(value).replace("8080", port) for name, value in inputs.items()}
    (tmp_path / "outputs").touch()
    done = shell(
        f"trap 'kill $(jobs -p)' EXIT\n{start}\n(\n{step('Run')['run']}\n)",
        tmp_path,
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        GITHUB_OUTPUT=str(tmp_path / "outputs"),
        **environment(**given),
    )

    assert 0 == done.returncode, done.stderr
    assert "verdict=conforms" in (tmp_path / "outputs").read_text()
    printed = next(one for one in job["steps"] if one.get("run", "").startswith("echo"))
    outputs = set(re.findall(r"outputs\.([\w-]+)", " ".join(printed["env"].values())))
    assert set(ACTION["outputs"]) == outputs


def find_jobs(document: dict[Any, Any]) -> list[dict[str, Any]]:
    return list(document.get("jobs", document).values())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def test_the_action_is_used_with_inputs_that_it_has() -> None:
    used = [step for block in blocks("yaml")[:2] for step in find_steps(yaml.safe_load(block))]

    mine = [step for step in used if step.get("uses") == USES]

    assert 2 == len(mine)
    assert set() == {name for step in mine for name in step["with"]} - set(ACTION["inputs"])


def test_the_pages_install_the_version_that_this_is() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    tags = re.findall(r"OWNER/tgi-conformance@v?([\w.]+)", PAGE + readme)

    assert len(tags) >= 6
    assert {VERSION} == set(tags)


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
