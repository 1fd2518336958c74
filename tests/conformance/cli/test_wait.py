"""--wait: a run waits for a deployment that is still loading, and nothing of that counts."""

from __future__ import annotations

import json
import logging
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from click.testing import CliRunner, Result
from tests.conformance.hostile import JSON, answer, hostile

import tgi_conformance
from tgi_conformance.cli.main import main
from tgi_conformance.contract.served import fetch_served
from tgi_conformance.engine import readiness
from tgi_conformance.http.client import Client
from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.http.target import Target
from tgi_conformance.session.failures import HEALTH
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conformance.hostile import Connection

    from tgi_reference.server import Running

SMOKE = ["--depth", "smoke", "--only", "info"]
NOT_FOUND = answer(b"", b"HTTP/1.1 404 No\r\n")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(readiness, "INTERVAL", 0.01)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[Running]:
    with running(Settings(backend_down=True)) as server:
        yield server


@pytest.fixture
def when_waiting() -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Call a function as soon as a run says that it waits."""
    handlers: list[logging.Handler] = []

    def register(call: Callable[[], Any]) -> None:
        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                call()

        handlers.append(Handler())
        readiness.LOG.addHandler(handlers[-1])

    yield register
    for handler in handlers:
        readiness.LOG.removeHandler(handler)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["run", *words])


def routed(statuses: dict[str, list[int]], requests: list[str]) -> Callable[[Connection], None]:
    """Answer each path with its statuses one after another, the last of them for ever; others with 404."""

    def handle(connection: Connection) -> None:
        while request := connection.request():
            path = request.split(b" ", 2)[1].decode()
            requests.append(path)
            left = statuses.get(path, [404])
            status = left.pop(0) if len(left) > 1 else left[0]
            connection.send(answer(b"{}", JSON.replace(b"200 OK", b"%d Yes" % status)))

    return handle


def test_a_run_waits_while_health_is_503(
    server: Running, when_waiting: Callable[[Callable[[], Any]], None], tmp_path: Path
) -> None:
    when_waiting(server.bring_backend_up)
    file = tmp_path / "report.json"
    done = run(server.url, *SMOKE, "--wait", "60", "--json", str(file))
    straight = tmp_path / "straight.json"
    run(server.url, *SMOKE, "--json", str(straight))

    assert 0 == done.exit_code
    line = f"{server.url}: waiting up to 60 s until it is ready (GET /health answered 503)\n"
    assert done.stderr.startswith(line)
    assert 1 == done.stderr.count("waiting")
    assert json.loads(straight.read_text())["requests"] == json.loads(file.read_text())["requests"]


def test_a_run_waits_while_connections_are_refused(
    when_waiting: Callable[[Callable[[], Any]], None],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with ExitStack() as servers:
        when_waiting(lambda: servers.enter_context(running(Settings(port=port))))
        done = run(f"http://127.0.0.1:{port}", *SMOKE, "--wait", "60")

    assert 0 == done.exit_code, done.output
    assert "until it is ready (no connection: " in done.stderr


def test_a_deployment_that_is_ready_is_not_waited_for(tgi_server: Running) -> None:
    done = run(tgi_server.url, *SMOKE, "--wait", "60")

    assert 0 == done.exit_code
    assert "waiting" not in done.stderr


def test_after_the_time_the_run_could_not_tell_and_names_the_last_answer(server: Running) -> None:
    done = run(server.url, "--wait", "2", "--max-seconds", "1")  # a busy machine answers once in that time

    assert 3 == done.exit_code
    assert done.stdout.endswith(
        "inconclusive: the deployment is not ready after 2 s of waiting: GET /health answered 503\n"
    )
    assert 0 == run(server.url, "--wait", "0.2", "--on-inconclusive", "pass").exit_code


def test_the_wait_is_no_part_of_the_time_and_the_requests_of_the_run(tmp_path: Path) -> None:
    requests: list[str] = []
    with hostile(routed({"/health": [503] * 30 + [200]}, requests)) as server:
        done = run(server.url, "--wait", "60", "--max-requests", "3", "--json", "r.json")

    assert 31 <= requests.count("/health")
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["requests"] <= 3
    assert "not ready" not in done.output


@pytest.mark.parametrize("status", [424, 502, 503, 504])
def test_without_health_the_routes_that_generate_tell(status: int) -> None:
    requests: list[str] = []
    chat = "/v1/chat/completions"
    with hostile(routed({chat: [status, status, 200]}, requests)) as server:
        done = run(server.url, "--wait", "60", "--max-requests", "1")

    assert f"(POST {chat} answered {status})" in done.stderr
    assert "not ready" not in done.output


def test_where_all_is_absent_to_the_end_the_run_says_more() -> None:
    requests: list[str] = []
    with hostile(routed({}, requests)) as server:
        done = run(server.url, "--wait", "0.1")

    assert 3 == done.exit_code
    assert "(GET /health answered 404, and no route generates)" in done.stderr
    assert "not ready" not in done.stdout
    assert "/info" in requests


def test_a_certificate_that_is_not_trusted_is_not_waited_for(make_site: Callable[..., Any]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    started = time.monotonic()
    done = run(make_site(context).url, "--wait", "600")

    assert 3 == done.exit_code
    assert "certificate verify failed" in done.output
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_wait(number: int) -> None:
    command = [sys.executable, "-m", "tgi_conformance", "run", "http://127.0.0.1:9", "--wait", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr is not None
        assert "waiting up to 600 s" in process.stderr.readline()
        process.send_signal(number)
        started = time.monotonic()
        out, err = process.communicate(timeout=60)
        seconds = time.monotonic() - started

    assert 3 == process.returncode
    assert "stopping…" in err
    assert out.endswith("inconclusive: the run was interrupted\n")
    assert seconds < 10


@pytest.mark.skipif(sys.platform != "linux", reason="a full backlog drops connections on Linux")
def test_a_stop_ends_the_wait_for_a_connection_that_nobody_accepts() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening, ExitStack() as full:
        address = listening.getsockname()
        for _ in range(4):
            one = full.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(address)
        stop = threading.Event()
        threading.Timer(0.3, stop.set).start()
        client = Client(Target(f"http://127.0.0.1:{address[1]}"), stop=stop)
        started = time.monotonic()
        with pytest.raises(NoAnswerError) as caught:
            client.send(HEALTH, seconds=60)

    assert "stopped" == caught.value.kind
    assert time.monotonic() - started < 30  # two on a machine that has nothing else to do


def test_a_stop_ends_the_search_for_the_document() -> None:
    stop = threading.Event()

    def hang(connection: Connection) -> None:
        connection.request()
        stop.set()
        connection.over.wait(60)

    with hostile(hang) as server:
        started = time.monotonic()
        served = fetch_served(Target(server.url), 60, stop)

    assert "the run was stopped" == served.problem
    assert time.monotonic() - started < 30


def test_each_of_several_is_waited_for(server: Running, tgi_server: Running, tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_text(
        f"- {{url: '{server.url}', name: loading, wait: 0.2}}\n- {{url: '{tgi_server.url}', name: there}}\n"
    )
    done = run("--targets", "targets.yaml", *SMOKE, "-q")

    assert 3 == done.exit_code
    assert "loading: inconclusive: the deployment is not ready after 0.2 s" in done.stdout
    assert "there: passed" in done.stdout


def test_a_program_waits_too(
    server: Running, when_waiting: Callable[[Callable[[], Any]], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tgi_conformance")
    when_waiting(server.bring_backend_up)
    report = tgi_conformance.run(server.url, depth="smoke", only=("info",), wait=60)

    assert "conforms" == report.verdict.value
