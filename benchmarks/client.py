"""How fast the generated client is, compared with httpx, huggingface_hub and openai on one loopback server.

The server is a process that writes canned bytes. Peers and ours take turns, and the best of several rounds
counts. Streams and imports are measured in processor time of the reading process, so that a busy machine does
not matter; unstreamed calls, in which both sides take turns, by the clock.

Goals: streamed events at 3 times huggingface_hub's `text_generation` and 6 times openai's chat, each on the
route that the peer reads, and at 0.8 times the lines of raw httpx with `json.loads`, or 1.1 times with the
extra `speed`; an unstreamed call in at most 1.3 times the time of raw httpx with `.json()`; an import at most
25 ms over that of httpx.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import click
import httpx
from attrs import frozen
from huggingface_hub import InferenceClient
from openai import OpenAI
from rich.console import Console
from rich.table import Table

from tgi_client import Client, codec, events
from tgi_client.api.text_generation_inference import chat_completions, compat_generate, generate
from tgi_client.models import ChatRequest, CompatGenerateRequest, GenerateRequest, MessageWithContent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROMPT = "What is Deep Learning?"
HUB_GOAL = 3.0
OPENAI_GOAL = 6.0
RAW_GOAL = 0.8
SPEED_GOAL = 1.1
UNARY_GOAL = 1.3
IMPORT_GOAL = 25.0


@frozen
class Measure:
    """One measured thing."""

    name: str
    value: float
    unit: str
    goal: str = ""
    """What it should be, and what it is."""

    is_met: bool = True


# The server


def token_event(index: int, *, last: bool) -> dict[str, Any]:
    """Give an event as `/` and `/generate_stream` send them."""
    token = {"id": index % 1000, "text": " word", "logprob": -0.8368753, "special": False}
    return {"index": index, "token": token, "generated_text": PROMPT if last else None, "details": None}


def chat_event(index: int, *, last: bool) -> dict[str, Any]:
    """Give a chunk as `/v1/chat/completions` sends them."""
    delta = {"role": "assistant", "content": f" word{index % 10}"}
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": "length" if last else None}
    head = {"object": "chat.completion.chunk", "id": "", "created": 1795445969, "model": "m"}
    return {**head, "system_fingerprint": "3.3.6-native", "choices": [choice], "usage": None}


def stream_answer(event: Callable[..., dict[str, Any]], count: int, end: bytes) -> bytes:
    """Write a whole streamed answer, one chunk an event."""
    data = [
        json.dumps(event(index, last=index == count), separators=(",", ":")) for index in range(1, count + 1)
    ]
    pieces = [*(f"data: {item}\n\n".encode() for item in data), *([end] if end else [])]
    chunks = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + chunks + b"0\r\n\r\n"


def json_answer(value: Any) -> bytes:
    """Write a whole answer."""
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve(listener: socket.socket, count: int) -> None:
    """Answer by path, for ever."""
    answers = {
        b"/": stream_answer(token_event, count, b""),
        b"/v1/chat/completions": stream_answer(chat_event, count, b"data: [DONE]\n\n"),
        b"/generate": json_answer({"generated_text": " word" * 20, "details": None}),
    }
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection, answers), daemon=True).start()


def answer(connection: socket.socket, answers: dict[bytes, bytes]) -> None:
    """Answer what comes on one connection."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, suppress(OSError):
        while path := read_request(connection):
            connection.sendall(answers[path])


def read_request(connection: socket.socket) -> bytes:
    """Read one request and give its path; nothing when the client is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65536)):
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0"
    )
    missing = int(length.partition(b":")[2]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))
    return head.split(b" ")[1]


@contextmanager
def server(count: int) -> Iterator[str]:
    """Run the server in a process, and give its URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        process = multiprocessing.get_context("fork").Process(
            target=serve, args=(listener, count), daemon=True
        )
        process.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.join()


# What is measured


def lines_of(http: httpx.Client, url: str) -> int:
    """Read a stream as people do by hand: httpx lines and `json.loads`."""
    found = 0
    with http.stream("POST", url, json={"inputs": PROMPT, "stream": True}) as response:
        for line in response.iter_lines():
            if line.startswith("data:") and line != "data: [DONE]":
                json.loads(line[5:])
                found += 1
    return found


def readers(url: str) -> dict[str, Callable[[], int]]:
    """Give the functions that read a stream and count its events, by name."""
    http, hub, client = httpx.Client(), InferenceClient(url, token="x"), Client(url)  # noqa: S106 (no secret)
    client.get_httpx_client()  # made like the others before the clock runs: it reads certificates for 25 ms
    openai = OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0)
    message: Any = {"role": "user", "content": PROMPT}
    generated, asked = hub.text_generation, openai.chat.completions.create
    body = CompatGenerateRequest(inputs=PROMPT)
    chat = ChatRequest(messages=[MessageWithContent(role="user", content=PROMPT)])

    def count(items: Any) -> int:
        return sum(1 for _ in items)

    def native(loads: Callable[..., Any]) -> int:
        with reading_by(loads):
            return count(compat_generate.stream(client=client, body=body))

    def chunks(loads: Callable[..., Any]) -> int:
        with reading_by(loads):
            return count(chat_completions.stream(client=client, body=chat))

    return {
        "httpx, /": lambda: lines_of(http, f"{url}/"),
        "huggingface_hub text_generation": lambda: count(generated(PROMPT, stream=True, details=True)),
        "tgi_client, /": lambda: native(codec.plain_loads),
        "tgi_client and orjson, /": lambda: native(codec.quick_loads),
        "httpx, chat": lambda: lines_of(http, f"{url}/v1/chat/completions"),
        "huggingface_hub chat": lambda: count(hub.chat_completion([message], stream=True)),
        "openai chat": lambda: count(asked(model="m", messages=[message], stream=True)),
        "tgi_client, chat": lambda: chunks(codec.plain_loads),
        "tgi_client and orjson, chat": lambda: chunks(codec.quick_loads),
    }


def reading_by(loads: Callable[..., Any]) -> Any:
    """Read JSON as without the extra `speed`, or as with it."""
    return patch.object(events, "quick_loads", loads)


def streams(url: str, count: int, rounds: int) -> list[Measure]:
    """Measure events a second of processor time."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, read in readers(url).items():
            gc.collect()  # so that nobody cleans up after the one before
            start = time.process_time()
            found = read()
            seconds = time.process_time() - start
            if found != count:
                raise RuntimeError(f"{name} read {found} events of {count}")
            best[name] = max(best.get(name, 0.0), count / seconds)
    return [_stream_measure(name, best) for name in best]


PEERS = {
    "tgi_client, /": (("httpx, /", RAW_GOAL), ("huggingface_hub text_generation", HUB_GOAL)),
    "tgi_client and orjson, /": (("httpx, /", SPEED_GOAL),),
    "tgi_client, chat": (("httpx, chat", RAW_GOAL), ("openai chat", OPENAI_GOAL)),
    "tgi_client and orjson, chat": (("httpx, chat", SPEED_GOAL),),
}
"""What is compared, and how many times as fast ours should be."""


def _stream_measure(name: str, best: dict[str, float]) -> Measure:
    ratios = [(peer, goal, best[name] / best[peer]) for peer, goal in PEERS.get(name, ())]
    told = ", ".join(f"≥ {goal} x {peer}: {ratio:.2f}" for peer, goal, ratio in ratios)
    return Measure(name, best[name], "events/s", told, all(ratio >= goal for _, goal, ratio in ratios))


def calls(url: str, rounds: int) -> list[Measure]:
    """Measure unstreamed calls, in microseconds."""
    http, client = httpx.Client(), Client(url)
    body, plain = GenerateRequest(inputs=PROMPT), {"inputs": PROMPT}
    ways: dict[str, Callable[[], Any]] = {
        "httpx .json()": lambda: http.post(f"{url}/generate", json=plain).json(),
        "tgi_client generate": lambda: generate.sync(client=client, body=body),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds * _BATCHES):
        for name, call in ways.items():
            start = time.perf_counter()
            for _ in range(_CALLS):
                call()
            best[name] = min(best[name], (time.perf_counter() - start) / _CALLS * 1e6)
    raw, ours = best.values()
    message = f"≤ {UNARY_GOAL} x httpx: {ours / raw:.2f}"
    return [
        Measure("httpx .json()", raw, "µs/call"),
        Measure("tgi_client generate", ours, "µs/call", message, ours <= UNARY_GOAL * raw),
    ]


_BATCHES, _CALLS = 40, 10
"""Short batches in turns, so that most are undisturbed."""


def imports(rounds: int) -> list[Measure]:
    """Measure imports, in milliseconds of processor time of a fresh process, less those of an empty one."""
    programs = {"": "pass", "import httpx": "import httpx", "import tgi_client": "import tgi_client"}
    programs["import openai"] = "import openai"
    best = dict.fromkeys(programs, float("inf"))
    for _ in range(rounds):
        for name, program in programs.items():
            start = processor_time_of_children()
            subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603 (our own)
            best[name] = min(best[name], processor_time_of_children() - start)
    empty = best.pop("")
    over = best["import tgi_client"] - best["import httpx"]
    message = f"≤ {IMPORT_GOAL:.0f} ms over httpx: {over:.0f}"
    goal = {"import tgi_client": (message, over <= IMPORT_GOAL)}
    return [Measure(name, value - empty, "ms", *goal.get(name, ())) for name, value in best.items()]


def processor_time_of_children() -> float:
    """Give the time that ended child processes took, in milliseconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) * 1000


def show(measures: list[Measure]) -> None:
    """Print a table."""
    table = Table("what", "measured", "goal: reached")
    for measure in measures:
        style = "" if measure.is_met else "bold red"
        table.add_row(measure.name, f"{measure.value:,.0f} {measure.unit}", measure.goal, style=style)
    Console().print(table)


@click.command()
@click.option("--events", "count", default=5_000, help="Events of a stream.")
@click.option("--rounds", default=5, help="Rounds, of which the best counts.")
def main(count: int, rounds: int) -> None:
    """Measure, show, and exit 1 if a goal is missed."""
    if codec.quick_loads is codec.plain_loads:
        raise click.ClickException("orjson is missing, which `tgi_client[speed]` reads with")
    with server(count) as url:
        measures = [*streams(url, count, rounds), *calls(url, rounds)]
    measures += imports(rounds)
    show(measures)
    sys.exit(not all(measure.is_met for measure in measures))


if __name__ == "__main__":
    main()
