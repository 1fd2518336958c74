"""Prometheus's text format as its page defines it: what a lenient reader lets pass makes a scrape fail."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import get
from tgi_conformance.requirements._verify import OK, expect, expect_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
VALUE = r"[+-]?(?:Inf|NaN|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
SAMPLE = re.compile(rf"({NAME})(\{{(?:{LABEL}(?:,{LABEL})*,?)?\}})?[ \t]+{VALUE}(?:[ \t]+-?\d+)?[ \t]*")
TYPE = re.compile(rf"# TYPE[ \t]+({NAME})[ \t]+(counter|gauge|histogram|summary|untyped)[ \t]*")
SUFFIXES = ("_bucket", "_count", "_sum")
OPENMETRICS = "application/openmetrics-text"
FORMAT = "https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details"


def exposition(catalogue: Catalogue) -> None:
    """The promises of the format."""

    @catalogue.add(
        "exposition-is-valid",
        "Each line is a sample or a comment; no sample comes twice, and the type of a family is told once, "
        "before its samples.",
        source=FORMAT,
        why="Prometheus drops a scrape with a line that it cannot read, and one of two samples of a series.",
    )
    def check(context: Context) -> None:
        exchange = context.cached(get("/metrics"))
        expect_status(exchange, OK)
        if exchange.response.media_type == OPENMETRICS:
            return  # whose rules are others, and whose reader is strict by itself
        problem = next(problems(exchange), "")
        expect(not problem, "Prometheus's text format", problem, exchange)


def problems(exchange: Exchange) -> Iterator[str]:
    """Name what is wrong with an answer in the format, the first in the order of the lines."""
    text = exchange.response.text
    if text and not text.endswith("\n"):
        yield f"the last line does not end: {text[-100:]!r}"
    series: Counter[str] = Counter()
    types: Counter[str] = Counter()
    begun: set[str] = set()
    for line in text.split("\n"):
        if declared := TYPE.fullmatch(line):
            name = declared[1]
            types[name] += 1
            if types[name] > 1:
                yield f"two types of {name}"
            if name in begun:
                yield f"the type of {name} after its samples"
        elif line.startswith("# TYPE"):
            yield f"no type: {line[:100]!r}"
        elif line.strip() and not line.startswith("#"):
            sample = SAMPLE.fullmatch(line)
            if sample is None:
                yield f"no sample: {line[:100]!r}"
                continue
            begun |= {sample[1], *(sample[1].removesuffix(suffix) for suffix in SUFFIXES)}
            key = sample[1] + _labels(sample[2] or "")
            series[key] += 1
            if series[key] > 1:
                yield f"two samples of {key[:100]}"


def _labels(written: str) -> str:
    """Write labels in one order."""
    return ",".join(sorted(re.findall(LABEL, written)))
