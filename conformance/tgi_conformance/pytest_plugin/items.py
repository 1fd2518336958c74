"""Requirements as pytest items."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from tgi_common.access import AccessError
from tgi_common.text import escaped
from tgi_conformance.config.profiles import profiles_of
from tgi_conformance.config.settings import Settings, run_config_of
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.engine.prepare import find_blocker, prepare
from tgi_conformance.engine.scheduler import Scheduler
from tgi_conformance.pytest_plugin.markers import marker_of
from tgi_conformance.pytest_plugin.stash import LOCK, RUN
from tgi_conformance.pytest_plugin.worker_lock import WorkerLock
from tgi_conformance.reports.signs import REPORT_IT
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Level, Outcome
from tgi_conformance.results.report import WHOLE_RUN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.requirements import Requirement
    from tgi_conformance.results.report import Result
    from tgi_conformance.session.session import Session


class PytestRun:
    """The run of a pytest session.

    A worker of xdist does not know which items it will get, so it starts none before pytest runs it. A lock
    between the workers lets some requirements run alone.
    """

    def __init__(self, pytest_config: pytest.Config) -> None:
        self.config = _run_config(pytest_config)
        self.session: Session = prepare(self.config)
        problem = find_blocker(self.session)
        if problem:
            self.close()
            target = self.config.target
            raise pytest.UsageError(f"{target.shown_url}: {target.scrub(problem)}")
        lock = getattr(pytest_config, "workerinput", {}).get(LOCK)
        self._lock = WorkerLock(lock) if lock else None
        self._scheduler = Scheduler(self.session, self.config.concurrency)

    def start(self, items: Iterable[pytest.Item]) -> None:
        """Start the collected requirements."""
        collected = [item.requirement for item in items if isinstance(item, RequirementItem)]
        self._scheduler.start(() if self._lock else collected)

    def result(self, requirement: Requirement) -> Result:
        """Wait for a requirement."""
        held: AbstractContextManager[None] = nullcontext()
        if self._lock:
            held = self._lock.held(alone=requirement.alone)
        with held:
            executed = self._scheduler.result(requirement)
        if executed is None:
            pytest.exit("the run was stopped")
        return executed.result

    def finish(self) -> None:
        """Cancel what has not started."""
        self._scheduler.close()

    def close(self) -> None:
        """Close the connections."""
        self.session.sender.client.close()


def _run_config(pytest_config: pytest.Config) -> RunConfig:
    option = pytest_config.getoption
    settings = Settings(
        option("--tgi-url"),
        api_key_env=option("--tgi-api-key-env"),
        headers=tuple(option("--tgi-header")),
        depth=option("--tgi-depth"),
        seed=option("--tgi-seed"),
        only=tuple(option("--tgi-only")),
        skip=tuple(option("--tgi-skip")),
        profile=tuple(option("--tgi-profile")),
    )
    try:
        return run_config_of(settings)
    except (AccessError, UsageError) as error:
        raise pytest.UsageError(str(error)) from None


class RequirementsFile(pytest.File):
    """Every requirement; without a deployment its items are skipped."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each requirement that the run selects."""
        run = self.config.stash.get(RUN, None)
        for requirement in requirements():
            if run is None or run.config.selects(requirement):
                yield RequirementItem.from_parent(self, name=requirement.id, requirement=requirement)


def is_about_the_whole_run(item: pytest.Item) -> bool:
    """Whether an item is a requirement about the whole run, to be checked after all others."""
    return isinstance(item, RequirementItem) and item.requirement.route == WHOLE_RUN


class BrokenError(Exception):
    """A result that fails the item; pytest shows the result instead of a traceback."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.id)
        self.result = result


class RequirementItem(pytest.Item):
    """One requirement; a failed SHOULD or MAY is an xfail, since it does not fail a run either."""

    def __init__(self, *, requirement: Requirement, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.requirement = requirement
        self.add_marker(requirement.level.value.lower())
        for profile in profiles_of(requirement):
            self.add_marker(marker_of(profile))

    def runtest(self) -> None:
        """Turn the requirement's outcome into pytest's."""
        run = self.config.stash.get(RUN, None)
        if run is None:
            pytest.skip("no deployment given: use --tgi-url URL")
        result = run.result(self.requirement)
        if result.outcome is Outcome.UNSUPPORTED:
            pytest.skip(escaped(result.reason))
        if result.outcome is Outcome.KNOWN_DEVIATION:
            pytest.xfail(escaped(f"known deviation: {result.reason}"))
        if result.outcome is Outcome.FAILED and result.level is not Level.MUST:
            pytest.xfail(escaped(f"{result.level.value}: expected {result.expected}, got {result.actual}"))
        if result.outcome not in {Outcome.PASSED, Outcome.INTERMITTENT}:
            raise BrokenError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:  # noqa: ARG002
        """Show the finding."""
        if not isinstance(excinfo.value, BrokenError):
            return str(excinfo.value)  # an xfail; every other exception has become an outcome
        result = excinfo.value.result
        lines = [f"{result.level.value} {result.id}: {result.statement}", f"  source:   {result.source}"]
        if result.outcome is Outcome.INCONCLUSIVE:
            lines += [f"  inconclusive: {result.reason}"]
        elif result.outcome is Outcome.ERROR:
            lines += [f"  internal error: {result.reason}", f"  {REPORT_IT}"]
        else:
            lines += [f"  expected: {result.expected}", f"  actual:   {result.actual}", f"  {result.curl}"]
        return "\n".join(map(escaped, lines))

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Name the item by its id."""
        return self.path, None, self.requirement.id
