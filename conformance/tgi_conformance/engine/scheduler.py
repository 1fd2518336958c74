"""Hold several requirements at a time, and those that want the deployment to themselves one after another."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from tgi_conformance.engine.execute import execute
from tgi_conformance.results.levels import Outcome
from tgi_conformance.session.capabilities import EXACT, probe_closely
from tgi_conformance.results.report import Result
from tgi_conformance.session.response_cache import ResponseCache
from tgi_conformance.session.context import Session, Context

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.requirements._declare import Requirement

CHANCES = 2  # more of a requirement that compares answers, where decoding is not exact
Judged = tuple[Result, Context]


@define
class Scheduler:
    """Requirements under way; a result is waited for when it is asked for."""

    session: Session
    concurrency: int
    _futures: dict[str, Future[Judged]] = field(factory=dict, init=False)
    _executor: ThreadPoolExecutor | None = field(default=None, init=False)
    _looked: bool = field(default=False, init=False)

    def start(self, requirements: Iterable[Requirement]) -> None:
        """Begin with those that may be held side by side."""
        self._executor = ThreadPoolExecutor(self.concurrency, thread_name_prefix="requirement")
        for requirement in requirements:
            if not requirement.alone:
                self._futures[requirement.id] = self._executor.submit(execute, requirement, self.session)

    def result(self, requirement: Requirement) -> Judged:
        """Wait for a requirement's result; one that must be alone is held when nothing else is under way.

        A failure that may be the doing of decoding that is not exact is looked at again: alone, then in the
        light of a closer probe, and a few times where a tie may have fallen otherwise.
        """
        future = self._futures.get(requirement.id)
        if future is not None and not self._may_be_disturbed(requirement, future.result()):
            return future.result()
        for other in self._futures.values():
            other.exception()
        judged = self._alone(requirement)
        if not self._may_be_disturbed(requirement, judged) or not self._disturbed():
            return judged
        for _ in range(CHANCES):
            judged = self._alone(requirement)
            if not self._may_be_disturbed(requirement, judged):
                break
        return judged

    def _alone(self, requirement: Requirement) -> Judged:
        return execute(requirement, evolve(self.session, cache=ResponseCache(self.session.client)))

    def _disturbed(self) -> bool:
        """Tell whether decoding is not exact; where it seemed to be, look closely, once."""
        if EXACT not in self.session.capabilities.absent and not self._looked:
            self._looked = True
            capabilities = probe_closely(ResponseCache(self.session.client), self.session.capabilities)
            self.session = evolve(self.session, capabilities=capabilities)
        return EXACT in self.session.capabilities.absent

    def _may_be_disturbed(self, requirement: Requirement, judged: Judged) -> bool:
        """Tell whether a failure may be the doing of batches, which change decoding."""
        hangs = self.session.client.hangs.has_given_up(requirement)
        return "reproducible" in requirement.needs and judged[0].outcome is Outcome.FAIL and not hangs

    def close(self) -> None:
        """Drop what was not begun and wait for the rest."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        self.session.client.close()
