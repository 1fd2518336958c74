"""Clients of older releases' documents read what these releases sent, and miss no end that they never had."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tgi_client_generator.generate import generate
from tgi_client_generator.overlay import load_overlay

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"

READ_STREAMS = """
import importlib, json, pathlib, sys
import httpx
import tgi_client
from tgi_client import Client
from tgi_client.errors import IncompleteStream

modules = {}
for path in (pathlib.Path(tgi_client.__file__).parent / "api").glob("*/*.py"):
    module = importlib.import_module(f"tgi_client.api.{path.parent.name}.{path.stem}")
    if hasattr(module, "stream"):
        modules[module.__doc__.partition(" ")[2]] = module
found = {"ends": {}, "read": 0, "incomplete": []}
found["ends"] = {path: module._EVENTS.end for path, module in modules.items()}
for line in open(sys.argv[1], encoding="utf-8"):
    item = json.loads(line)
    request, response = item["request"], item["response"]
    is_stream = response["headers"].get("content-type", "").startswith("text/event-stream")
    if is_stream and request["path"] in modules and response.get("body") is not None:
        answer = httpx.Response(200, headers=response["headers"], content=response["body"].encode())
        http = httpx.Client(transport=httpx.MockTransport(lambda _: answer))
        try:
            client = Client("http://x", httpx_client=http)
            list(modules[request["path"]].stream(client=client, body={}, errors="yield"))
            found["read"] += 1
        except IncompleteStream:
            found["incomplete"].append(item["name"])
print(json.dumps(found))
"""


@pytest.mark.parametrize(("release", "least"), [("2.0.4", 50), ("2.4.1", 100)])
def test_a_client_of_a_release_reads_its_streams(release: str, least: int, tmp_path: Path) -> None:
    document = json.loads((DATA / "interface" / f"tgi-{release}.json").read_text("utf-8"))
    generate(document, load_overlay(ROOT / "spec" / "corrections.yaml"), tmp_path)
    recordings = DATA / "transcripts" / f"tgi-{release}.jsonl"
    command = [sys.executable, "-c", READ_STREAMS, str(recordings)]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    found = json.loads(done.stdout)

    assert {None} == set(found["ends"].values())
    assert [] == found["incomplete"]
    assert found["read"] >= least
