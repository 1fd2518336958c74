"""The parts of a running server, as the routes get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_reference.api.openai.known import openai_routes
from tgi_reference.generation.admission import Admission
from tgi_reference.generation.backend import Backend
from tgi_reference.generation.generator import Generator
from tgi_reference.generation.metrics import Metrics
from tgi_reference.generation.validation import Validator

if TYPE_CHECKING:
    from tgi_reference.api.openai.v3_3 import OpenAi
    from tgi_reference.engine import Engine
    from tgi_reference.settings import Settings
    from tgi_reference.wire.requests import Shapes


@frozen
class Services:
    """Settings, the model behind them, and what counts its work."""

    settings: Settings
    engine: Engine
    backend: Backend
    generator: Generator
    metrics: Metrics
    openai: OpenAi

    @property
    def shapes(self) -> Shapes:
        """The bodies that the routes read."""
        return self.settings.shapes


def make_services(settings: Settings, engine: Engine) -> Services:
    """The parts of a server with these settings and this model."""
    metrics = Metrics(settings.max_total_tokens)
    backend = Backend(
        engine,
        failure_prompts=settings.failure_prompts,
        down=settings.backend_down,
        fails_as_one=settings.fidelity.failures_take_the_batch,
    )
    generator = Generator(
        Validator(settings, engine),
        backend,
        Admission(settings.max_concurrent_requests),
        metrics,
        settings.token_latency,
    )
    return Services(settings, engine, backend, generator, metrics, openai_routes(settings, engine))
