"""What needs load is caught by `tgi-conformance load`: within 60 seconds, by 50 users, on two cores."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from fnmatch import filter as matching
from typing import TYPE_CHECKING, Any

import pytest
from tests.selftest.expectations import expected, needing_load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
# Each of the 50 users still has a text of its own; the reference server keeps as many grammars compiled.
MIX = "texts: 100\n"
USERS, SECONDS = 50, 60
# Caught by a requirement too, and under load as well.
ALSO = {"health-fails-under-load": ("health.health-stays-200-under-load",)}
CASES = {**{name: expected()[name] for name in sorted(needing_load())}, **ALSO}
# Of 10,000 answers: one must be among those of a run that is to see it.
FEWEST = {"one-answer-in-ten-thousand-is-anothers": 10_000}


@contextmanager
def served(*flags: str) -> Iterator[str]:
    """Serve in a process of its own, since it shares the cores with the users."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "tgi_reference", "--port", "0", "--quiet", *flags],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield found[0]
    finally:
        process.kill()
        process.communicate()


def loaded(url: str, folder: Path) -> tuple[int, Any]:
    """Run the load; give the exit status and the report."""
    mix, file = folder / "mix.yaml", folder / "report.json"
    mix.write_text(MIX)
    done = subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "tgi_conformance", "load", url, "--users", str(USERS)),
            *("--run-time", str(SECONDS), "--mix", str(mix), "--replicas", "1", "--json", str(file)),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS * 4,
        check=False,
    )
    return done.returncode, json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize("fault", CASES)
def test_fault_is_caught_under_load(fault: str, tmp_path: Path) -> None:
    with served("--fault", fault) as url:
        status, report = loaded(url, tmp_path)
    failed = [one["id"] for one in report["requirements"] if one["outcome"] == "failed"]
    answered = sum(route["answered"] for route in report["load"]["routes"])
    if answered < FEWEST.get(fault, 0):
        pytest.skip(f"this machine answers {answered:,} requests in {SECONDS} seconds, which are too few")

    assert 1 == status
    assert [] == [pattern for pattern in CASES[fault] if not matching(failed, pattern)]


def test_the_unbroken_server_passes(tmp_path: Path) -> None:
    with served() as url:
        status, report = loaded(url, tmp_path)

    assert (0, "conforms") == (status, report["verdict"]), report["reason"]
    assert report["load"]["mixed_up"] > 0.5


def test_several_server_processes_pass(tmp_path: Path) -> None:
    with served("--workers", "4") as url:
        status, report = loaded(url, tmp_path)

    assert (0, "conforms") == (status, report["verdict"]), report["reason"]
