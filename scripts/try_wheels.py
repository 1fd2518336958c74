"""Install the wheels in FOLDER into an empty environment, and try the commands of the README there."""

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


WRONG_USAGE = 2
HEAVY = ("llguidance", "numpy", "openapi_python_client", "starlette", "tokenizers", "uvicorn")


def main(folder: Path) -> None:
    """Do it; raises CalledProcessError or RuntimeError where a step fails."""
    suite, client = (str(next(folder.glob(f"{name}-*.whl"))) for name in ("tgi_conformance", "tgi_client"))
    with tempfile.TemporaryDirectory() as place:
        python = new_environment(Path(place, "venv"))
        empty = Path(place, "empty")
        empty.mkdir()
        install(python, suite)
        try_suite_alone(python)
        install(python, f"{suite}[all]")
        with served(python) as url:
            try_client_commands(python, url, empty)
            install(python, client)
            run(python, "-c", CALLS, url)
            run(python, "-m", "tgi_conformance.cli.main", "run", url, "--depth", "smoke")


def new_environment(folder: Path) -> Path:
    """Make an empty environment, and give its Python."""
    venv.create(folder, with_pip=True)
    names = ("bin/python", "Scripts/python.exe")
    return next(found for name in names if (found := folder / name).exists())


def install(python: Path, *wheels: str) -> None:
    """Install wheels and what they depend on."""
    run(python, "-m", "pip", "install", "--quiet", *wheels)


def try_suite_alone(python: Path) -> None:
    """Check that the suite alone is light, works, and says how to install the rest."""
    found = f"from importlib.util import find_spec; print([n for n in {HEAVY} if find_spec(n)])"
    require(run(python, "-c", found) == "[]\n", "the suite alone brings packages of the extras")
    run(python, "-m", "tgi_conformance.cli.main", "list", "--route", "generate")
    command = [str(python), "-m", "tgi_conformance.cli.main", "serve"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=python.parent)  # noqa: S603
    hint = "pip install 'tgi-conformance[server]'\n"
    require(done.returncode == WRONG_USAGE and done.stderr.endswith(hint), f"serve ended with {done}")


def require(condition: bool, problem: str) -> None:
    """Raise RuntimeError with the problem unless the condition is true."""
    if not condition:
        raise RuntimeError(problem)


def try_client_commands(python: Path, url: str, empty: Path) -> None:
    """Fetch the server's document, generate its client in an empty folder, and drive the server with it."""
    client = (python, "-m", "tgi_conformance.cli.main", "client")
    run(*client, "fetch", url, "--out", "openapi.json", folder=empty)
    run(*client, "diff", "openapi.json", url, folder=empty)
    run(*client, "generate", "--spec", "openapi.json", "--out", "my-client", "--quiet", folder=empty)
    run(
        *client,
        "generate",
        "--spec",
        "openapi.json",
        "--out",
        "my-client",
        "--quiet",
        "--check",
        folder=empty,
    )
    run(python, "-c", CALLS, url, folder=empty / "my-client")


def run(python: Path, *arguments: str, folder: Path | None = None) -> str:
    """Run the empty environment's Python outside this checkout, show what it prints, and give it."""
    command = [str(python), *arguments]
    done = subprocess.run(  # noqa: S603 - our own commands
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=folder or python.parent
    )
    sys.stdout.write(done.stdout)
    return done.stdout


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
