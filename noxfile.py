"""The project's commands: `nox -l` lists them, `nox -s NAME` runs one and passes on what follows `--`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["conformance", "tests"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
CODE = ["conformance", "document", "reference", "scripts", "tests", "examples", "benchmarks", "noxfile.py"]


def group(name: str) -> list[str]:
    """Return the packages of a dependency group."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def install_chromium(session: nox.Session) -> None:
    """Install Debian's Chromium if possible; without it the tests that need it are skipped."""
    may_install = sys.platform != "win32" and os.geteuid() == 0 and shutil.which("apt-get")
    if may_install and not Path("/usr/bin/chromium").exists():
        environment = {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            session.run(
                "apt-get",
                "-q",
                *command,
                env=environment,
                external=True,
                success_codes=range(256),
                silent=True,
            )


@nox.session
def conformance(session: nox.Session) -> None:
    """Run the main job on the reference server, or on the deployment at the URL after `--`."""
    if session.posargs:
        session.install("-e", ".")
        session.run("tgi-conformance", "run", *session.posargs, success_codes=[0])
    else:
        session.install("-e", ".[all]")
        session.run("python", "scripts/main_job.py")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests that need neither a browser nor Node."""
    session.install("-e", ".[all]", "-e", "generated", *group("tests"))
    session.run("pytest", "-n", "2", "-m", "not browser and not node and not slow", *session.posargs)


@nox.session
def clients(session: nox.Session) -> None:
    """Test the reference server with the real clients of TGI's guide, and the HTML report in a browser."""
    session.install("-e", ".[all]", "-e", "generated", *group("tests"), *group("clients"))
    install_chromium(session)
    session.run("pytest", "tests/clients", "-m", "", *session.posargs)
    session.run("pytest", "tests/conformance/reports", "-m", "browser", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Check that every fault of the reference server is caught by the requirements expected to catch it."""
    session.install("-e", ".[server]", *group("tests"))
    # More workers than cores, since some faults hang.
    session.run("pytest", "-n", "4", "tests/selftest/test_faults_are_caught.py", "-m", "", *session.posargs)


@nox.session
def selftest(session: nox.Session) -> None:
    """Check that each requirement can fail, and that legal behaviour causes no false alarm."""
    session.install("-e", ".[server]", *group("tests"))
    session.run("pytest", "-n", "2", "tests/selftest", "-m", "", *session.posargs)
    session.run("python", "benchmarks/kill_rate.py", "--faults", "12", "--seconds", "15")


@nox.session
def lint(session: nox.Session) -> None:
    """Check code style and format, and the container files."""
    session.install(*group("lint"))
    session.run("hadolint", "Containerfile", "examples/deploy/flagger.Containerfile")
    session.run("ruff", "check", *CODE)
    session.run("ruff", "format", "--check", *CODE)


@nox.session
def types(session: nox.Session) -> None:
    """Check types, also those of the generated client."""
    session.install("-e", ".[all]", "-e", "generated", *group("types"), *group("tests"), *group("clients"))
    session.run("mypy", *CODE, "generated")


@nox.session
def regenerate(session: nox.Session) -> None:
    """Regenerate the client from the pinned document, or with `-- --check` check that it is up to date."""
    session.install("-e", ".[client]")
    session.run("python", "scripts/regenerate.py", *session.posargs)


@nox.session
def release_set(session: nox.Session) -> None:
    """Release the requirements as they are now as a set: `nox -s release_set -- 1.1`."""
    session.install("-e", ".")
    session.run("python", "scripts/release_requirement_set.py", *session.posargs)


@nox.session
def results(session: nox.Session) -> None:
    """Check the recorded results and write docs/results.md from them; with `-- --check` only check."""
    session.install("-e", ".")
    session.run("python", "scripts/write_results.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the server and the client, each compared with another tool in the same run."""
    session.install("-e", ".[all]", "-e", "generated", *group("bench"))
    for benchmark in sorted(Path("benchmarks").glob("*.py")):
        session.run("python", str(benchmark), *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation in build/site; a link that leads nowhere is an error."""
    session.install("-e", ".[all]", *group("docs"))
    session.run("python", "scripts/write_docs.py")
    shutil.rmtree("build/site", ignore_errors=True)
    session.run("zensical", "build", "--strict", "--config-file", "build/mkdocs.yml")


@nox.session
def image(session: nox.Session) -> None:
    """Build the container image and run it; after `--`: podman or buildah, and arguments of its build."""
    session.install("-e", ".[server]")
    session.run("python", "scripts/try_image.py", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build both wheels in dist, and try them, the git URL and the action outside this checkout."""
    session.install("build", "hatchling", "PyYAML")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build", "--wheel", "--outdir", "dist", ".")
    session.run("python", "-m", "build", "--wheel", "--outdir", "dist", "generated")
    session.run("python", "scripts/try_wheels.py", "dist")
    session.run("python", "scripts/try_elsewhere.py")
