"""What a run takes over from a library instead of letting it find out again."""

from __future__ import annotations

import json
import subprocess
import sys

from hypothesis.internal.charmap import intervals_from_codec

from tgi_conformance.engine.run import UTF8

MEASURED = """
import json, resource
from hypothesis.internal.charmap import intervals_from_codec
from tgi_conformance.engine.run import silenced_libraries
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
with silenced_libraries():
    before = peak()
    encodable, lossy = intervals_from_codec("utf-8")
    print(json.dumps([encodable.intervals, lossy.intervals, peak() - before]))
"""


def test_utf8_is_what_hypothesis_would_find_out() -> None:
    encodable, lossy = intervals_from_codec("utf-8")

    assert UTF8 == [list(pair) for pair in encodable.intervals]
    assert () == lossy.intervals


def test_hypothesis_takes_it_and_no_memory() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    encodable, lossy, megabytes = json.loads(done.stdout)

    assert [UTF8, []] == [encodable, lossy]
    assert megabytes < 20  # it would be 150
