"""How many faults the stock `st run` catches, and how many the suite, on the same servers in one run.

A fault counts as caught only by a finding that the unbroken server does not show; what a tool finds on the
unbroken server is a false alarm. Findings of `st run` are told apart by kind, title and operation, those of
the suite by requirement. So that it ends in reasonable time, all tools see the same evenly chosen faults
(`--faults N`, or 0 for all), and each run of `st` is bounded (`--seconds N`). Requests and generated tokens
are counted at the server.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import define, field, frozen

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.engine.run import run
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.target import Target
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Depth, Outcome
from tgi_reference.compose import running
from tgi_reference.injection.catalogues import all_faults
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Findings = frozenset[str]

SEED = 1
ACCESS = logging.getLogger("tgi_reference.access")
TOKENS = re.compile(r" \d+\+(\d+) tokens ")


class Count(logging.Handler):
    """Counts requests and generated tokens by the server's own log."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.requests = 0
        self.tokens = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line: a request."""
        found = TOKENS.search(record.getMessage())
        self.requests += 1
        self.tokens += int(found[1]) if found else 0


@frozen
class Tool:
    """A tool, and how it is run against a URL to give its findings."""

    name: str
    find: Callable[[str], Findings]


@define
class Score:
    """What one tool did."""

    false_alarms: int = 0
    caught: list[str] = field(factory=list)
    seconds: float = 0.0
    count: Count = field(factory=Count)


def stock(seconds: int, *flags: str) -> Callable[[str], Findings]:
    """Run the stock command line; its findings are in its JSON report."""
    command = shutil.which("st", path=str(Path(sys.executable).parent)) or "st"

    def find(url: str) -> Findings:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            arguments = [command, "run", f"{url}/api-doc/openapi.json", "--seed", str(SEED), *flags]
            arguments += ["--report", "json", "--report-json-path", str(report)]
            arguments += ["--generation-database", "none", "--max-time", str(seconds)]
            _bounded(arguments, folder, seconds * 2)
            return _findings(report)

    return find


def _bounded(arguments: Sequence[str], folder: str, seconds: int) -> None:
    # `--max-time` does not end a request that hangs.
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(arguments, cwd=folder, stdout=quiet, stderr=quiet)  # noqa: S603  # own words
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _findings(report: Path) -> Findings:
    """What it found; a run without a report, or without a schema, found that at least."""
    if not report.exists():
        return frozenset({"no report"})
    body = json.loads(report.read_text("utf-8"))
    failures = {
        f"{one['type']} {one['title']} {operation}"
        for one in body["failures"]
        for operation in one["operations"]
    }
    return frozenset(failures | {f"error {one['title']}" for one in body["errors"]})


def suite(url: str) -> Findings:
    """Run the suite's standard level."""
    bounds = Bounds(request_seconds=5.0, run_seconds=300.0)
    report = run(RunConfig(Target(url), Depth.STANDARD, SEED, deviations=shipped_deviations(), bounds=bounds))
    return frozenset(one.id for one in report.requirements if one.outcome is Outcome.FAILED)


@contextmanager
def counted(count: Count) -> Iterator[None]:
    """Count what the server logs."""
    ACCESS.addHandler(count)
    ACCESS.setLevel(logging.INFO)
    ACCESS.propagate = False
    try:
        yield
    finally:
        ACCESS.removeHandler(count)


def found(tool: Tool, faults: tuple[str, ...], score: Score) -> Findings:
    """Run a tool against a server of its own."""
    started = time.monotonic()
    with counted(score.count), running(Settings(faults=faults)) as server:
        findings = tool.find(server.url)
    score.seconds += time.monotonic() - started
    return findings


def chosen(count: int) -> list[str]:
    """Faults, evenly chosen from all."""
    names = [fault.name for fault in all_faults()]
    return names[:: max(len(names) // count, 1)][:count] if count else names


def measured(tool: Tool, names: Sequence[str]) -> Score:
    """What a tool finds on the unbroken server, and beyond that on each broken one."""
    score = Score()
    unbroken = found(tool, (), score)
    score.false_alarms = len(unbroken)
    for name in names:
        if found(tool, (name,), score) - unbroken:
            score.caught.append(name)
        print(f"{tool.name}: {name}: {'caught' if name in score.caught else 'missed'}", file=sys.stderr)
    return score


def row(tool: Tool, score: Score, total: int) -> str:
    """A line of the table; costs are those of one run on average."""
    runs = total + 1
    cells = (
        tool.name,
        f"{len(score.caught)} of {total}",
        str(score.false_alarms),
        f"{score.count.requests / runs:.0f}",
        f"{score.count.tokens / runs:.0f}",
        f"{score.seconds / runs:.0f}",
    )
    return f"| {' | '.join(cells)} |"


@click.command()
@click.option("--faults", "count", type=click.IntRange(0), default=20, help="How many faults; 0 for all.")
@click.option("--seconds", type=click.IntRange(1), default=60, help="Bound of each run of `st`.")
def main(count: int, seconds: int) -> None:
    """Print the table as Markdown."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    names = chosen(count)
    tools = (
        Tool("`st run`", stock(seconds)),
        Tool(
            "`st run --checks all --continue-on-failure`",
            stock(seconds, "--checks", "all", "--continue-on-failure"),
        ),
        Tool("`tgi-conformance run`", suite),
    )
    print("| | faults caught | false alarms | requests | tokens | seconds |")
    print("| --- | --- | --- | --- | --- | --- |")
    for tool in tools:
        print(row(tool, measured(tool, names), len(names)), flush=True)
    print(
        f"\n{len(names)} of {len(list(all_faults()))} faults; `st` bounded to {seconds} s a run, seed {SEED}."
    )


if __name__ == "__main__":
    main()
