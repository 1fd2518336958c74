"""curl: the two requests of TGI's guide."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from tests.clients.run_example import EXAMPLES, GENERATE, ask, events_in, events_of, run, started

if TYPE_CHECKING:
    from tgi_reference.server import Running

COMMAND = ("sh", str(EXAMPLES / "curl.sh"))

pytestmark = pytest.mark.skipif(
    shutil.which("curl") is None or os.name == "nt", reason="needs curl and a POSIX shell"
)


def test_whole_then_streamed(tgi_server: Running) -> None:
    whole, _, stream = run(*COMMAND, tgi_server.url).partition("\n")

    assert ask(tgi_server.url, "/generate", GENERATE) == json.loads(whole)
    assert events_of(tgi_server.url, "/generate_stream", GENERATE) == events_in(stream)
    assert json.loads(whole)["generated_text"] == events_in(stream)[-1]["generated_text"]
    assert 20 == len(events_in(stream))


def test_refusal_is_shown_with_its_status(locked_server: Running) -> None:
    with started(*COMMAND, locked_server.url) as output:
        assert b"401" in output.read()
