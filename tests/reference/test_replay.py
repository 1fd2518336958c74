"""Each recorded exchange, sent again byte for byte over a socket, is answered as the real router answered."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from tests.reference.comparison import differences
from tests.reference.raw_http import exchange
from tests.reference.transcripts import Recording, recordings

from tgi_reference.compose import running
from tgi_reference.releases import RELEASES
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.server import Running

# Exchanges that cannot hold, each with the reason.
IMPOSSIBLE: dict[str, str] = {}

LIMITS = Settings(
    max_input_tokens=512,
    max_total_tokens=1024,
    max_best_of=2,
    max_stop_sequences=4,
    max_top_n_tokens=5,
    max_client_batch_size=4,
    failure_prompts=True,
)


@contextmanager
def _set_up(name: str, release: str) -> Iterator[Running]:
    changes: dict[str, dict[str, Any]] = {
        "default": {},
        "api-key": {"api_key": "sesame"},
        "overloaded": {"max_concurrent_requests": 1, "token_latency": 0.05},
        "grammar-disabled": {"disable_grammar_support": True},
        "backend-down": {"backend_down": True},
    }
    with running(evolve(LIMITS, release=RELEASES[release], **changes[name])) as server:
        if name != "overloaded":
            yield server
            return
        with _held_open(server):
            yield server


@contextmanager
def _held_open(server: Running) -> Iterator[None]:
    """One stream that takes the only permit for as long as the context lasts."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.request("POST", "/generate_stream", b'{"inputs":"x"}', {"content-type": "application/json"})
    connection.getresponse().readline()
    try:
        yield
    finally:
        connection.close()


def _replayed(server: Running, recording: Recording) -> list[str]:
    """What differs. Where a model may choose between a tool and words, ours gets some tries."""
    found: list[str] = []
    for body in _bodies(recording):
        answer = exchange(server.url, recording.method, recording.path, recording.headers, body)
        found = differences(recording, answer)
        if not found:
            break
    return found


def _bodies(recording: Recording) -> Iterator[bytes | None]:
    yield recording.body
    if _is_cut_off(recording):
        # Their model did not come to the end of its call within the limit. Ours, which has other tokens, may.
        yield json.dumps({**recording.sent, "max_tokens": 10}).encode()
    elif _is_free_to_choose(recording):
        yield from [recording.body] * 20


def _is_cut_off(recording: Recording) -> bool:
    return "Failed to parse generated text: EOF" in (recording.answer.get("body") or "")


def _is_free_to_choose(recording: Recording) -> bool:
    sent = recording.sent
    return isinstance(sent, dict) and bool(sent.get("tools")) and sent.get("tool_choice") in (None, "auto")


SERVERS = ["default", "api-key", "overloaded", "grammar-disabled", "backend-down"]
RECORDED = [("3.3.6", server) for server in SERVERS] + [("2.4.1", "default"), ("2.0.4", "default")]


@pytest.mark.parametrize(("release", "server"), RECORDED)
def test_recorded_exchanges_hold(release: str, server: str, capsys: pytest.CaptureFixture[str]) -> None:
    ours = [one for one in recordings(release) if one.server == server]
    wrong: dict[str, list[str]] = {}
    start = time.perf_counter()
    with _set_up(server, release) as running_server:
        for one in ours:
            found = _replayed(running_server, one)
            if found:
                wrong[one.name] = found
    with capsys.disabled():
        held = len(ours) - len(wrong)
        seconds = time.perf_counter() - start
        print(f"\n{release}, {server}: {held} of {len(ours)} exchanges hold ({seconds:.1f} s)", end=" ")  # noqa: T201
    assert IMPOSSIBLE.keys() & {one.name for one in ours} == wrong.keys(), "\n".join(
        f"{name}: {line}" for name, lines in wrong.items() for line in lines
    )


@pytest.mark.parametrize(("release", "count"), [("3.3.6", 562), ("2.4.1", 495), ("2.0.4", 495)])
def test_all_recordings_are_replayed(release: str, count: int) -> None:
    set_ups = {server for known, server in RECORDED if known == release}
    assert count == len([one for one in recordings(release) if one.server in set_ups])
