"""The probes find out what a deployment offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.hostile import JSON, answer, hostile

from tgi_conformance.http.client import Bounds, Client
from tgi_conformance.http.target import Key, Target
from tgi_conformance.session.probes import probe, probe_reach
from tgi_conformance.session.response_cache import ResponseCache
from tgi_conformance.session.sender import Sender

if TYPE_CHECKING:
    from tests.conformance.hostile import Connection, Handler

    from tgi_conformance.session.capabilities import Capabilities

GENERATED = answer(b'{"generated_text": "x"}', JSON)
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def status(code: int, body: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %d No\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (code, len(body)) + body


def serving(answers: dict[bytes, bytes], elsewhere: bytes) -> Handler:
    def handler(connection: Connection) -> None:
        while request := connection.request():
            connection.send(answers.get(request.split(b" ")[1], elsewhere))

    return handler


def found(handler: Handler, key: Key | None = None) -> Capabilities:
    with hostile(handler) as server:
        client = Client(Target(server.url, key), Bounds(request_seconds=5))
        try:
            cache = ResponseCache(Sender(client))
            return probe(cache, probe_reach(cache))
        finally:
            client.close()


def test_a_forbidden_route_is_not_offered_if_others_are_open() -> None:
    capabilities = found(serving({b"/generate": GENERATED}, status(403)))

    assert "POST /generate" not in capabilities.absent
    assert "POST /v1/completions answered 403" == capabilities.absent["POST /v1/completions"]
    assert capabilities.locked is None


def test_a_route_that_refuses_the_key_others_accept_is_offered() -> None:
    answers = {b"/generate": GENERATED, b"/v1/completions": status(401)}
    handler = serving(answers, status(404))

    assert "POST /v1/completions" not in found(handler, Key("KEY", "a-key")).absent
    assert "POST /v1/completions answered 401" == found(handler).absent["POST /v1/completions"]


def test_if_everything_is_forbidden_a_key_is_required() -> None:
    capabilities = found(serving({}, status(403)))

    assert "POST /generate answered 403" == capabilities.locked
    assert "POST /generate" not in capabilities.absent


def test_the_status_of_an_unknown_path_means_not_offered() -> None:
    capabilities = found(serving({b"/generate": GENERATED}, status(400)))

    assert "GET /metrics answered 400" == capabilities.absent["GET /metrics"]


def test_503_of_a_load_balancer_means_not_offered() -> None:
    capabilities = found(serving({b"/generate": GENERATED, b"/health": answer(b"")}, status(503)))

    assert "POST /v1/completions answered 503" == capabilities.absent["POST /v1/completions"]


def test_a_prefix_without_its_slash_has_no_root_route() -> None:
    moved = b"HTTP/1.1 308 Moved\r\nLocation: http://elsewhere.example/prefix\r\nContent-Length: 0\r\n\r\n"
    capabilities = found(serving({b"/generate": GENERATED, b"/": moved, b"/invocations": moved}, status(404)))

    assert "POST / answered 308" == capabilities.absent["POST /"]
    assert "POST /invocations" not in capabilities.absent


def test_a_web_page_is_no_metrics() -> None:
    page = answer(b"<!doctype html><p>Welcome", HTML)
    capabilities = found(serving({b"/generate": GENERATED, b"/metrics": page}, status(404)))

    assert "GET /metrics answered 200 with text/html" == capabilities.absent["GET /metrics"]


def test_chat_without_a_template_is_not_offered() -> None:
    refusal = status(422, b'{"error": "no template", "error_type": "template_error"}')
    capabilities = found(serving({b"/generate": GENERATED, b"/v1/chat/completions": refusal}, status(404)))

    assert (
        "POST /v1/chat/completions answered 422 template_error"
        == capabilities.absent["POST /v1/chat/completions"]
    )


def test_a_deployment_that_is_starting_is_waited_for() -> None:
    asked: list[bytes] = []

    def waking(connection: Connection) -> None:
        while request := connection.request():
            asked.append(request)
            connection.send(status(503) if len(asked) == 1 else GENERATED)

    capabilities = found(waking)

    assert {"generated_text": "x"} == capabilities.info
