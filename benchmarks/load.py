"""How much `tgi-conformance load` asks in 1, 2 and 4 processes, of one server of four processes.

    python benchmarks/load.py [--seconds 15] [--users 50]

Prints requests a second, their ratio to one process, and the processor time that the users need for each.
Users and server share the machine's cores, so on two cores more processes do not answer more. Beside it, in
the same run, stands Locust's own FastHttpUser, which asks for the same and checks nothing.
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
import itertools, json, os, time
from locust import FastHttpUser, events, task
NUMBERS = itertools.count()
HEADERS = {"content-type": "application/json"}
class Plain(FastHttpUser):
    @task
    def ask(self):
        grammar = {"type": "regex", "value": f"a{next(NUMBERS) % 100:04d}"}
        parameters = {"max_new_tokens": 9, "details": True, "return_full_text": False, "grammar": grammar}
        body = json.dumps({"inputs": "What is Deep Learning?", "parameters": parameters})
        self.client.post("/generate", data=body, headers=HEADERS)
SINCE = []
@events.test_start.add_listener
def start(**_):
    SINCE.append(time.process_time())
@events.test_stopping.add_listener
def stop(**_):
    with open(os.environ["USED"], "w") as file:
        file.write(str(time.process_time() - SINCE[0]))
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


def plain(url: str, users: int, seconds: int, folder: Path) -> tuple[float, float]:
    """Let Locust's own users ask; give the requests a second, and milliseconds of processor time for each."""
    file, report = folder / "plain.py", folder / "plain"
    file.write_text(PLAIN)
    arguments = ["-f", str(file), "--headless", "-u", str(users), "-r", str(users), "-t", f"{seconds}s"]
    arguments += ["--host", url, "--only-summary", "--json-file", str(report)]
    used = folder / "used"
    subprocess.run(  # noqa: S603 - Locust
        [sys.executable, "-m", "locust", *arguments],
        env={**os.environ, "USED": str(used)},
        check=True,
        capture_output=True,
    )
    (entry,) = json.loads(report.with_suffix(".json").read_text("utf-8"))
    count = float(entry["num_requests"])
    return count / seconds, float(used.read_text()) / count * 1000


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
        peer, spent = plain(url, users, seconds, folder)
        print(f"{users} users, {seconds} s each, a server of {WORKERS} processes, all on {cores} cores\n")
        print("| | requests/s | ratio to one process | processor time a request | verdict |")
        print("| --- | ---: | ---: | --- | --- |")
        print(f"| Locust's FastHttpUser, unchecked | {peer:,.0f} | | {spent:.2f} ms | |")
        first = 0.0
        for processes in PROCESSES:
            report = checked(url, users, seconds, processes, folder)
            rate = report["load"]["achieved"]
            first = first or rate
            noun = "process" if processes == 1 else "processes"
            each = report["load"]["processor"] / (rate * report["load"]["seconds"]) * 1000
            cost = f"{each:.2f} ms, {each / spent:.2f} times FastHttpUser"
            row = (
                f"checked, {processes} {noun}",
                f"{rate:,.0f}",
                f"{rate / first:.2f}",
                cost,
                report["verdict"],
            )
            print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
