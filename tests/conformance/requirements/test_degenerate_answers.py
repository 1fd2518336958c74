"""Every check meets answers that are next to nothing, and raises nothing but a finding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from tests.conformance.factories import make_session
from tests.conformance.requirements.degenerate import HOLLOW, answering_with

from tgi_conformance.engine.execute import execute
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.target import Target
from tgi_conformance.requirements import requirements
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Outcome
from tgi_conformance.session.capabilities import Capabilities

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.requirements._declaration import Requirement

# With nothing absent, every requirement is checked.
FACTS = Capabilities(
    info={
        "version": "3.3.6",
        "model_id": "model",
        "max_total_tokens": 1024,
        "max_input_tokens": 512,
        "max_concurrent_requests": 8,
        "max_best_of": 2,
        "max_stop_sequences": 4,
        "max_client_batch_size": 4,
    }
)
GENERATED = "generated data"  # which takes longer to generate than everything else takes together


def errors(url: str, every: Iterable[Requirement]) -> dict[str, str]:
    """What failed in the suite itself, by requirement."""
    session = make_session(
        Target(url), Bounds(request_seconds=5), capabilities=FACTS, deviations=shipped_deviations()
    )
    with ThreadPoolExecutor(4) as threads:
        results = [one.result for one in threads.map(lambda one: execute(one, session), every)]
    assert any(result.outcome is Outcome.FAILED for result in results)
    return {result.id: result.reason for result in results if result.outcome is Outcome.ERROR}


@pytest.mark.parametrize("name", HOLLOW)
def test_no_check_crashes(name: str) -> None:
    with answering_with(name) as url:
        assert {} == errors(url, [one for one in requirements() if one.category != GENERATED])


@pytest.mark.slow
@pytest.mark.parametrize("name", HOLLOW)
def test_no_check_crashes_if_everything_is_refused(name: str) -> None:
    with answering_with(name, refusing=True) as url:
        assert {} == errors(url, requirements())


@pytest.mark.slow
@pytest.mark.parametrize("name", HOLLOW)
def test_no_search_crashes(name: str) -> None:
    with answering_with(name) as url:
        assert {} == errors(url, [one for one in requirements() if one.category == GENERATED])
