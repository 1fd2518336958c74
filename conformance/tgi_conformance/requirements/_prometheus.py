"""Read /metrics: samples by name and labels, counters, and whether one server answers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from tgi_conformance.protocol.forms import get
from tgi_conformance.protocol.routes import METRICS
from tgi_conformance.requirements._verify import OK, expect_status
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client import Metric

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

    Series = tuple[str, tuple[tuple[str, str], ...]]  # name and labels
    Samples = Mapping[Series, float]

SCRAPE = get(METRICS.path)
RESPONSE = "#/paths/~1metrics/get/responses/200"
SUFFIXES = ("_total", "_count", "_bucket", "_sum", "_created")
SCRAPES = 4


def families_of(exchange: Exchange) -> list[Metric]:
    """Parse an answer of /metrics; raises UnmetError where it is none."""
    expect_status(exchange, OK)
    try:
        return list(text_string_to_metric_families(exchange.response.text))
    except (ValueError, KeyError, IndexError) as error:
        raise UnmetError(
            "Prometheus's text format", f"{error}: {exchange.response.text[:200]!r}", exchange
        ) from None


def samples_of(exchange: Exchange) -> tuple[Samples, Mapping[str, str]]:
    """Give each sample's value by name and labels, and each family's type; raises UnmetError as above."""
    families = families_of(exchange)
    samples = {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}
    return samples, {family.name: family.type for family in families}


def counters_of(exchange: Exchange) -> Samples:
    """Give the counters of TGI's own families, those of histograms included; raises UnmetError as above."""
    samples, types = samples_of(exchange)
    own = {series: value for series, value in samples.items() if series[0].startswith("tgi_")}
    return {series: value for series, value in own.items() if is_counter(series[0], types)}


def is_counter(name: str, types: Mapping[str, str]) -> bool:
    """Tell whether a sample's value may only grow: a counter's, or a histogram's counts."""
    family = name
    for suffix in SUFFIXES:
        family = family.removesuffix(suffix)
    kind = types.get(name) or types.get(family)
    return kind == "counter" or (kind == "histogram" and name.endswith(("_count", "_bucket")))


def total(samples: Samples, family: str) -> float:
    """Sum the samples of a family over all labels."""
    return sum(value for (name, _), value in samples.items() if name in {family, f"{family}_total"})


def need_one_server(context: Context) -> None:
    """Scrape a few times; raises UnsupportedError where counters go up and down, as of several servers."""
    scrapes = [samples_of(context.send(SCRAPE)) for _ in range(SCRAPES)]
    types = scrapes[0][1]
    for series in scrapes[0][0]:
        if is_counter(series[0], types):
            values = [samples.get(series, 0.0) for samples, _ in scrapes]
            steps = {(b > a) - (b < a) for a, b in pairwise(values)}
            if {1, -1} <= steps:
                raise UnsupportedError(f"{series[0]} goes up and down: several servers answer")
