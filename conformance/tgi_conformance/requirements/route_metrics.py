"""GET /metrics: what Prometheus scrapes."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import field, frozen
from prometheus_client.parser import text_string_to_metric_families

from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, GENERATE, GENERATE_STREAM, get
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import OK, UNPROCESSABLE, expect, expect_answer, expect_status
from tgi_conformance.requirements.answers import documented_answer
from tgi_conformance.requirements.counters import never_fall
from tgi_conformance.requirements.exposition import exposition
from tgi_conformance.requirements.framing import head_as_get
from tgi_conformance.requirements.methods import get_alone
from tgi_conformance.requirements.tokens import counted
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client import Metric

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "metrics", "GET /metrics")
SOURCE = "#/paths/~1metrics/get/responses/200"
FAMILIES = (
    "tgi_batch_current_size",
    "tgi_queue_size",
    "tgi_request_count",
    "tgi_request_duration",
    "tgi_request_generated_tokens",
    "tgi_request_inference_duration",
    "tgi_request_input_length",
    "tgi_request_max_new_tokens",
    "tgi_request_mean_time_per_token_duration",
    "tgi_request_queue_duration",
    "tgi_request_success",
    "tgi_request_validation_duration",
)
COUNTED = (GENERATE, GENERATE_STREAM, CHAT, COMPLETIONS)
SCRAPES = 4
WINDOWS = 3
STANDS_STILL, A_WHILE = 20, 2  # seconds: how long a page is waited for, and how often it is looked at
CLOCKS = 0.02  # seconds by which two clocks may differ
Series = tuple[str, tuple[tuple[str, str], ...]]  # name and labels
ResponseCache = dict[Series, float]

documented_answer(CATALOGUE, get("/metrics"), media_type="text/plain", also=("application/openmetrics-text",))


exposition(CATALOGUE)
get_alone(CATALOGUE)
head_as_get(CATALOGUE)


def _samples(exchange: Exchange) -> tuple[ResponseCache, dict[str, str]]:
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
def parse(context: Context) -> None:
    """Parse it."""
    samples, _ = _samples(context.send(get("/metrics")))
    expect(bool(samples), "samples", "none")


@CATALOGUE.add(
    "requests-are-measured",
    "After a request there are the families of counts, tokens, durations and queue that TGI has.",
    source="behaviour.md#metrics",
    level=Level.SHOULD,
    needs=(GENERATE.operation,),
    why="Dashboards and autoscalers read them (text-generation-inference#2184).",
)
def measured(context: Context) -> None:
    """Look for the families that dashboards read; histograms and counters have suffixes."""
    context.cached(GENERATE.ask())
    exchange = context.send(get("/metrics"))
    names = {name for name, _ in _samples(exchange)[0]}
    missing = [family for family in FAMILIES if not any(name.startswith(family) for name in names)]
    expect(not missing, "the families of TGI", f"without {', '.join(missing)}", exchange)


@CATALOGUE.add(
    "counters-only-grow",
    "No counter falls while requests are sent.",
    source=SOURCE,
    needs=(GENERATE.operation,),
    alone=True,
    why="rate() of a counter that falls is garbage.",
)
def grow(context: Context) -> None:
    """Compare before and after a request."""
    _unless_several(context)
    before, types = _samples(context.send(get("/metrics")))
    context.send(GENERATE.ask())
    exchange = context.send(get("/metrics"))
    after, _ = _samples(exchange)
    counters = {key for key in before if _counts(key[0], types)}
    fallen = [key[0] for key in counters if after.get(key, 0.0) < before[key]]
    expect(not fallen, "counters that only grow", fallen[:5], exchange)


@CATALOGUE.add(
    "counters-and-histograms-are-well-formed",
    "Counts are declared counters; a histogram's buckets only grow, and the last one holds its count.",
    source=SOURCE,
    needs=(GENERATE.operation,),
    why="Quantiles of buckets that do not add up are garbage.",
)
def well_formed(context: Context) -> None:
    """Look at each family of TGI's."""
    context.cached(GENERATE.ask())
    exchange = context.send(get("/metrics"))
    _samples(exchange)
    for family in text_string_to_metric_families(exchange.response.text):
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
        whole = labels not in counts or values[-1] == counts[labels]
        expect(
            whole, f"{family.name}: the last bucket holds all", (values[-1:], counts.get(labels)), exchange
        )


@CATALOGUE.add(
    "metrics-count-what-was-sent",
    "Requests, successes, generated tokens and seconds grow by what was answered, and by nothing else.",
    source="behaviour.md#metrics",
    level=Level.SHOULD,
    needs=(GENERATE.operation,),
    alone=True,
    why="Autoscalers and bills go by them.",
)
def count_what_was_sent(context: Context) -> None:
    """Send good requests and a refused one between scrapes; where others send too, no window fits alike."""
    _unless_several(context)
    exchange, problems = _window(context)
    for _ in range(WINDOWS - 1):
        if not problems:
            return
        before = problems
        exchange, problems = _window(context)
        if problems and problems != before:
            raise UnsupportedError("others use the deployment too: each window counts something else")
    if not problems:
        return
    if all(problem.grown == 0 for problem in problems):
        _unless_written_now_and_then(context, exchange)
    problem = problems[0]
    promised = f"{problem.name} to grow by {problem.least:g} to {problem.most:g}"
    expect(False, promised, problem.grown, exchange)


@frozen
class Problem:
    """What grew by more or less than it should have; two are equal where the same grew alike."""

    name: str
    least: float
    most: float = field(eq=False)
    grown: float = field(eq=round)


def _window(context: Context) -> tuple[Exchange, list[Problem]]:
    """Give the later scrape of a window, and what grew by more or less than it should have."""
    before, _ = _samples(context.send(get("/metrics")))
    started, tokens = time.monotonic(), 0
    forms = [form for form in COUNTED if form.operation not in context.capabilities.absent]
    openai = sum(form.dialect != "generate" for form in forms)
    for form in forms:
        answer = expect_answer(form, context.send(form.ask(**counted(form))))
        tokens += answer.generated or 0
    seconds = time.monotonic() - started
    expect_status(context.send(GENERATE.ask(tokens=1, temperature=-1.0)), UNPROCESSABLE)
    exchange = context.send(get("/metrics"))
    after, _ = _samples(exchange)
    expected = {
        # A refused request may count, and is no success; TGI counts the OpenAI-style ones on the way in, too.
        "tgi_request_count": (len(forms), len(forms) + openai + 1),
        "tgi_request_success": (len(forms), len(forms)),
        "tgi_request_generated_tokens_sum": (tokens, tokens),
        "tgi_request_duration_sum": (0, seconds + CLOCKS),
    }
    grown = {name: _sum(after, name) - _sum(before, name) for name in expected}
    wrong = [name for name, (least, most) in expected.items() if not least <= grown[name] <= most]
    return exchange, [Problem(name, *expected[name], grown[name]) for name in wrong]


def _unless_written_now_and_then(context: Context, exchange: Exchange) -> None:
    """Wait for a page that stood still; raises UnsupportedError where it moves later, as a collector's."""
    for _ in range(STANDS_STILL // A_WHILE):
        time.sleep(A_WHILE)
        if context.send(get("/metrics")).response.body != exchange.response.body:
            raise UnsupportedError("a collector writes the page now and then")


def _unless_several(context: Context) -> None:
    """Scrape a few times; raises UnsupportedError where counters go back and forth, as of several servers."""
    scrapes = [_samples(context.send(get("/metrics"))) for _ in range(SCRAPES)]
    types = scrapes[0][1]
    for key in scrapes[0][0]:
        if _counts(key[0], types):
            values = [samples.get(key, 0.0) for samples, _ in scrapes]
            steps = {(b > a) - (b < a) for a, b in pairwise(values)}
            if {1, -1} <= steps:
                raise UnsupportedError(f"{key[0]} goes up and down: several servers answer")


def _sum(samples: Mapping[Series, float], family: str) -> float:
    return sum(value for (name, _), value in samples.items() if name in {family, f"{family}_total"})


def _counts(name: str, types: dict[str, str]) -> bool:
    family = name
    for suffix in ("_total", "_count", "_bucket", "_sum", "_created"):
        family = family.removesuffix(suffix)
    kind = types.get(name) or types.get(family)
    return kind == "counter" or (kind == "histogram" and name.endswith(("_count", "_bucket")))


def _counters(exchange: Exchange) -> ResponseCache:
    samples, types = _samples(exchange)
    own = {key: value for key, value in samples.items() if key[0].startswith("tgi_")}
    return {key: value for key, value in own.items() if _counts(key[0], types)}


never_fall(CATALOGUE, _counters, lambda samples: _sum(samples, "tgi_request_success"))
