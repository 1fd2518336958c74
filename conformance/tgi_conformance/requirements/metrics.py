"""GET /metrics: what TGI measures, and whether it adds up to what was sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import field, frozen

from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, GENERATE, GENERATE_STREAM
from tgi_conformance.protocol.routes import METRICS
from tgi_conformance.requirements._counting import counted
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._prometheus import SCRAPE, need_one_server, samples_of, total
from tgi_conformance.requirements._verify import UNPROCESSABLE, expect, expect_answer, expect_status
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

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
WINDOWS = 3
REFRESHED, PAUSE = 20, 2  # seconds: how long an unchanged page is watched, and how often
CLOCKS = 0.02  # seconds by which two clocks may differ


@requirement(
    "requests-are-measured",
    "After a request /metrics has TGI's metric families for requests, tokens, durations and the queue.",
    route=METRICS,
    source="behaviour.md#metrics",
    category="metrics",
    level=SHOULD,
    needs=(GENERATE.operation,),
    why="Dashboards and autoscalers read them (text-generation-inference#2184).",
)
def requests_are_measured(context: Context) -> None:
    context.cached(GENERATE.ask())
    exchange = context.send(SCRAPE)
    names = {name for name, _ in samples_of(exchange)[0]}  # histograms and counters have suffixes
    missing = [family for family in FAMILIES if not any(name.startswith(family) for name in names)]
    expect(not missing, "the metric families of TGI", f"without {', '.join(missing)}", exchange)


@requirement(
    "metrics-count-what-was-sent",
    "Counts of requests, successes and generated tokens, and the sum of durations, grow by what was answered "
    "and by nothing else.",
    route=METRICS,
    source="behaviour.md#metrics",
    category="metrics",
    level=SHOULD,
    needs=(GENERATE.operation,),
    alone=True,
    why="Autoscaling and billing rely on them.",
)
def metrics_count_what_was_sent(context: Context) -> None:
    """Send valid requests and an invalid one between scrapes, again if others may be sending requests too."""
    need_one_server(context)
    exchange, problems = _window(context)
    for _ in range(WINDOWS - 1):
        if not problems:
            return
        before = problems
        exchange, problems = _window(context)
        if problems and problems != before:
            raise UnsupportedError("other clients use the deployment too: the metrics grow irregularly")
    if not problems:
        return
    if all(problem.growth == 0 for problem in problems):
        _need_live_metrics(context, exchange)
    problem = problems[0]
    promised = f"{problem.name} to grow by {problem.least:g} to {problem.most:g}"
    expect(False, promised, problem.growth, exchange)


@frozen
class Problem:
    """A metric that grew too little or too much; two are equal where the same one grew alike."""

    name: str
    least: float
    most: float = field(eq=False)
    growth: float = field(eq=round)


def _window(context: Context) -> tuple[Exchange, list[Problem]]:
    """Send requests between two scrapes; give the later scrape, and what grew by too little or too much."""
    before, _ = samples_of(context.send(SCRAPE))
    started, tokens = time.monotonic(), 0
    forms = [form for form in COUNTED if form.operation not in context.capabilities.absent]
    openai = sum(form.dialect != "generate" for form in forms)
    for form in forms:
        answer = expect_answer(form, context.send(form.ask(**counted(form))))
        tokens += answer.generated or 0
    seconds = time.monotonic() - started
    expect_status(context.send(GENERATE.ask(tokens=1, temperature=-1.0)), UNPROCESSABLE)
    exchange = context.send(SCRAPE)
    after, _ = samples_of(exchange)
    expected = {
        # A refused request may count, but not as a success; TGI counts OpenAI-style ones on arrival as well.
        "tgi_request_count": (len(forms), len(forms) + openai + 1),
        "tgi_request_success": (len(forms), len(forms)),
        "tgi_request_generated_tokens_sum": (tokens, tokens),
        "tgi_request_duration_sum": (0, seconds + CLOCKS),
    }
    growth = {name: total(after, name) - total(before, name) for name in expected}
    wrong = [name for name, (least, most) in expected.items() if not least <= growth[name] <= most]
    return exchange, [Problem(name, *expected[name], growth[name]) for name in wrong]


def _need_live_metrics(context: Context, exchange: Exchange) -> None:
    """Watch an unchanged page; raises UnsupportedError where it changes later, as a collector's does."""
    for _ in range(REFRESHED // PAUSE):
        time.sleep(PAUSE)
        if context.send(SCRAPE).response.body != exchange.response.body:
            raise UnsupportedError("a collector refreshes /metrics from time to time")
