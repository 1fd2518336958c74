"""How much `tgi-conformance load` asks in 1, 2 and 4 processes, of one server of four processes.

    python benchmarks/load.py [--seconds 15] [--users 50]

Prints requests a second and their ratio to one process, and how many of the answers were checked. Users and
server share the machine's cores, so on two cores more processes do not answer more: the table says how many
there were. Beside it, in the same run, stands Locust's own FastHttpUser, which reads the same answers and
checks nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

MIX = "users: {generate: 1}\ntexts: 100\n"
PROCESSES = (1, 2, 4)
WORKERS = 4
# What our users of `generate` ask, and nothing else.
PLAIN = """
import itertools, json
from locust import FastHttpUser, task
NUMBERS = itertools.count()
HEADERS = {"content-type": "application/json"}
class Plain(FastHttpUser):
    @task
    def ask(self):
        grammar = {"type": "regex", "value": f"a{next(NUMBERS) % 100:04d}"}
        parameters = {"max_new_tokens": 9, "details": True, "return_full_text": False, "grammar": grammar}
        body = json.dumps({"inputs": "What is Deep Learning?", "parameters": parameters})
        self.client.post("/generate", data=body, headers=HEADERS)
"""


@contextmanager
def served() -> Iterator[str]:
    """Serve in processes of their own."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "tgi_reference", "--port", "0", "--quiet", "--workers", str(WORKERS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield re.findall(r"http://\S+", line)[0]
    finally:
        process.terminate()
        process.communicate()


def plain(url: str, users: int, seconds: int, folder: Path) -> float:
    """Let Locust's own users ask; give the requests a second."""
    file, report = folder / "plain.py", folder / "plain"
    file.write_text(PLAIN)
    arguments = ["-f", str(file), "--headless", "-u", str(users), "-r", str(users), "-t", f"{seconds}s"]
    arguments += ["--host", url, "--only-summary", "--json-file", str(report)]
    subprocess.run(  # noqa: S603 - Locust
        [sys.executable, "-m", "locust", *arguments], check=True, capture_output=True
    )
    (entry,) = json.loads(report.with_suffix(".json").read_text("utf-8"))
    return float(entry["num_requests"]) / seconds


def checked(url: str, users: int, seconds: int, processes: int, folder: Path) -> Any:
    """Let our users ask; give what the run measured."""
    mix, report = folder / "mix.yaml", folder / "report.json"
    mix.write_text(MIX)
    arguments = ["--users", str(users), "--run-time", str(seconds), "--processes", str(processes)]
    arguments += ["--mix", str(mix), "--json", str(report)]
    subprocess.run(  # noqa: S603 - our own command; whether the users were too slow is in the report
        [sys.executable, "-m", "tgi_conformance", "load", url, *arguments], check=False, capture_output=True
    )
    return json.loads(report.read_text("utf-8"))


@click.command()
@click.option("--users", type=click.IntRange(1), default=50, show_default=True)
@click.option("--seconds", type=click.IntRange(2), default=15, show_default=True)
def main(users: int, seconds: int) -> None:
    """Measure, and print the table."""
    cores = os.cpu_count()
    with served() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer = plain(url, users, seconds, folder)
        print(f"{users} users, {seconds} s each, a server of {WORKERS} processes, all on {cores} cores\n")
        print("| | requests/s | ratio | verdict |")
        print("| --- | ---: | ---: | --- |")
        print(f"| Locust's FastHttpUser, unchecked | {peer:,.0f} | | |")
        first = 0.0
        for processes in PROCESSES:
            report = checked(url, users, seconds, processes, folder)
            rate = report["load"]["achieved"]
            first = first or rate
            noun = "process" if processes == 1 else "processes"
            against = f"{rate / first:.2f}, {rate / peer:.2f} times FastHttpUser"
            print(f"| checked, {processes} {noun} | {rate:,.0f} | {against} | {report['verdict']} |")


if __name__ == "__main__":
    main()
