"""Runs jobs: admitted, in slices that leave the server responsive, as long as somebody listens.

All generations share one processor. Each computes a few milliseconds at a time, one after the other, so that
``/health`` is quick under any load and streams advance side by side, as in the router's batch.
"""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tgi_reference.generation.errors import ApiError, GenerationError, IncompleteError
from tgi_reference.generation.generation import Generation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Iterator

    from tgi_reference.engine import Encoding, Step
    from tgi_reference.generation.admission import Admission
    from tgi_reference.generation.backend import Backend
    from tgi_reference.generation.client import Client
    from tgi_reference.generation.job import Job
    from tgi_reference.generation.metrics import Metrics
    from tgi_reference.generation.validation import Validator
    from tgi_reference.wire.requests import GenerateRequest

SLICE: Final = 0.002  # seconds of computing at a time
LARGE: Final = 50_000  # characters of a text, or bytes of a body, that take longer than a slice

T = TypeVar("T")


class ClientGoneError(Exception):
    """The client closed its connection; there is nobody to answer."""


async def together(runs: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of all, run side by side; the first that fails stops the others."""
    tasks = [asyncio.ensure_future(one) for one in runs]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


class Generator:
    """Turns requests into steps."""

    def __init__(
        self,
        validator: Validator,
        backend: Backend,
        admission: Admission,
        metrics: Metrics,
        token_latency: float,
    ) -> None:
        self._validator = validator
        self._backend = backend
        self._admission = admission
        self._metrics = metrics
        self._latency = token_latency
        self._processor = asyncio.Lock()

    async def whole(self, request: GenerateRequest, client: Client) -> Generation:
        """Run a request to its end.

        Raises:
            ApiError: it is refused, or fails.
            ClientGoneError: nobody waits for the answer any more.
        """
        generation = Generation(request)
        async for steps in self.slices(generation, client):
            generation.steps.extend(steps)
        return generation

    async def slices(self, generation: Generation, client: Client) -> AsyncGenerator[list[Step], None]:
        """Run a request; give the steps as they come, several at a time when they come fast.

        Raises:
            ApiError: it is refused, or fails.
            ClientGoneError: nobody waits for the answer any more.
        """
        try:
            with self._admission.permit():
                self._metrics.started(self._admission.in_flight)
                async for steps in self._admitted(generation, client):
                    yield steps
        except ApiError as error:
            self._metrics.failed(error.metric)
            raise
        except ClientGoneError:
            self._metrics.cancelled.inc()
            raise
        finally:
            self._metrics.changed(self._admission.in_flight)
        self._record(generation)

    async def _admitted(self, generation: Generation, client: Client) -> AsyncGenerator[list[Step], None]:
        job = await self._validated(generation)
        with self._backend.batch.running(generation):
            steps = await self._prefill(generation, job)
            while generation.finish is None:
                if self._latency:
                    await client.wait(self._latency)
                if client.has_left:
                    raise ClientGoneError
                done, error = await self._decode(generation, steps)
                if done:
                    yield done
                if error is not None:
                    raise error
        generation.timings.ended = perf_counter()

    async def _validated(self, generation: Generation) -> Job:
        """Check the request, which is a slice too: prompts are long, schemas have to be compiled."""
        request = generation.request
        job = await self._computed(len(request.inputs), lambda: self._validator.validate(request))
        generation.input_length = job.input_length
        generation.prompt_length = len(job.ids)
        generation.timings.queued = perf_counter()
        self._metrics.input_length.observe(job.input_length)
        self._metrics.max_new_tokens.observe(job.parameters.max_new_tokens)
        return job

    async def encode(self, text: str) -> Encoding:
        """A text as tokens, without any limit on its length."""
        return await self._computed(len(text), lambda: self._backend.engine.encode(text))

    async def _computed(self, size: int, compute: Callable[[], T]) -> T:
        """The result of what takes longer the larger it is: in a thread when it would keep others waiting."""
        async with self._processor:
            return await asyncio.to_thread(compute) if size > LARGE else compute()

    async def _prefill(self, generation: Generation, job: Job) -> Iterator[Step]:
        async with self._processor:
            generation.timings.started = start = perf_counter()
            generation.prefill, steps = self._backend.prefill(job)
            self._metrics.inferred("prefill", 1, perf_counter() - start)
        return steps

    async def _decode(
        self, generation: Generation, steps: Iterator[Step]
    ) -> tuple[list[Step], ApiError | None]:
        """Compute for one slice, or one step of a slow model. An error comes after the steps before it."""
        done: list[Step] = []
        error: ApiError | None = None
        async with self._processor:
            start = perf_counter()
            try:
                self._compute(generation, steps, done, 0.0 if self._latency else start + SLICE)
            except ApiError as problem:
                error = problem
        if done:
            self._metrics.inferred("decode", len(done), perf_counter() - start)
        # Everybody else gets a turn before the next slice.
        await asyncio.sleep(0)
        return done, error

    def _compute(self, generation: Generation, steps: Iterator[Step], done: list[Step], until: float) -> None:
        decode = self._backend.decode
        while True:
            if generation.failure is not None:
                raise GenerationError(generation.failure)
            step = decode(steps)
            if step is None:
                raise IncompleteError
            done.append(step)
            if step.finish is not None:
                generation.finish = step.finish
                return
            if perf_counter() >= until:
                return

    def _record(self, generation: Generation) -> None:
        metrics, timings = self._metrics, generation.timings
        tokens = generation.finish.generated_tokens if generation.finish else 0
        metrics.successes.inc()
        metrics.generated_tokens.observe(tokens)
        metrics.skipped_tokens.observe(0)
        for name, seconds in (
            ("duration", timings.total),
            ("validation_duration", timings.validation),
            ("queue_duration", timings.queue),
            ("inference_duration", timings.inference),
            ("mean_time_per_token_duration", timings.inference / max(tokens, 1)),
        ):
            metrics.durations[name].observe(seconds)
