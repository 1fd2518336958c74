"""Run the suite under pytest: each requirement is a test item, named by its id.

`pytest --pyargs tgi_conformance --tgi-url URL` collects them. pytest loads this module in every session, so
it imports the rest of the suite only when needed.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tgi_conformance.pytest_plugin.markers import PROFILES, marker_of
from tgi_conformance.pytest_plugin.stash import LOCK, LOCK_FILE, RUN

if TYPE_CHECKING:
    from collections.abc import Iterator


REQUIREMENTS = Path(__file__).parents[1] / "requirements" / "__init__.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the main options of `tgi-conformance run`, with a prefix."""
    group = parser.getgroup("tgi", "conformance of a TGI deployment")
    group.addoption("--tgi-url", metavar="URL", help="base URL of the deployment under test")
    group.addoption("--tgi-api-key-env", metavar="NAME", help="environment variable that holds the API key")
    group.addoption(
        "--tgi-header", metavar="K:V", action="append", default=[], help="header to send with each request"
    )
    group.addoption(
        "--tgi-depth",
        "--tgi-level",  # the former name
        default="standard",
        choices=["smoke", "standard", "exhaustive", "load"],
    )
    for name, what in (("--tgi-only", "only this"), ("--tgi-skip", "not this")):
        group.addoption(
            name,
            metavar="WHAT",
            action="append",
            default=[],
            help=f"{what} route, category, requirement or pattern of ids",
        )
    group.addoption(
        "--tgi-profile",
        metavar="NAME",
        action="append",
        default=[],
        help="only what this profile includes",
    )
    group.addoption("--tgi-seed", type=int, default=0, metavar="N", help="seed of generated data")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, so that `-m must` and `-m profile_native` also work with --strict-markers."""
    for level in ("must", "should", "may"):
        config.addinivalue_line("markers", f"{level}: a requirement of TGI's API at level {level.upper()}")
    for profile in PROFILES:
        config.addinivalue_line("markers", f"{marker_of(profile)}: a requirement of the profile {profile}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the connections, even if the session only collected."""
    run = config.stash.get(RUN, None)
    if run is not None:
        run.close()
    if LOCK_FILE in config.stash:
        Path(config.stash[LOCK_FILE]).unlink(missing_ok=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give xdist's workers a file to lock."""
    stash = node.config.stash
    if LOCK_FILE not in stash:
        handle, stash[LOCK_FILE] = tempfile.mkstemp(prefix="tgi-conformance-")
        os.close(handle)
    node.workerinput[LOCK] = stash[LOCK_FILE]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the package of requirements as one file."""
    if file_path != REQUIREMENTS:
        return None
    from tgi_conformance.pytest_plugin.items import RequirementsFile  # noqa: PLC0415 - see above

    collector: pytest.Collector = RequirementsFile.from_parent(parent, path=file_path)
    return collector


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Move requirements about the whole run to the end."""
    if RUN in session.config.stash:
        from tgi_conformance.pytest_plugin.items import is_about_the_whole_run  # noqa: PLC0415 - see above

        items.sort(key=is_about_the_whole_run)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Probe the deployment before its requirements are collected."""
    url = session.config.getoption("--tgi-url")
    if not url and "tgi_conformance" in session.config.args:
        raise pytest.UsageError("tgi_conformance: expected the base URL of a deployment, --tgi-url URL")
    if url and RUN not in session.config.stash:
        from tgi_conformance.pytest_plugin.items import PytestRun  # noqa: PLC0415 - see above

        session.config.stash[RUN] = PytestRun(session.config)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[Any]:
    """Check the collected requirements, several at a time."""
    run = session.config.stash.get(RUN, None)
    if run is None:
        return (yield)
    run.start(session.items)
    try:
        return (yield)
    finally:
        run.finish()
