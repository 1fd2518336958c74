"""Prometheus's text format: /metrics parses, and is valid where lenient parsers would not notice."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE
from tgi_conformance.protocol.routes import METRICS
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._prometheus import RESPONSE, SCRAPE, families_of, samples_of
from tgi_conformance.requirements._verify import OK, expect, expect_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
VALUE = r"[+-]?(?:Inf|NaN|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
SAMPLE = re.compile(rf"({NAME})(\{{(?:{LABEL}(?:,{LABEL})*,?)?\}})?[ \t]+{VALUE}(?:[ \t]+-?\d+)?[ \t]*")
TYPE = re.compile(rf"# TYPE[ \t]+({NAME})[ \t]+(counter|gauge|histogram|summary|untyped)[ \t]*")
SUFFIXES = ("_bucket", "_count", "_sum")
OPENMETRICS = "application/openmetrics-text"


@requirement(
    "metrics-parse",
    "The answer is in Prometheus's text format.",
    route=METRICS,
    source=RESPONSE,
    category="metrics",
    why="Prometheus drops a scrape that does not parse.",
)
def metrics_parse(context: Context) -> None:
    samples, _ = samples_of(context.send(SCRAPE))
    expect(bool(samples), "samples", "none")


@requirement(
    "exposition-is-valid",
    "Each line is a sample or a comment; no sample occurs twice, and the type of a family is declared once, "
    "before its samples.",
    route=METRICS,
    source="https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details",
    category="metrics",
    why="Prometheus drops a scrape with an invalid line, and one of two samples of a series.",
)
def exposition_is_valid(context: Context) -> None:
    exchange = context.cached(SCRAPE)
    expect_status(exchange, OK)
    if exchange.response.media_type == OPENMETRICS:
        return  # another format, with other rules
    problem = next(problems(exchange), "")
    expect(not problem, "Prometheus's text format", problem, exchange)


@requirement(
    "counters-and-histograms-are-well-formed",
    "Request counts are counters; a histogram's buckets are cumulative, and the last one equals its count.",
    route=METRICS,
    source=RESPONSE,
    category="metrics",
    needs=(GENERATE.operation,),
    why="Quantiles of inconsistent buckets are wrong.",
)
def counters_and_histograms_are_well_formed(context: Context) -> None:
    context.cached(GENERATE.ask())
    exchange = context.send(SCRAPE)
    for family in families_of(exchange):
        if family.name in {"tgi_request_count", "tgi_request_success"}:
            expect(family.type == "counter", f"{family.name} as a counter", family.type, exchange)
        if family.type == "histogram" and family.name.startswith("tgi_"):
            _expect_histogram(family, exchange)


def _expect_histogram(family: Metric, exchange: Exchange) -> None:
    series: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
    counts: dict[tuple[tuple[str, str], ...], float] = {}
    for sample in family.samples:
        labels = tuple(sorted(item for item in sample.labels.items() if item[0] != "le"))
        if sample.name.endswith("_bucket"):
            series.setdefault(labels, []).append((float(sample.labels.get("le", "nan")), sample.value))
        if sample.name.endswith("_count"):
            counts[labels] = sample.value
    for labels, buckets in series.items():
        values = [value for _, value in sorted(buckets)]
        expect(values == sorted(values), f"buckets of {family.name} that only grow", values, exchange)
        complete = labels not in counts or values[-1] == counts[labels]
        actual = (values[-1:], counts.get(labels))
        expect(complete, f"the last bucket of {family.name} equal to its count", actual, exchange)


def problems(exchange: Exchange) -> Iterator[str]:
    """Name what is invalid in an answer, in the order of its lines."""
    text = exchange.response.text
    if text and not text.endswith("\n"):
        yield f"no line feed at the end: {text[-100:]!r}"
    series: Counter[str] = Counter()
    types: Counter[str] = Counter()
    begun: set[str] = set()
    for line in text.split("\n"):
        if declared := TYPE.fullmatch(line):
            name = declared[1]
            types[name] += 1
            if types[name] > 1:
                yield f"a second type of {name}"
            if name in begun:
                yield f"the type of {name} after its samples"
        elif line.startswith("# TYPE"):
            yield f"an invalid type: {line[:100]!r}"
        elif line.strip() and not line.startswith("#"):
            sample = SAMPLE.fullmatch(line)
            if sample is None:
                yield f"an invalid line: {line[:100]!r}"
                continue
            begun |= {sample[1], *(sample[1].removesuffix(suffix) for suffix in SUFFIXES)}
            key = sample[1] + _labels(sample[2] or "")
            series[key] += 1
            if series[key] > 1:
                yield f"a second sample of {key[:100]}"


def _labels(written: str) -> str:
    """Sort labels, so that equal ones compare equal."""
    return ",".join(sorted(re.findall(LABEL, written)))
