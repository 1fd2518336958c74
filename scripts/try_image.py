"""Build the container image with podman or buildah, and run it against the reference server on this machine.

What follows the name of the tool goes to its `build`, such as `--build-arg BASE=…`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from try_wheels import require, served

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
TOOLS = ("podman", "buildah")
IMAGE = "localhost/tgi-conformance:latest"
UNREACHABLE = 3


@frozen
class Image:
    """An image that was built, and the tool that runs it."""

    tool: str
    entrypoint: tuple[str, ...]
    user: str

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a new container that has this machine's network."""
        if self.tool == "podman":
            words = ["run", "--rm", "--network", "host", "--read-only", "--tmpfs", "/reports", "--entrypoint"]
            return run("podman", *words, command[0], IMAGE, *command[1:], check=False)
        container = run("buildah", "from", "--pull-never", IMAGE).stdout.strip()
        try:
            return run("buildah", "run", container, "--", *command, check=False)
        finally:
            run("buildah", "rm", container)


def main(arguments: Sequence[str]) -> None:
    """Do it; raises CalledProcessError or RuntimeError if a step fails."""
    tool = arguments[0] if arguments else next(filter(shutil.which, TOOLS), "")
    require(tool in TOOLS, f"expected one of {', '.join(TOOLS)}")
    image = built(tool, arguments[1:])
    require(image.run("id", "-u").stdout.strip() == image.user.partition(":")[0], "the user is another one")
    require(image.user.partition(":")[0] not in {"", "0", "root"}, "the user is root")
    with served(Path(sys.executable)) as url:
        done = image.run(*image.entrypoint, "run", url, "--depth", "smoke", "--json", "report.json")
    print(done.stdout)
    require(done.returncode == 0, f"a run ended with {done.returncode}: {done.stderr}")
    gone = image.run(*image.entrypoint, "run", url, "-q")
    require(gone.returncode == UNREACHABLE, f"a run without a deployment ended with {gone.returncode}")
    print(f"built {IMAGE} with {tool}, and ran it as user {image.user}")


def built(tool: str, arguments: Sequence[str]) -> Image:
    """Build the image, and read how it starts."""
    command = [tool, "build", "--file", "Containerfile", "--tag", IMAGE, *arguments, "."]
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603
    config = config_of(tool)
    return Image(tool, tuple(config["Entrypoint"]), config["User"])


def config_of(tool: str) -> dict[str, Any]:
    """Read the configuration of the image."""
    if tool == "podman":
        (inspected,) = json.loads(run("podman", "image", "inspect", IMAGE).stdout)
        config = inspected["Config"]
    else:
        config = json.loads(run("buildah", "inspect", "--type", "image", IMAGE).stdout)["OCIv1"]["config"]
    return {"User": config.get("User", ""), "Entrypoint": config.get("Entrypoint", [])}


def run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command and read what it prints."""
    return subprocess.run(command, check=check, capture_output=True, text=True)  # noqa: S603


if __name__ == "__main__":
    main(sys.argv[1:])
