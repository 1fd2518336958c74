"""GET /metrics: what Prometheus scrapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from tgi_conformance.api import GENERATE, get
from tgi_conformance.families.answers import documented_answer
from tgi_conformance.levels import Level
from tgi_conformance.outcomes import UnmetError
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import OK, expect, expect_status

if TYPE_CHECKING:
    from tgi_conformance.exchange import Exchange
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "metrics", "GET /metrics")
SOURCE = "#/paths/~1metrics/get/responses/200"
FAMILIES = (
    "tgi_request_count",
    "tgi_request_success",
    "tgi_request_duration",
    "tgi_request_generated_tokens",
)
REQUESTS = 3
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]

documented_answer(CATALOGUE, get("/metrics"), media_type="text/plain")


def _samples(exchange: Exchange) -> tuple[Samples, dict[str, str]]:
    """Parse the answer: each sample's value by name and labels, and each family's type."""
    expect_status(exchange, OK)
    try:
        families = list(text_string_to_metric_families(exchange.response.text))
    except (ValueError, KeyError, IndexError) as error:
        raise UnmetError(
            "Prometheus's text format", f"{error}: {exchange.response.text[:200]!r}", exchange
        ) from None
    samples = {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}
    return samples, {family.name: family.type for family in families}


@CATALOGUE.add(
    "metrics-parse",
    "The text is in Prometheus's format.",
    source=SOURCE,
    why="A scrape that does not parse is dropped whole.",
)
def parse(trial: Trial) -> None:
    """Parse it."""
    samples, _ = _samples(trial.send(get("/metrics")))
    expect(bool(samples), "samples", "none")


@CATALOGUE.add(
    "requests-are-measured",
    f"After a request there are {', '.join(FAMILIES)}.",
    source="behaviour.md#metrics",
    level=Level.SHOULD,
    needs=(GENERATE.operation,),
    why="Dashboards and autoscalers read them (text-generation-inference#2184).",
)
def measured(trial: Trial) -> None:
    """Look for the families that dashboards read; histograms and counters have suffixes."""
    trial.sample(GENERATE.ask())
    exchange = trial.send(get("/metrics"))
    names = {name for name, _ in _samples(exchange)[0]}
    missing = [family for family in FAMILIES if not any(name.startswith(family) for name in names)]
    expect(not missing, "the families of TGI", f"without {', '.join(missing)}", exchange)


@CATALOGUE.add(
    "counters-only-grow",
    "No counter falls while requests are sent, and a request moves one of them.",
    source=SOURCE,
    needs=(GENERATE.operation,),
    alone=True,
    why="rate() of a counter that falls is garbage.",
)
def grow(trial: Trial) -> None:
    """Compare before and after a request."""
    before, types = _samples(trial.send(get("/metrics")))
    trial.send(GENERATE.ask())
    exchange = trial.send(get("/metrics"))
    after, _ = _samples(exchange)
    counters = {key for key in before if _counts(key[0], types)}
    fallen = [key[0] for key in counters if after.get(key, 0.0) < before[key]]
    expect(not fallen, "counters that only grow", fallen[:5], exchange)
    if counters:
        moved = any(after.get(key, 0.0) > before[key] for key in counters) or set(after) - set(before)
        expect(bool(moved), "a counter that moves with a request", "none", exchange)


@CATALOGUE.add(
    "metrics-count-what-was-sent",
    "`tgi_request_count` and `tgi_request_success` grow by at least the requests that were answered.",
    source="behaviour.md#metrics",
    level=Level.SHOULD,
    needs=(GENERATE.operation,),
    alone=True,
    why="Autoscalers and bills go by them.",
)
def count_what_was_sent(trial: Trial) -> None:
    """Send some requests between two scrapes; others may use the deployment too, so more is fine."""
    before, _ = _samples(trial.send(get("/metrics")))
    for _ in range(REQUESTS):
        expect_status(trial.send(GENERATE.ask()), OK)
    exchange = trial.send(get("/metrics"))
    after, _ = _samples(exchange)
    for family in ("tgi_request_count", "tgi_request_success"):
        grown = _sum(after, family) - _sum(before, family)
        expect(grown >= REQUESTS, f"{family} to grow by at least {REQUESTS}", grown, exchange)


def _sum(samples: Samples, family: str) -> float:
    return sum(value for (name, _), value in samples.items() if name in {family, f"{family}_total"})


def _counts(name: str, types: dict[str, str]) -> bool:
    family = name
    for suffix in ("_total", "_count", "_bucket", "_sum", "_created"):
        family = family.removesuffix(suffix)
    kind = types.get(name) or types.get(family)
    return kind == "counter" or (kind == "histogram" and name.endswith(("_count", "_bucket")))
