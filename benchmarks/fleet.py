"""Check a fleet of reference servers in one process, in shards, and with shards killed; print what it takes.

    python benchmarks/fleet.py [--targets 500] [--shards 8] [--depth smoke] [--memory]

The servers are one process (`serve --fleet N`), every tenth of them with a fault. First the peak of memory is
measured with some of them in flight, at depths smoke and standard (`--memory`: nothing else). Then three runs
check the same targets: one process; shards one after another, merged; and shards of which two are killed
(SIGKILL) in the middle. Exits with 1 if merged reports differ from those of one process (times aside), if a
killed shard is not named, or if memory is beyond its bound.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMAND = [sys.executable, "-m", "tgi_conformance"]
FAULTS = ("generated-tokens-are-missing", "info-lacks-a-limit", "health-has-a-body")
IN_FLIGHT = (1, 8, 32)
DEPTHS = ("smoke", "standard")
KILLED = 2
FEW = 32  # targets that memory is measured with
COMPARED = ("id", "level", "outcome", "cases", "expected", "symptoms", "reason")
MEGABYTE = 1024  # kilobytes
BASE, EACH = 300, 2  # megabytes that a process may take, and that each target in flight may add


@frozen
class Taken:
    """What a process took: seconds, seconds of processor time, the peak of its memory in megabytes."""

    seconds: float
    processor: float
    megabytes: float


def run(*words: object) -> Taken:
    """Run a command to its end, whatever its verdict."""
    process = start(*words)
    return wait_for(process, time.monotonic())


def start(*words: object) -> subprocess.Popen[bytes]:
    """Start a command."""
    return subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for(process: subprocess.Popen[bytes], started: float) -> Taken:
    """Wait for a process; raises RuntimeError if it failed, whatever it found of the targets."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1, 3, -9}:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    return Taken(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MEGABYTE)


@contextmanager
def fleet(count: int, folder: Path) -> Iterator[Path]:
    """Serve a fleet; yield the file that lists its targets."""
    words = ["serve", "--port", "0", "--quiet", "--fleet", str(count)]
    faults = [word for fault in FAULTS for word in ("--fault", fault)]
    with subprocess.Popen([*COMMAND, *words, *faults], stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            if server.stdout is None:
                raise RuntimeError("the server has no output")
            file = folder / "fleet.yaml"
            file.write_text(httpx.get(server.stdout.readline().split()[-1]).text)
            yield file
        finally:
            server.terminate()


def found(folder: Path) -> dict[str, Any]:
    """Return what the reports in a folder say, without times."""
    return {path.stem: said(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("t*.json"))}


def said(report: dict[str, Any]) -> Any:
    """Return what a report says of its target."""
    results = [[one[name] for name in COMPARED] for one in report["requirements"]]
    return [report["target"], report["verdict"], report["reason"], report.get("profiles"), results]


def run_killed(words: Sequence[object], part: Path) -> None:
    """Start a shard, and kill it when its part has a few reports and the results of another target."""
    process = start(*words)
    while process.poll() is None:
        lines = part.read_bytes().splitlines() if part.exists() else []
        reports = sum(b'"event":"report"' in line for line in lines)
        if reports >= 3 and b'"event":"result"' in lines[-1]:  # noqa: PLR2004 - some
            process.kill()
        time.sleep(0.05)


def main() -> int:
    """Measure and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--targets", type=int, default=500)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--depth", default="smoke")
    parser.add_argument("--memory", action="store_true", help="measure memory alone")
    asked = parser.parse_args()
    count = FEW if asked.memory else asked.targets
    with tempfile.TemporaryDirectory() as name, fleet(count, Path(name)) as file:
        print("depth     targets  in flight  targets a minute  of a core  peak MB")
        flat = [measure_memory(file, depth, Path(name)) for depth in DEPTHS]
        problems = 0 if asked.memory else compare(asked, file, Path(name))
        return max(problems, 0 if all(flat) else 1)


def measure_memory(file: Path, depth: str, folder: Path) -> bool:
    """Print the peak of memory with 1, 8 and 32 targets in flight; return whether all are in bounds."""
    peaks = {}
    few = folder / "few.yaml"
    few.write_text("".join(file.open().readlines()[:FEW]))
    for jobs in IN_FLIGHT:
        taken = run("run", "--targets", few, "--depth", depth, "-q", "--jobs", jobs)
        print_taken(depth, FEW, jobs, taken)
        peaks[jobs] = taken.megabytes
    return all(peak <= BASE + EACH * jobs for jobs, peak in peaks.items())


def print_taken(depth: str, targets: int, jobs: int, taken: Taken) -> None:
    """Print a line of the table."""
    print(
        f"{depth:8}  {targets:7}  {jobs:9}  {targets / taken.seconds * 60:16.0f}  "
        f"{targets / taken.processor * 60:9.0f}  {taken.megabytes:7.0f}",
        flush=True,
    )


def compare(asked: argparse.Namespace, file: Path, folder: Path) -> int:
    """Run the fleet three times; print what differs, and return the exit status."""
    common = ["run", "--targets", file, "--depth", asked.depth, "-q"]
    taken = run(*common, "--jobs", 8, "--reports", folder / "one")
    print_taken(asked.depth, asked.targets, 8, taken)
    page = (folder / "one" / "fleet.html").stat().st_size
    print(f"page of {asked.targets} targets: {page / 1e6:.2f} MB")
    whole = found(folder / "one")
    parts, killed = folder / "parts", folder / "killed"
    parts.mkdir()
    killed.mkdir()
    for shard in range(1, asked.shards + 1):
        run(*common, "--shard", f"{shard}/{asked.shards}", "--part", parts)
    run("merge", parts, "--expect", asked.shards, "--reports", folder / "merged")
    equal = whole == found(folder / "merged")
    print(f"{asked.shards} shards merged: {'equal to' if equal else 'NOT EQUAL to'} one process, times aside")
    for part in sorted(parts.iterdir())[KILLED:]:
        (killed / part.name).write_bytes(part.read_bytes())
    for shard in range(1, KILLED + 1):
        part = killed / f"part-{shard}-of-{asked.shards}.jsonl"
        run_killed([*common, "--shard", f"{shard}/{asked.shards}", "--part", part], part)
    run("merge", killed, "--reports", folder / "broken")
    reports = found(folder / "broken")
    unknown = {name for name, report in reports.items() if report[1] == "could not tell"}
    shards = {shard_named(reports[name][2]) for name in unknown}
    kept = all(reports[name] == whole[name] for name in whole if name not in unknown)
    named = shards == {f"{shard}/{asked.shards}" for shard in range(1, KILLED + 1)}
    print(
        f"{KILLED} shards killed: {len(unknown)} targets could not be judged, all of shards "
        f"{', '.join(sorted(shards))}; the others {'equal' if kept else 'DO NOT EQUAL'} one process"
    )
    return 0 if equal and kept and named else 1


def shard_named(reason: str) -> str:
    """Return the shard that a reason names."""
    return reason.removeprefix("shard ").partition(" ")[0]


if __name__ == "__main__":
    sys.exit(main())
