"""One engine for all tests of it: it keeps nothing between runs but what it remembers for speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tgi_reference.engine import Engine, Finish, SamplingParameters, Step

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTION = "What is Deep Learning?"


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="session")
def write(engine: Engine) -> Callable[..., list[Step]]:
    """Write after a prompt, 20 tokens unless told otherwise."""

    def steps(prompt: str = QUESTION, **parameters: Any) -> list[Step]:
        settings = SamplingParameters(**{"max_new_tokens": 20, **parameters})
        return list(engine.generate(engine.encode(prompt).ids, settings))

    return steps


@pytest.fixture(scope="session")
def end(write: Callable[..., list[Step]]) -> Callable[..., Finish]:
    """Write likewise, and give the finish."""

    def finish(prompt: str = QUESTION, **parameters: Any) -> Finish:
        last = write(prompt, **parameters)[-1].finish
        assert last is not None
        return last

    return finish
