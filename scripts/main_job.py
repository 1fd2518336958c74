"""The main job on the embedded reference server: fetch its document, check the client, run the suite.

Each step is a command that a user could type; the first failing one decides the exit status.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPTS = Path(__file__).parent
STARTED = re.compile(r"http://[0-9.]+:[0-9]+")


def main() -> int:
    """Run the steps; return the status of the first that fails."""
    with reference_server() as url, tempfile.TemporaryDirectory() as folder:
        document = str(Path(folder, "openapi.json"))
        steps = {
            "fetch its document through /docs": [*script("fetch_spec.py"), url, "--out", document],
            "regenerate the client and compare it with generated/": [
                *script("regenerate.py"),
                "--spec",
                document,
                "--check",
                "--quiet",
            ],
            "check every requirement": [sys.executable, "-m", "tgi_conformance.cli.main", "run", url],
        }
        for title, command in steps.items():
            say(title)
            status = subprocess.run(command, check=False).returncode  # noqa: S603 - our own commands
            if status:
                return status
    return 0


def script(name: str) -> list[str]:
    """Return the command that runs a script of this folder."""
    return [sys.executable, str(SCRIPTS / name)]


@contextmanager
def reference_server() -> Iterator[str]:
    """Start the reference server on a free port, and yield its URL."""
    say("start the reference server")
    command = [sys.executable, "-m", "tgi_conformance.cli.main", "serve", "--port", "0", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            yield url_from(server)
        finally:
            server.terminate()


def url_from(server: subprocess.Popen[str]) -> str:
    """Read the output until it shows the URL; raises RuntimeError if it never does."""
    for line in server.stdout or ():
        sys.stdout.write(f"  {line}")
        found = STARTED.search(line)
        if found:
            return found.group()
    raise RuntimeError("the reference server exited without showing its URL")


def say(title: str) -> None:
    """Print the title of a step."""
    sys.stdout.write(f"\n== {title}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
