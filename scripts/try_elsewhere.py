"""Try what other repositories do with this one: `pip install` from its git URL, and `uses:` in a workflow.

Both take the last commit, so commit first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from try_wheels import install, new_environment, require, run, served

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Do it; raises CalledProcessError or RuntimeError if a step fails."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        python = new_environment(place / "venv")
        install(python, f"git+{ROOT.as_uri()}@{git('rev-parse', 'HEAD')}")
        install(python, "tgi-conformance[server]")  # a second step, since an extra's URL must name a host
        with served(python) as url:
            run(python, "-m", "tgi_conformance", "run", url, "--depth", "smoke", "-q")
            outputs = try_action(place, url)
    require(outputs == "exit-code=0\nverdict=conforms\n", f"the action gave {outputs!r}")
    print("installed from its git URL, and used as an action, from outside this checkout")


def try_action(place: Path, url: str) -> str:
    """Run the steps of the action in the folder of another repository; give what it gives to later steps."""
    action, workspace, temporary = (place / name for name in ("action", "workspace", "temporary"))
    for folder in (action, workspace, temporary):
        folder.mkdir()
    archive = place / "action.tar"
    git("archive", "--output", str(archive), "HEAD")
    subprocess.run(["tar", "-xf", str(archive), "-C", str(action)], check=True)  # noqa: S603, S607
    definition = yaml.safe_load((action / "action.yml").read_text("utf-8"))
    files = {name: temporary / name for name in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.touch()
    environment = {
        **os.environ,
        **{name: str(file) for name, file in files.items()},
        "GITHUB_ACTION_PATH": str(action),
        "RUNNER_TEMP": str(temporary),
    }
    for step in definition["runs"]["steps"]:
        if "run" in step:
            paths = files["GITHUB_PATH"].read_text("utf-8").split("\n")[:-1]
            path = os.pathsep.join([*paths, str(Path(sys.executable).parent), os.environ["PATH"]])
            run_step(step, workspace, {**environment, **filled(definition, step, url), "PATH": path})
    return files["GITHUB_OUTPUT"].read_text("utf-8")


def filled(definition: dict[str, Any], step: dict[str, Any], url: str) -> dict[str, str]:
    """Fill the inputs into the environment of a step: their defaults, and the URL."""
    given = {name: str(spec.get("default", "")) for name, spec in definition["inputs"].items()} | {"url": url}
    values = {f"${{{{ inputs.{name} }}}}": value for name, value in given.items()}
    return {name: values.get(text, text) for name, text in step.get("env", {}).items()}


def run_step(step: dict[str, Any], workspace: Path, environment: dict[str, str]) -> None:
    """Run a step as GitHub's runner does."""
    print(f"== {step['name']}", flush=True)
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    subprocess.run(command, check=True, cwd=workspace, env=environment)  # noqa: S603


def git(*arguments: str) -> str:
    """Run git in this checkout, and give what it prints."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603


if __name__ == "__main__":
    main()
