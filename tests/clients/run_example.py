"""Examples as their readers run them: a process of their own, and what it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"
QUESTION = "What is Deep Learning?"
MESSAGES = [{"role": "user", "content": QUESTION}]
GENERATE: dict[str, Any] = {"inputs": QUESTION, "parameters": {"max_new_tokens": 20}}
CHAT: dict[str, Any] = {"messages": MESSAGES, "max_tokens": 20, "temperature": 0}
REFUSED = "Input validation error: `temperature` must be strictly positive"

# A client must need nothing of its maker's: no account, no telemetry, no update check, no proxy.
ALONE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "NO_PROXY": "*",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
}


def python(name: str, url: str) -> tuple[str, ...]:
    """Give the command that runs an example against a server."""
    return (sys.executable, str(EXAMPLES / f"{name}.py"), url)


def run(*command: str) -> str:
    """Give what a command prints; it ends well, and has nothing to complain of."""
    done = subprocess.run(  # noqa: S603 (our own examples)
        command, env=os.environ | ALONE, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (0, "") == (done.returncode, done.stderr), done.stderr
    return done.stdout


@contextmanager
def started(*command: str) -> Iterator[IO[bytes]]:
    """Run a command as long as the context lasts; gives what it prints while it prints it."""
    with subprocess.Popen(  # noqa: S603 (our own examples)
        command, env=os.environ | ALONE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
    ) as process:
        assert process.stdout
        try:
            yield process.stdout
        finally:
            process.terminate()


def ask(url: str, path: str, body: object) -> Any:
    """Return the JSON of a direct answer, to compare a client's answer with."""
    answer = httpx.post(url + path, json=body, timeout=30, trust_env=False)
    assert 200 == answer.status_code, answer.text
    return answer.json()


def generated(url: str) -> str:
    """Give the text that answers the question."""
    text: str = ask(url, "/generate", GENERATE)["generated_text"]
    return text


def chatted(url: str) -> list[str]:
    """Give the lines of the examples of chat: the answer and its cost, and the same again from a stream."""
    answer = ask(url, "/v1/chat/completions", CHAT)
    text, usage = answer["choices"][0]["message"]["content"], answer["usage"]
    costs = f"{usage['prompt_tokens']} {usage['completion_tokens']}"
    return [text, f"length {usage['total_tokens']}", text, costs]


def events_of(url: str, path: str, body: object) -> list[Any]:
    """Give the JSON of each event of a direct stream."""
    answer = httpx.post(url + path, json=body, timeout=30, trust_env=False)
    return events_in(answer.text)


def events_in(stream: str) -> list[Any]:
    """Give the JSON of each event of a stream's text."""
    data = (line.removeprefix("data:").strip() for line in stream.splitlines() if line.startswith("data:"))
    return [json.loads(one) for one in data if one != "[DONE]"]


def in_work(url: str) -> int:
    """Tell how many requests the server's model works on."""
    metrics = httpx.get(f"{url}/metrics", timeout=10, trust_env=False).text.splitlines()
    return int(float(next(line.split()[1] for line in metrics if line.startswith("tgi_batch_current_size "))))
