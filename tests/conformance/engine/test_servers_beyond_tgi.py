"""The profile openai on a server that is no TGI: no /info, a model is required, members of its own."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

from tgi_conformance.config.settings import Settings, run_config_of
from tgi_conformance.engine.run import run
from tgi_conformance.results.levels import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.results.report import Report

NAME = "a-model"
CHAT, MODELS = "/v1/chat/completions", "/v1/models"
CHECKED = ("chat-completions", "models")


class Server(BaseHTTPRequestHandler):
    """Answers every chat with one word, in OpenAI's form without what TGI adds to it."""

    protocol_version = "HTTP/1.1"
    named: ClassVar[list[Any]] = []
    piece: ClassVar[dict[str, Any]] = {"role": "assistant", "content": "Yes"}

    def do_GET(self) -> None:
        if self.path == MODELS:
            self._json(200, {"object": "list", "data": [{"id": NAME}]})
        else:
            self._json(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path != CHAT:
            self._json(404, {"detail": "Not Found"})
            return
        body = json.loads(text)
        self.named.append(body.get("model"))
        if body.get("model") != NAME:
            self._json(400, {"error": {"message": "unknown model", "type": "invalid_request_error"}})
        elif body.get("stream"):
            self._stream(asked=(body.get("stream_options") or {}).get("include_usage", False))
        else:
            choice = {"index": 0, "message": self.piece, "finish_reason": "stop"}
            self._json(200, {"choices": [choice], "usage": _usage()})

    def _stream(self, *, asked: bool) -> None:
        first = {"index": 0, "delta": self.piece, "finish_reason": None}
        chunks: list[Any] = [{"choices": [first]}]
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if asked:
            chunks.append({"choices": [], "usage": _usage()})
        lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
        self._send(200, "text/event-stream", "".join([*lines, "data: [DONE]\n\n"]))

    def _json(self, status: int, body: Any) -> None:
        self._send(status, "application/json", json.dumps(body))

    def _send(self, status: int, media_type: str, text: str) -> None:
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


def _usage() -> dict[str, int]:
    return {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}


@contextmanager
def serving(**members: Any) -> Iterator[str]:
    handler = type("Handler", (Server,), {"named": [], **members})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def judged(url: str, *profiles: str) -> Report:
    return run(run_config_of(Settings(url, profile=profiles, only=CHECKED)))


def test_it_conforms_to_openai_without_being_tgi() -> None:
    named: list[Any] = []
    with serving(named=named) as url:
        report = judged(url, "openai")
    (found,) = report.profiles

    assert [] == [one.id for one in report.requirements if one.outcome is Outcome.FAILED]
    assert (Verdict.CONFORMS, Verdict.CONFORMS) == (report.verdict, found.verdict)
    assert {NAME} == set(named)
    assert 15 < sum(one.outcome is Outcome.PASSED for one in report.requirements)


def test_it_does_not_conform_to_tgis_dialect() -> None:
    with serving() as url:
        report = judged(url, "openai", "openai-tgi")

    assert {"openai": Verdict.CONFORMS, "openai-tgi": Verdict.DOES_NOT_CONFORM} == {
        one.name: one.verdict for one in report.profiles
    }


def test_what_openais_clients_cannot_read_fails() -> None:
    with serving(piece={"role": "assistant", "text": "Yes"}) as url:
        report = judged(url, "openai")

    assert "chat-completions.answer-is-read-by-openai-clients" in {one.id for one in report.broken}


def test_a_server_that_has_only_openais_routes_offers_no_other_profile() -> None:
    with serving() as url:
        report = run(run_config_of(Settings(url, profile=("openai", "native"), only=("models",))))

    assert {"openai": "conforms", "native": "not offered"} == {
        one.name: one.verdict_shown for one in report.profiles
    }
