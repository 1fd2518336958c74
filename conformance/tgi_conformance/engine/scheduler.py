"""Execute several requirements at a time; those that need the deployment to themselves run alone."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from tgi_conformance.engine.execute import Executed, execute
from tgi_conformance.results.levels import Outcome
from tgi_conformance.session.probes import EXACT, probe_repeatability
from tgi_conformance.session.response_cache import ResponseCache

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable

    from tgi_conformance.requirements import Requirement
    from tgi_conformance.session.session import Session

SECONDS_TO_NOTICE = 0.1  # that the run was stopped
RETRIES = 2  # of a failed requirement that compares answers, if decoding is not exact


@define
class Scheduler:
    """Executes requirements in the background; `result` waits for one of them."""

    session: Session
    concurrency: int
    _futures: dict[str, Future[Executed]] = field(factory=dict, init=False)
    _executor: ThreadPoolExecutor | None = field(default=None, init=False)
    _probed_again: bool = field(default=False, init=False)

    def start(self, requirements: Iterable[Requirement]) -> None:
        """Start the requirements that may run concurrently, as many as the deployment takes at a time."""
        limit = self.session.capabilities.limit("max_concurrent_requests") or self.concurrency
        self._executor = ThreadPoolExecutor(min(limit, self.concurrency), thread_name_prefix="requirement")
        for requirement in requirements:
            if not requirement.alone:
                self._futures[requirement.id] = self._executor.submit(execute, requirement, self.session)

    def result(self, requirement: Requirement) -> Executed | None:
        """Wait for a requirement; None if the run is stopped before it is done.

        One that must run alone is executed when no other is running. A failure that inexact decoding may
        explain is checked again alone. If it then fails otherwise, or a closer probe shows that decoding is
        inexact, it is checked a few more times, in case a tie was decided differently.
        """
        future = self._futures.get(requirement.id)
        if future is not None:
            if not self._done(future):
                return None
            if not self._may_be_inexact(requirement, future.result()):
                return future.result()
        if not all(map(self._done, self._futures.values())) or self._stop.is_set():
            return None
        executed = self._alone(requirement)
        # One that must be alone is not repeated just to compare: what it found may be a state that stays.
        first = executed if future is None else future.result()
        if not self._may_differ(requirement, first, executed):
            return executed
        for _ in range(RETRIES):
            executed = self._alone(requirement)
            if not self._may_be_inexact(requirement, executed):
                break
        return executed

    def close(self) -> None:
        """Cancel what has not started and wait for the rest, unless the run was stopped."""
        if self._executor is not None:
            self._executor.shutdown(wait=not self._stop.is_set(), cancel_futures=True)
        self.session.sender.client.close()

    @property
    def _stop(self) -> threading.Event:
        return self.session.sender.client.stop

    def _done(self, future: Future[Executed]) -> bool:
        """Wait until the future is done or the run stopped; tell whether it is done."""
        while not future.done() and not self._stop.is_set():
            wait([future], timeout=SECONDS_TO_NOTICE)
        return future.done()

    def _alone(self, requirement: Requirement) -> Executed:
        return execute(requirement, evolve(self.session, cache=ResponseCache(self.session.sender)))

    def _may_differ(self, requirement: Requirement, first: Executed, second: Executed) -> bool:
        """Whether a third check may differ from two failures, since they differ or decoding is inexact."""
        if not self._may_be_inexact(requirement, second):
            return False
        return self._decoding_is_inexact() or first.result.actual != second.result.actual

    def _decoding_is_inexact(self) -> bool:
        """Whether decoding is inexact; if it seemed exact, probe more closely, once."""
        if EXACT not in self.session.capabilities.absent and not self._probed_again:
            self._probed_again = True
            found = probe_repeatability(ResponseCache(self.session.sender), self.session.capabilities)
            self.session = evolve(self.session, capabilities=found)
        return EXACT in self.session.capabilities.absent

    def _may_be_inexact(self, requirement: Requirement, executed: Executed) -> bool:
        """Whether batching, which changes inexact decoding, may explain a failure."""
        hangs = self.session.sender.hangs.has_given_up(requirement.group)
        failed = executed.result.outcome is Outcome.FAILED
        return "reproducible" in requirement.needs and failed and not hangs
