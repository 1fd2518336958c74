"""Execute several requirements at a time; those that need the deployment to themselves come one by one."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from tgi_conformance.engine.execute import Executed, execute
from tgi_conformance.results.levels import Outcome
from tgi_conformance.session.probes import EXACT, probe_closely
from tgi_conformance.session.response_cache import ResponseCache

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.requirements import Requirement
    from tgi_conformance.session.session import Session

CHANCES = 2  # more of a requirement that compares answers, where decoding is not exact


@define
class Scheduler:
    """Requirements under way; a result is waited for when it is asked for."""

    session: Session
    concurrency: int
    _futures: dict[str, Future[Executed]] = field(factory=dict, init=False)
    _executor: ThreadPoolExecutor | None = field(default=None, init=False)
    _looked: bool = field(default=False, init=False)

    def start(self, requirements: Iterable[Requirement]) -> None:
        """Begin with those that may be checked side by side, as many as the deployment takes at a time."""
        limit = self.session.capabilities.limit("max_concurrent_requests") or self.concurrency
        self._executor = ThreadPoolExecutor(min(limit, self.concurrency), thread_name_prefix="requirement")
        for requirement in requirements:
            if not requirement.alone:
                self._futures[requirement.id] = self._executor.submit(execute, requirement, self.session)

    def result(self, requirement: Requirement) -> Executed:
        """Wait for a requirement; one that must be alone is executed when nothing else is under way.

        A failure that may be due to decoding that is not exact is looked at again: alone, then after a closer
        probe, and a few times where a tie may have fallen otherwise.
        """
        future = self._futures.get(requirement.id)
        if future is not None and not self._may_be_disturbed(requirement, future.result()):
            return future.result()
        for other in self._futures.values():
            other.exception()
        executed = self._alone(requirement)
        if not self._may_be_disturbed(requirement, executed) or not self._disturbed():
            return executed
        for _ in range(CHANCES):
            executed = self._alone(requirement)
            if not self._may_be_disturbed(requirement, executed):
                break
        return executed

    def close(self) -> None:
        """Drop what was not begun and wait for the rest."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        self.session.sender.client.close()

    def _alone(self, requirement: Requirement) -> Executed:
        return execute(requirement, evolve(self.session, cache=ResponseCache(self.session.sender)))

    def _disturbed(self) -> bool:
        """Tell whether decoding is not exact; where it seemed to be, look closely, once."""
        if EXACT not in self.session.capabilities.absent and not self._looked:
            self._looked = True
            found = probe_closely(ResponseCache(self.session.sender), self.session.capabilities)
            self.session = evolve(self.session, capabilities=found)
        return EXACT in self.session.capabilities.absent

    def _may_be_disturbed(self, requirement: Requirement, executed: Executed) -> bool:
        """Tell whether a failure may be due to batches, which change decoding."""
        hangs = self.session.sender.hangs.has_given_up(requirement.group)
        failed = executed.result.outcome is Outcome.FAILED
        return "reproducible" in requirement.needs and failed and not hangs
