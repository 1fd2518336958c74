"""Execute several requirements at a time; those that need the deployment to themselves run alone."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from tgi_conformance.engine.execute import Executed, execute
from tgi_conformance.results.levels import Outcome
from tgi_conformance.session.probes import EXACT, probe_repeatability
from tgi_conformance.session.response_cache import ResponseCache

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_conformance.requirements import Requirement
    from tgi_conformance.session.session import Session

SECONDS_TO_NOTICE = 0.1  # that the run was stopped
RETRIES = 2  # of a failed requirement that compares answers, if decoding is not exact


@define
class Scheduler:
    """Executes requirements in the background; `result` waits for one of them.

    Threads take the requirements from a queue. A future for each of a thousand would take more memory than
    their results, and a process may check many deployments at a time.
    """

    session: Session
    concurrency: int
    _queue: deque[Requirement] = field(factory=deque, init=False)
    _started: set[str] = field(factory=set, init=False)  # ids whose results were not asked for yet
    _executed: dict[str, Executed] = field(factory=dict, init=False)
    _changed: threading.Condition = field(factory=threading.Condition, init=False)
    _workers: list[Future[None]] = field(factory=list, init=False)
    _executor: ThreadPoolExecutor | None = field(default=None, init=False)
    _probed_again: bool = field(default=False, init=False)

    def start(self, requirements: Iterable[Requirement]) -> None:
        """Start the requirements that may run concurrently, as many as the deployment takes at a time."""
        limit = self.session.capabilities.limit("max_concurrent_requests") or self.concurrency
        threads = min(limit, self.concurrency)
        self._queue.extend(one for one in requirements if not one.alone)
        self._started.update(one.id for one in self._queue)
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="requirement")
        self._workers += [self._executor.submit(self._execute_queue) for _ in range(threads)]

    def _execute_queue(self) -> None:
        while self._queue and not self._stop.is_set():
            try:
                requirement = self._queue.popleft()
            except IndexError:  # another thread took the last one
                return
            executed = execute(requirement, self.session)
            with self._changed:
                self._executed[requirement.id] = executed
                self._changed.notify_all()

    def result(self, requirement: Requirement) -> Executed | None:
        """Wait for a requirement, whose result is given once; None if the run is stopped before it is done.

        One that must run alone is executed when no other is running. A failure that inexact decoding may
        explain is checked again alone. If it then fails otherwise, or a closer probe shows that decoding is
        inexact, it is checked a few more times, in case a tie was decided differently.
        """
        first = None
        if requirement.id in self._started:
            first = self._taken(requirement)
            if first is None or not self._may_be_inexact(requirement, first):
                return first
        if not self._all_done() or self._stop.is_set():
            return None
        executed = self._alone(requirement)
        # One that must be alone is not repeated just to compare: what it found may be a state that stays.
        if not self._may_differ(requirement, first or executed, executed):
            return executed
        for _ in range(RETRIES):
            executed = self._alone(requirement)
            if not self._may_be_inexact(requirement, executed):
                break
        return executed

    def close(self) -> None:
        """Cancel what has not started and wait for the rest, unless the run was stopped."""
        self._queue.clear()
        if self._executor is not None:
            self._executor.shutdown(wait=not self._stop.is_set())
        self.session.sender.client.close()

    @property
    def _stop(self) -> threading.Event:
        return self.session.sender.client.stop

    def _taken(self, requirement: Requirement) -> Executed | None:
        """Wait for a requirement that was started, and take it out; None if the run is stopped before."""
        with self._changed:
            while requirement.id not in self._executed and not self._stop.is_set():
                self._raise_if_one_crashed()
                self._changed.wait(SECONDS_TO_NOTICE)
            self._started.discard(requirement.id)
            return self._executed.pop(requirement.id, None)

    def _all_done(self) -> bool:
        """Wait until every requirement that was started is done or the run stopped; tell whether all are."""
        while not all(worker.done() for worker in self._workers) and not self._stop.is_set():
            wait(self._workers, timeout=SECONDS_TO_NOTICE)
        self._raise_if_one_crashed()
        return not self._queue and all(worker.done() for worker in self._workers)

    def _raise_if_one_crashed(self) -> None:
        for worker in self._workers:
            if worker.done():
                worker.result()

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
