"""The families of ``/metrics``, named and shaped as the router's, in a registry of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric
    from prometheus_client.samples import Sample

CONTENT_TYPE: Final = "text/plain; charset=utf-8"
_SECONDS: Final = tuple(0.0001 * 1.5**power for power in range(35))
_TOKENS: Final = tuple(2.0**power for power in range(15))
_SIZES: Final = tuple(2.0**power for power in range(8))
_METHOD: Final = ("method",)
# Parts of a sample's name that prometheus_client adds and the router does not have.
_CREATED: Final = "_created"
_TOTAL: Final = "_total"


class Metrics:
    """All families. Durations are in seconds, lengths in tokens."""

    def __init__(self, max_total_tokens: int) -> None:
        self._registry = CollectorRegistry()
        self._counters()
        self._request_histograms()
        self._batch_families()
        self._max_total_tokens = max_total_tokens

    def _counters(self) -> None:
        self.requests = self._counter("tgi_request_count", "Requests that reached the API")
        self.successes = self._counter("tgi_request_success", "Requests answered with a whole generation")
        self.failures = self._counter("tgi_request_failure", "Requests that failed, by kind", ("err",))
        self.cancelled = self._counter(
            "tgi_reference_cancelled_generations", "Generations stopped since their client went away"
        )
        self.in_flight = Gauge(
            "tgi_reference_generations_in_flight", "Generations that are running", registry=self._registry
        )
        self.skipped_tokens = Summary(
            "tgi_request_skipped_tokens", "Speculated tokens of a request", registry=self._registry
        )

    def _request_histograms(self) -> None:
        seconds = (
            ("duration", "From arrival to the last token"),
            ("validation_duration", "From arrival to the queue"),
            ("queue_duration", "In the queue"),
            ("inference_duration", "From the queue to the last token"),
            ("mean_time_per_token_duration", "Inference by generated token"),
        )
        self.durations = {
            name: self._histogram(f"tgi_request_{name}", text, _SECONDS) for name, text in seconds
        }
        self.generated_tokens = self._histogram(
            "tgi_request_generated_tokens", "Generated tokens of a request", _TOKENS
        )
        self.input_length = self._histogram("tgi_request_input_length", "Prompt tokens of a request", _TOKENS)
        self.max_new_tokens = self._histogram(
            "tgi_request_max_new_tokens", "Tokens that a request may generate", _TOKENS
        )

    def _batch_families(self) -> None:
        self.queue_size = Gauge("tgi_queue_size", "Requests that wait", registry=self._registry)
        self.batch_size = Gauge("tgi_batch_current_size", "Requests in the batch", registry=self._registry)
        self.batch_tokens = Gauge(
            "tgi_batch_current_max_tokens", "Tokens that the batch may reach", registry=self._registry
        )
        self.inferences = self._counter("tgi_batch_inference_count", "Calls of the model", _METHOD)
        self.inference_successes = self._counter(
            "tgi_batch_inference_success", "Calls of the model that succeeded", _METHOD
        )
        self.next_size = self._histogram("tgi_batch_next_size", "Requests in a new batch", _SIZES)
        self.batch_durations = {
            name: self._histogram(f"tgi_batch_{name}_duration", text, _SECONDS, _METHOD)
            for name, text in (
                ("inference", "A call of the model as a whole"),
                ("forward", "A call of the model: its forward pass"),
                ("decode", "A call of the model: choosing tokens"),
                ("filter", "A call of the model: sorting out what has ended"),
            )
        }

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(name, text, labels, registry=self._registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()
    ) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self._registry)

    def started(self, in_flight: int) -> None:
        """A generation was admitted: so many are in flight now."""
        self.next_size.observe(1)
        self.changed(in_flight)

    def changed(self, in_flight: int) -> None:
        """The number of generations in flight changed."""
        self.in_flight.set(in_flight)
        self.batch_size.set(in_flight)
        self.batch_tokens.set(in_flight * self._max_total_tokens)

    def inferred(self, method: str, count: int, seconds: float) -> None:
        """``count`` calls of the model took so long together."""
        self.inferences.labels(method).inc(count)
        self.inference_successes.labels(method).inc(count)
        for name, share in (("inference", 1.0), ("forward", 0.9), ("decode", 0.1), ("filter", 0.0)):
            self.batch_durations[name].labels(method).observe(share * seconds / count)

    def failed(self, kind: str) -> None:
        """A request failed."""
        if kind:
            self.failures.labels(kind).inc()

    def render(self) -> str:
        """The text that a scrape gets."""
        lines: list[str] = []
        for family in self._registry.collect():
            lines.extend(_lines(family))
            lines.append("")
        return "\n".join(lines)


def _lines(family: Metric) -> Iterator[str]:
    """One family in the classic text format; counters keep their names, as the router's do."""
    yield f"# HELP {family.name} {family.documentation}"
    yield f"# TYPE {family.name} {family.type}"
    for sample in family.samples:
        if not sample.name.endswith(_CREATED):
            yield _line(family, sample)


def _line(family: Metric, sample: Sample) -> str:
    name = sample.name.removesuffix(_TOTAL) if family.type == "counter" else sample.name
    labels = ",".join(f'{key}="{value}"' for key, value in sample.labels.items())
    return f"{name}{{{labels}}} {sample.value}" if labels else f"{name} {sample.value}"
