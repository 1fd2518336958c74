"""What a deployment is found to offer: by status, by page, by what a path that nobody serves is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.hostile import JSON, answer, hostile

from tgi_conformance.client import Bounds, Client
from tgi_conformance.probes import Facts, probe, probe_reach
from tgi_conformance.samples import Samples
from tgi_conformance.target import Target

if TYPE_CHECKING:
    from tests.conformance.hostile import Connection, Handler

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


def found(handler: Handler) -> Facts:
    with hostile(handler) as server:
        client = Client(Target(server.url), Bounds(request_seconds=5))
        try:
            samples = Samples(client)
            return probe(samples, probe_reach(samples))
        finally:
            client.close()


def test_what_is_forbidden_beside_open_routes_is_not_offered() -> None:
    facts = found(serving({b"/generate": GENERATED}, status(403)))

    assert "POST /generate" not in facts.absent
    assert "POST /v1/completions answered 403" == facts.absent["POST /v1/completions"]
    assert facts.locked is None


def test_where_everything_is_forbidden_a_key_is_wanted() -> None:
    facts = found(serving({}, status(403)))

    assert "POST /generate answered 403" == facts.locked
    assert "POST /generate" not in facts.absent


def test_the_status_of_nowhere_means_not_there() -> None:
    facts = found(serving({b"/generate": GENERATED}, status(400)))

    assert "GET /metrics answered 400" == facts.absent["GET /metrics"]


def test_a_page_is_no_metrics() -> None:
    page = answer(b"<!doctype html><p>Welcome", HTML)
    facts = found(serving({b"/generate": GENERATED, b"/metrics": page}, status(404)))

    assert "GET /metrics answered 200 with text/html" == facts.absent["GET /metrics"]


def test_chat_without_a_template_is_not_offered() -> None:
    refusal = status(422, b'{"error": "no template", "error_type": "template_error"}')
    facts = found(serving({b"/generate": GENERATED, b"/v1/chat/completions": refusal}, status(404)))

    assert (
        "POST /v1/chat/completions answered 422 template_error" == facts.absent["POST /v1/chat/completions"]
    )


def test_who_sleeps_is_waited_for() -> None:
    asked: list[bytes] = []

    def waking(connection: Connection) -> None:
        while request := connection.request():
            asked.append(request)
            connection.send(status(503) if len(asked) == 1 else GENERATED)

    facts = found(waking)

    assert {"generated_text": "x"} == facts.info
