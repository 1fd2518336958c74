"""Requirements as pytest items, and the one who conducts them."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field

from tgi_common.access import AccessError, parse_header, parse_url
from tgi_common.text import escaped
from tgi_conformance.deviations import shipped_deviations
from tgi_conformance.judge import judge
from tgi_conformance.levels import Depth, Level, Outcome
from tgi_conformance.options import Options
from tgi_conformance.pool import Pool
from tgi_conformance.preparation import cannot_begin, prepare
from tgi_conformance.progress import Progress
from tgi_conformance.pytest_plugin import CONDUCTOR, LOCK
from tgi_conformance.report import WHOLE_RUN
from tgi_conformance.reports.signs import REPORT_IT
from tgi_conformance.routes import catalogues, requirements
from tgi_conformance.target import Target, key_from
from tgi_conformance.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tgi_conformance.report import Result
    from tgi_conformance.requirement import Requirement
    from tgi_conformance.trial import Setting, Trial


@define
class Conductor:
    """Holds the requirements that pytest collected, and keeps what came of them.

    Where xdist has several workers share the items, `turns` keeps apart what must be alone, and nothing is
    begun before pytest asks for it: a worker does not know which items it will get.
    """

    options: Options
    setting: Setting
    on_progress: Callable[[Progress], None] = lambda _: None
    trials: list[tuple[Result, Trial]] = field(factory=list)
    turns: Turns | None = None
    _pool: Pool | None = None
    _total: int = 0

    @classmethod
    def from_pytest(cls, config: pytest.Config) -> Conductor:
        """Read the options of a user's own pytest; raises pytest.UsageError."""
        name = config.getoption("--tgi-api-key-env")
        try:
            target = Target(
                parse_url(config.getoption("--tgi-url")),
                key_from(name) if name is not None else None,
                tuple(parse_header(text) for text in config.getoption("--tgi-header")),
            )
        except AccessError as error:
            raise pytest.UsageError(str(error)) from None
        options = Options(
            target,
            Depth(config.getoption("--tgi-level")),
            config.getoption("--tgi-seed"),
            deviations=shipped_deviations(),
        )
        setting = prepare(options)
        problem = cannot_begin(setting)
        if problem:
            setting.client.close()
            raise pytest.UsageError(f"{target.shown_url}: {target.scrub(problem)}")
        lock = getattr(config, "workerinput", {}).get(LOCK)
        return cls(options, setting, turns=Turns(lock) if lock else None)

    @contextmanager
    def under_way(self, items: Iterable[pytest.Item]) -> Iterator[None]:
        """Begin with the collected requirements; at the end drop what was not begun."""
        held = [item.requirement for item in items if isinstance(item, RequirementItem)]
        self._total = len(held)
        at_a_time = self.setting.facts.limit("max_concurrent_requests") or self.options.concurrency
        self._pool = Pool(self.setting, min(at_a_time, self.options.concurrency))
        self._pool.start(() if self.turns else held)
        try:
            yield
        finally:
            self._pool.close()

    def look_back(self) -> None:
        """Hold what is about the whole run though it was not asked for, where it has something to tell."""
        held = {result.id for result, _ in self.trials}
        for requirement in requirements():
            if requirement.route == WHOLE_RUN and not held & {requirement.id} and self.options.only:
                judged = judge(requirement, self.setting)
                if judged[0].outcome is not Outcome.PASS:
                    self.trials.append(judged)

    def result(self, requirement: Requirement) -> Result:
        """Wait for what came of a requirement."""
        assert self._pool is not None  # noqa: S101 - pytest runs items within its loop
        with self.turns.taken(alone=requirement.alone) if self.turns else nullcontext():
            result, trial = self._pool.result(requirement)
        self.trials.append((result, trial))
        price = self.setting.client.price
        self.on_progress(
            Progress(result, len(self.trials), self._total, price.requests, price.generated_tokens)
        )
        return result


class RouteFile(pytest.File):
    """A file of requirements; without a deployment its items say that they need one."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give an item for each requirement that the run holds."""
        conductor = self.config.stash.get(CONDUCTOR, None)
        module = f"tgi_conformance.routes.{self.path.stem}"
        for catalogue in catalogues():
            if catalogue.module == module:
                for requirement in catalogue.requirements:
                    if conductor is None or conductor.options.selects(requirement):
                        yield RequirementItem.from_parent(self, name=requirement.id, requirement=requirement)


def looks_back(item: pytest.Item) -> bool:
    """Tell whether an item is a requirement about the whole run, to be held when all others were."""
    return isinstance(item, RequirementItem) and item.requirement.route == WHOLE_RUN


class BrokenError(Exception):
    """A result that fails the item; it is shown as the result, not as a traceback."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.id)
        self.result = result


class RequirementItem(pytest.Item):
    """One requirement; a failed SHOULD or MAY is an expected failure, as it fails no run."""

    def __init__(self, *, requirement: Requirement, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.requirement = requirement
        self.add_marker(requirement.level.value.lower())

    def runtest(self) -> None:
        """Turn the requirement's outcome into pytest's."""
        conductor = self.config.stash.get(CONDUCTOR, None)
        if conductor is None:
            pytest.skip("no deployment was named: --tgi-url URL")
        result = conductor.result(self.requirement)
        if result.outcome is Outcome.UNSUPPORTED:
            pytest.skip(escaped(result.reason))
        if result.outcome is Outcome.KNOWN_DEVIATION and not conductor.options.strict:
            pytest.xfail(escaped(f"known deviation: {result.reason}"))
        if result.outcome is Outcome.FAIL and result.level is not Level.MUST:
            pytest.xfail(escaped(f"{result.level.value}: expected {result.expected}, got {result.actual}"))
        if result.outcome not in {Outcome.PASS, Outcome.INTERMITTENT}:
            raise BrokenError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:  # noqa: ARG002
        """Show a broken promise as people need it."""
        if not isinstance(excinfo.value, BrokenError):
            return str(excinfo.value)  # an expected failure; every other exception became an outcome before
        result = excinfo.value.result
        lines = [f"{result.level.value} {result.id}: {result.statement}", f"  source:   {result.source}"]
        if result.outcome is Outcome.INCONCLUSIVE:
            lines += [f"  could not tell: {result.reason}"]
        elif result.outcome is Outcome.ERROR:
            lines += [f"  internal error: {result.reason}", f"  {REPORT_IT}"]
        else:
            lines += [f"  expected: {result.expected}", f"  actual:   {result.actual}", f"  {result.curl}"]
        return "\n".join(map(escaped, lines))

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Name the item by its id."""
        return self.path, None, self.requirement.id
