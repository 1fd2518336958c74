"""Install the wheels in FOLDER into an empty environment, and drive the reference server from there."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = """
import sys
from tgi_client import Client
from tgi_client.api.text_generation_inference import generate, generate_stream, get_model_info
from tgi_client.models import GenerateParameters, GenerateRequest

body = GenerateRequest("What is Deep Learning?", GenerateParameters(max_new_tokens=5))
with Client(sys.argv[1]) as client:
    whole = generate.sync(client=client, body=body).generated_text
    with generate_stream.stream(client=client, body=body) as events:
        pieces = [event.token.text for event in events]
    print(f"{get_model_info.sync(client=client).model_id}: {whole!r}")
assert whole == "".join(pieces), (whole, pieces)
"""


def main(folder: Path) -> None:
    """Do it; raises CalledProcessError where a step fails."""
    wheels = [str(wheel) for wheel in sorted(folder.glob("*.whl"))]
    with tempfile.TemporaryDirectory() as place:
        venv.create(place, with_pip=True)
        python = next(
            found for name in ("bin/python", "Scripts/python.exe") if (found := Path(place, name)).exists()
        )
        run(python, "-m", "pip", "install", "--quiet", *wheels)
        with served(python) as url:
            run(python, "-c", CALLS, url)
            run(python, "-m", "tgi_conformance.cli.main", "run", url, "--depth", "smoke")


def run(python: Path, *arguments: str) -> None:
    """Run the empty environment's Python, outside this checkout."""
    subprocess.run([str(python), *arguments], check=True, cwd=python.parent)  # noqa: S603 - our own commands


@contextmanager
def served(python: Path) -> Iterator[str]:
    """Start the installed reference server, and give its URL."""
    command = [str(python), "-m", "tgi_conformance.cli.main", "serve", "--port", "0", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=python.parent) as server:  # noqa: S603
        try:
            found = next(
                filter(None, (re.search(r"http://[0-9.]+:[0-9]+", line) for line in server.stdout or ()))
            )
            yield found.group()
        finally:
            server.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
