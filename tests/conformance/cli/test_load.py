"""`load`: its exit status, its reports, its complaints. Each run starts Locust, as users do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from click.testing import CliRunner

from tgi_conformance.cli.main import main
from tgi_conformance.reports.read_json import read_report
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tgi_reference.pytest_plugin import ServerFactory
    from tgi_reference.server import Running

KEY = "a-key-that-nobody-shows"
SECONDS = "2"
FEW_SLOTS = Settings(max_concurrent_requests=16, quiet=True)
MIX = "users: {generate: 1, generate-stream: 1, streamed-chat-completions: 1, completions: 1}\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(evolve(FEW_SLOTS, api_key=KEY)) as one:
        yield one


def loaded(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "tgi_conformance", "load", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def written(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_a_good_deployment_passes_and_every_report_is_written(server: Running, tmp_path: Path) -> None:
    names = {"json": "a.json", "junit": "a.xml", "html": "a.html", "markdown": "a.md", "badge": "b.json"}
    mix = tmp_path / "mix.yaml"
    mix.write_text(MIX)
    flags = [word for form, name in names.items() for word in (f"--{form}", str(tmp_path / name))]
    flags += ["--users", "6", "--run-time", SECONDS, "--mix", str(mix), "--rate", "60", "--processes", "2"]
    done = loaded(server.url, *flags, "--api-key-env", "TGI_KEY", TGI_KEY=KEY)

    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert "passed: no MUST requirement fails" == done.stdout.splitlines()[-1]
    report = written(tmp_path / "a.json")
    assert (6, 2, 60.0) == tuple(report["load"][name] for name in ("users", "processes", "offered"))
    assert {"generate", "generate-stream", "streamed-chat-completions", "completions"} == {
        route["name"] for route in report["load"]["routes"]
    }
    assert all(route["answered"] for route in report["load"]["routes"])
    texts = [(tmp_path / name).read_text("utf-8") for name in names.values()]
    assert [] == [text for text in (*texts, done.stdout) if KEY in text]
    again = CliRunner().invoke(main, ["load", "--read", str(tmp_path / "a.json"), "-q"])
    assert done.stdout.splitlines()[-1] == again.output.splitlines()[-1]


def test_answers_that_are_mixed_up_fail_the_run(tgi_server_factory: ServerFactory, tmp_path: Path) -> None:
    broken = tgi_server_factory(FEW_SLOTS, faults=["answers-are-swapped"])
    file, mix = tmp_path / "a.json", tmp_path / "mix.yaml"
    mix.write_text("users: {generate: 1}\n")
    flags = ["--users", "4", "--run-time", SECONDS, "--mix", str(mix), "--json", str(file)]
    done = loaded(broken.url, *flags)
    failed = [one["id"] for one in written(file)["requirements"] if one["outcome"] == "failed"]

    assert 1 == done.returncode, done.stdout
    assert "generate.answers-are-not-mixed-up-under-load" in failed


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """A server that counts one generated token too few, and the report of a load run on it."""
    folder = tmp_path_factory.mktemp("short")
    (folder / "mix.yaml").write_text("users: {generate: 1}\n")
    with running(evolve(FEW_SLOTS, faults=("generated-tokens-are-one-less",))) as one:
        done = loaded(one.url, *_few(folder), "--json", str(folder / "report.json"))
        assert 1 == done.returncode, done.stdout
        yield one, folder / "report.json"


def _few(folder: Path) -> list[str]:
    return ["--users", "4", "--run-time", SECONDS, "--mix", str(folder / "mix.yaml")]


def test_what_was_accepted_of_a_load_run_passes(short: tuple[Running, Path]) -> None:
    server, report = short
    known = report.with_name("known.yaml")
    known.write_text(CliRunner().invoke(main, ["accept", str(report)]).output)
    again = report.with_name("again.json")
    flags = ["--deviations", str(known), "--json", str(again)]
    done = loaded(server.url, *_few(report.parent), *flags)
    kept = [one["id"] for one in written(again)["requirements"] if one["outcome"] == "known deviation"]

    assert 0 == done.returncode, done.stdout
    assert "passed: no MUST requirement fails, 1 known deviation" == done.stdout.splitlines()[-1]
    assert ["generate.counts-add-up-under-load"] == kept
    for_run = CliRunner().invoke(main, ["run", server.url, "--deviations", str(known), "--plan"])
    assert 0 == for_run.exit_code, for_run.output


def test_a_load_run_is_not_checked_again_by_run(short: tuple[Running, Path]) -> None:
    server, report = short
    done = CliRunner().invoke(main, ["run", "--rerun", str(report)])
    told = f"{report}: of a load run; check again with `tgi-conformance load {server.url}`"

    assert (2, f"Error: {told}\n") == (done.exit_code, done.output)


def test_a_known_failure_is_no_regression(short: tuple[Running, Path]) -> None:
    _, report = short
    reading = ["load", "--read", str(report)]
    done = CliRunner().invoke(main, [*reading, "--fail-on", "regression", str(report)])
    other = CliRunner().invoke(main, ["run", "http://127.0.0.1:9", "--fail-on", "regression", str(report)])

    assert 0 == done.exit_code
    assert "passed: no regression against report.json, 1 known failure" == done.output.splitlines()[-1]
    told = f"--baseline {report}: of a load run, expected a report of `tgi-conformance run`"
    assert (2, f"Error: {told}\n") == (other.exit_code, other.output)


def test_the_settings_of_run_let_a_load_run_in(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tgi-conformance.toml").write_text('api-key-env = "TGI_KEY"\njson = "of-run.json"\n')
    done = loaded(server.url, "--users", "2", "--run-time", "1", TGI_KEY=KEY)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert not (tmp_path / "of-run.json").exists()


HANGS = {
    "streams-hang-after-their-first-event": "generate-stream.requests-are-answered-under-load",
    "streams-hang-at-their-end": "generate-stream.requests-are-answered-under-load",
    "streams-never-end": "generate-stream.requests-are-answered-under-load",
    "health-hangs": "health.health-stays-200-under-load",
}


@pytest.mark.parametrize("fault", HANGS)
def test_what_hangs_fails_the_run(fault: str, tgi_server_factory: ServerFactory, tmp_path: Path) -> None:
    hanging = tgi_server_factory(FEW_SLOTS, faults=[fault])
    file, mix = tmp_path / "a.json", tmp_path / "mix.yaml"
    mix.write_text("users: {generate-stream: 1, generate: 1}\n")
    flags = ["--users", "4", "--run-time", SECONDS, "--timeout", "3", "--mix", str(mix), "--json", str(file)]
    done = loaded(hanging.url, *flags)
    failed = [one["id"] for one in written(file)["requirements"] if one["outcome"] == "failed"]

    assert 1 == done.returncode, done.stdout
    assert HANGS[fault] in failed


def test_a_killed_worker_of_a_cluster_makes_the_run_inconclusive(server: Running, tmp_path: Path) -> None:
    file, locustfile = tmp_path / "report.json", CliRunner().invoke(main, ["load", "--print-locustfile"])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    shared = ["--host", server.url, "--tgi-api-key-env", "TGI_KEY"]
    roles = [
        [
            *("--master", "--headless", "-u", "13", "-r", "13", "-t", "10s", "--expect-workers", "2"),
            *("--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--tgi-report", str(file)),
        ],
        *[["--worker", "--master-host", "127.0.0.1", "--master-port", port]] * 2,
    ]
    master, first, second = (
        subprocess.Popen(  # noqa: S603 - Locust, as a user starts it
            [sys.executable, "-m", "locust", "-f", locustfile.output.strip(), *shared, *role],
            env={**os.environ, "TGI_KEY": KEY},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for role in roles
    )
    try:
        before = server.services.metrics.requests
        _wait_for_load(before)
        first.send_signal(signal.SIGKILL)
        master.wait(60)
    finally:
        for process in (master, first, second):
            process.kill()
            process.wait()
    report = read_report(file)

    assert "could not tell" == report.verdict.value
    assert "1 of 2 load processes ended before the others" in report.reason
    assert KEY not in file.read_text("utf-8")


def test_a_run_that_is_stopped_has_a_report(server: Running, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    process = subprocess.Popen(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "tgi_conformance", "load", server.url, "--run-time", "600"),
            *("--users", "4", "--api-key-env", "TGI_KEY", "--json", str(file)),
        ],
        env={**os.environ, "TGI_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_for_load(server.services.metrics.requests)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    report = read_report(file)

    assert 3 == process.returncode
    assert "inconclusive: the run was interrupted" == said.splitlines()[-1]
    assert report.load is not None
    assert sum(route.answered for route in report.load.routes) > 0


def _wait_for_load(requests: Any) -> None:
    """Wait until the workers ask: many more requests than the master sends before."""
    end = time.monotonic() + 60
    begun = requests._value.get()  # noqa: SLF001 - the counter of the reference server
    while requests._value.get() < begun + 250:  # noqa: SLF001
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_cannot_be_reached_is_inconclusive(tmp_path: Path) -> None:
    done = loaded("http://127.0.0.1:9", "--run-time", "1", "--json", str(tmp_path / "a.json"))

    assert 3 == done.returncode
    assert done.stdout.splitlines()[-1].startswith("inconclusive: the deployment cannot be reached")
    again = CliRunner().invoke(main, ["run", "--rerun", str(tmp_path / "a.json")])
    assert (2, "no requirement was checked; run again without --rerun") == (
        again.exit_code,
        again.output.strip().rpartition(": ")[2],
    )


def test_a_proxy_that_is_not_used_is_told() -> None:
    done = loaded("http://127.0.0.1:9", "--run-time", "1", HTTP_PROXY="http://127.0.0.1:8", NO_PROXY="")

    assert 3 == done.returncode
    told = "; load runs connect directly, not through the proxy of the environment"
    assert done.stdout.splitlines()[-1].endswith(told)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "Missing argument 'URL', or --read REPORT"),
        (["ftp://a"], "not the URL of a server, expected a URL such as http://127.0.0.1:3000"),
        (["http://127.0.0.1:9", "--api-key-env", "NOT_SET"], "NOT_SET"),
        (["http://127.0.0.1:9", "--mix", "no.yaml"], "no.yaml: cannot be read"),
        (["http://127.0.0.1:9", "--users", "0"], "Invalid value for '--users'"),
        (["--read", "no.json"], "no.json: cannot be read"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments: list[str], expected: str) -> None:
    done = CliRunner().invoke(main, ["load", *arguments])

    assert 2 == done.exit_code
    assert 1 == len(done.output.splitlines())
    assert expected in done.output
