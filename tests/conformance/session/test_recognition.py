"""If no answer looks like one of TGI, the run ends early and shows the most common answer."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from tests.conformance.hostile import JSON, answer, answering, hostile

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.engine.run import run
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.target import Target
from tgi_conformance.results.levels import Depth, Verdict
from tgi_conformance.session import retries as patience

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.hostile import Connection
    from tests.conftest import Site

    from tgi_conformance.results.report import Report

LOGIN = b"<!doctype html><title>Log in</title>"
MOST_REQUESTS = 40  # 12 probes, and some of them once more

NOBODY: dict[str, tuple[bytes, str]] = {
    "loading": (b"HTTP/1.1 503 No\r\nContent-Type: text/plain\r\n", "503 text/plain: 'Loading'"),
    "bad requests": (b"HTTP/1.1 400 No\r\nContent-Type: text/plain\r\n", "400 text/plain: 'Loading'"),
    "server errors": (b"HTTP/1.1 500 No\r\nContent-Type: text/plain\r\n", "500 text/plain: 'Loading'"),
    "a forbidding proxy": (b"HTTP/1.1 403 No\r\nContent-Type: text/plain\r\n", "answered 403"),
    "a login page": (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", "200 text/html: "),
    "a way to the login": (
        b"HTTP/1.1 302 Go\r\nLocation: https://login.test/\r\n",
        "302 to https://login.test/",
    ),
}


def report_of(url: str, *, depth: Depth = Depth.STANDARD) -> Report:
    report = run(RunConfig(Target(url), depth, bounds=Bounds(request_seconds=2, run_seconds=60)))

    assert Verdict.COULD_NOT_TELL is report.verdict
    assert () == report.requirements
    assert report.requests <= MOST_REQUESTS
    return report


@pytest.mark.parametrize("name", NOBODY)
def test_a_server_that_is_not_tgi_is_not_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LONGEST_SLEEP", 0.0)
    head, expected = NOBODY[name]
    with hostile(answering(answer(LOGIN if b"html" in head else b"Loading", head))) as server:
        assert expected in report_of(server.url).reason


def test_a_port_that_speaks_tls_is_not_checked(make_site: Callable[..., Site]) -> None:
    authority = trustme.CA()
    site = make_site(_context(authority))

    reason = report_of(site.url.replace("https:", "http:")).reason

    assert "no answer looks like one of TGI" in reason
    assert "broke" in reason


def _context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


INFO = answer(b'{"model_id": "m", "version": "3.3.6", "max_total_tokens": 1024}', JSON)


def answering_info(otherwise: bytes) -> Callable[[Connection], None]:
    def handler(connection: Connection) -> None:
        while request := connection.request():
            connection.send(INFO if b" /info " in request.partition(b"\r\n")[0] else otherwise)

    return handler


@pytest.mark.parametrize("status", [424, 502, 503])
def test_a_router_without_its_model_is_not_checked(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LONGEST_SLEEP", 0.0)
    body = b'{"error": "no model", "error_type": "generation"}'
    away = answer(body, b"HTTP/1.1 %d No\r\nContent-Type: application/json\r\n" % status)
    with hostile(answering_info(away)) as server:
        reason = report_of(server.url).reason

    assert reason.startswith("no generation request was answered: ")
    assert f"{status} application/json" in reason


def test_a_tgi_that_fails_every_request_is_checked() -> None:
    failing = answer(b"oops", b"HTTP/1.1 500 No\r\nContent-Type: text/plain\r\n")
    with hostile(answering_info(failing)) as server:
        report = run(RunConfig(Target(server.url), Depth.SMOKE, bounds=Bounds(request_seconds=2)))

    assert Verdict.DOES_NOT_CONFORM is report.verdict


def test_a_server_with_its_own_kind_of_answers_is_checked() -> None:
    with hostile(answering(answer(b'{"text": "not a TGI\'s"}', JSON))) as server:
        report = run(RunConfig(Target(server.url), Depth.SMOKE, bounds=Bounds(request_seconds=2)))

    assert Verdict.DOES_NOT_CONFORM is report.verdict
