"""The suite used by a program, and by several of a user's own pytest workers."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from junitparser import JUnitXml
from tests.conformance.hostile import answer, answering, hostile

import tgi_conformance
from tgi_conformance import Outcome, Report, Verdict, run
from tgi_conformance.pytest_plugin.worker_lock import WorkerLock

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.engine.progress import Progress
    from tgi_reference.server import Running


def python(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_run_gives_a_typed_report(tgi_server: Running) -> None:
    seen: list[Progress] = []
    report = run(tgi_server.url, depth="smoke", only=("info", "/health"), on_progress=seen.append)

    assert isinstance(report, Report)
    assert Verdict.CONFORMS is report.verdict
    assert {Outcome.PASSED} == {result.outcome for result in report.requirements}
    assert [(n, 3) for n in (1, 2, 3)] == [(one.done, one.total) for one in seen]
    assert report.requests == seen[-1].requests


def test_an_unreachable_deployment_has_a_report() -> None:
    assert Verdict.COULD_NOT_TELL is run("http://127.0.0.1:1").verdict


@pytest.mark.parametrize("settings", [{"depth": "deep"}, {"only": ("hens",)}, {"headers": ("x",)}])
def test_an_invalid_setting_is_a_value_error(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        run("http://127.0.0.1:1", **settings)


def test_a_misspelt_setting_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="leval"):
        run("http://127.0.0.1:1", leval="smoke")


def test_public_names_are_importable() -> None:
    assert all(getattr(tgi_conformance, name).__name__ == name for name in tgi_conformance.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = tgi_conformance.nothing


def test_importing_the_package_is_light(tmp_path: Path) -> None:
    script = "import sys, tgi_conformance; print(sorted(m for m in sys.modules if m.startswith('tgi_conf')))"
    done = python("-c", script, folder=tmp_path)

    assert "['tgi_conformance']" == done.stdout.strip()


def test_workers_of_xdist_check_each_requirement_once(tmp_path: Path, tgi_server: Running) -> None:
    suite = [
        "-m",
        "pytest",
        "--pyargs",
        "tgi_conformance",
        "--tgi-url",
        tgi_server.url,
        "--tgi-depth",
        "smoke",
    ]
    done = python(*suite, "-n", "2", "-q", "--junit-xml", "r.xml", folder=tmp_path)
    alone = python(*suite, "-q", "--junit-xml", "a.xml", folder=tmp_path)

    assert (0, 0) == (done.returncode, alone.returncode), done.stdout + alone.stdout
    assert cases(tmp_path / "a.xml") == cases(tmp_path / "r.xml")


def cases(path: Path) -> list[str]:
    suites = JUnitXml.fromfile(str(path))
    return sorted(f"{case.name} {[type(r).__name__ for r in case.result]}" for s in suites for case in s)


def test_k_selects_and_x_stops(tmp_path: Path, tgi_server: Running) -> None:
    suite = [
        "-m",
        "pytest",
        "--pyargs",
        "tgi_conformance",
        "--tgi-url",
        tgi_server.url,
        "--tgi-depth",
        "smoke",
    ]
    chosen = python(*suite, "-q", "-k", "info or health", folder=tmp_path)
    with hostile(answering(answer(b"{}"))) as server:
        stopped = python(*suite, "-x", "--tgi-url", server.url, folder=tmp_path)

    assert "3 passed" in chosen.stdout
    assert "stopping after 1 failures" in stopped.stdout
    assert 1 == stopped.returncode


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
@pytest.mark.parametrize(("alone", "others_may"), [(True, False), (False, True)])
def test_the_exclusive_lock_keeps_other_workers_waiting(
    tmp_path: Path, *, alone: bool, others_may: bool
) -> None:
    import fcntl  # noqa: PLC0415 - not on every platform

    lock = tmp_path / "lock"
    lock.touch()

    def may(kind: int) -> bool:
        with lock.open("rb") as file:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    with WorkerLock(str(lock)).held(alone=alone):
        assert (others_may, False) == (may(fcntl.LOCK_SH), may(fcntl.LOCK_EX))
    assert may(fcntl.LOCK_EX)
