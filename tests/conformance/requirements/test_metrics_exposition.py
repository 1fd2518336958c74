"""Prometheus's text format, as its page defines it."""

from __future__ import annotations

import httpx
import pytest

from tgi_conformance.http.exchange import Exchange, Request, Response
from tgi_conformance.requirements.metrics_exposition import problems

VALID = {
    "nothing": "",
    "a sample": "tgi_queue_size 0\n",
    "a comment and an empty line": "# whatever\n\ntgi_queue_size 0\n",
    "help, type and sample": "# HELP a What it is.\n# TYPE a counter\na 1\n",
    "labels": 'a{method="prefill",le="+Inf"} 1\na{method="decode",le="+Inf",} 2\n',
    "escapes in a label": 'a{path="C:\\\\DIR",text="a \\"b\\"\\n"} 1\n',
    "values": "a 1.458255915e9\nb NaN\nc +Inf\nd -Inf\ne .5\nf 1.\n",
    "a time": "a 1 1395066363000\n",
    "a histogram": '# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="+Inf"} 2\na_sum 3\na_count 2\n',
}
INVALID = {
    "no last line end": ("a 1", "no line feed at the end"),
    "no value": ("a\n", "an invalid line"),
    "a value that is none": ("a one\n", "an invalid line"),
    "a name with a hyphen": ("a-b 1\n", "an invalid line"),
    "an open label": ('a{b="c} 1\n', "an invalid line"),
    "two samples of one series": ("a 1\na 1\n", "a second sample of a"),
    "the same labels in another order": ('a{b="1",c="2"} 1\na{c="2",b="1"} 1\n', "a second sample of a"),
    "two types": ("# TYPE a counter\n# TYPE a counter\na 1\n", "a second type of a"),
    "a type below its sample": ("a 1\n# TYPE a counter\n", "the type of a after its samples"),
    "a type below its buckets": (
        'a_bucket{le="1"} 1\n# TYPE a histogram\n',
        "the type of a after its samples",
    ),
    "a type that is none": ("# TYPE a meter\n", "an invalid type"),
}


def found(text: str) -> list[str]:
    response = Response(200, httpx.Headers(), text.encode(), 0.0)
    return list(problems(Exchange(Request("GET", "/metrics"), response)))


@pytest.mark.parametrize("name", VALID)
def test_what_is_valid_passes(name: str) -> None:
    assert [] == found(VALID[name])


@pytest.mark.parametrize("name", INVALID)
def test_what_is_not_is_named(name: str) -> None:
    text, problem = INVALID[name]

    assert found(text)[0].startswith(problem)
