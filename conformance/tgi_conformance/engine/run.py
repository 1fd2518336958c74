"""Run the suite against one deployment and give its report."""

from __future__ import annotations

import logging
import os
import tempfile
import time
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime, timezone
from importlib.metadata import version
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from tgi_conformance.pytest_plugin import plugin as pytest_plugin
from tgi_conformance.results.comparison import KEPT
from tgi_conformance.pytest_plugin.items import Conductor
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_conformance.engine.prepare import cannot_begin, prepare
from tgi_conformance.results.report import Report, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.session.context import Context


def run(options: RunConfig, on_progress: Callable[[Progress], None] = lambda _: None) -> Report:
    """Ask the deployment what it is, hold it to every requirement asked for, and say what came of it.

    Raises nothing for what a deployment does: a target that cannot be reached has a report too.
    """
    started, clock = datetime.now(timezone.utc), time.monotonic()
    conductor = Conductor(options, prepare(options), on_progress)
    try:
        reason = cannot_begin(conductor.session)
        if not reason and not under_pytest(conductor):
            reason = "the run was interrupted"
        conductor.look_back()
    finally:
        conductor.session.client.close()
    results = tuple(result for result, _ in conductor.contexts)
    verdict, reason = verdict_of(results, reason, strict=options.strict)
    session = conductor.session
    return Report(
        version=version("tgi-conformance"),
        target=options.target.shown_url,
        server=options.target.scrub(dict(session.capabilities.info)),
        level=options.depth,
        seed=options.seed,
        started=started.isoformat(timespec="seconds"),
        seconds=time.monotonic() - clock,
        requests=session.client.usage.requests,
        generated_tokens=session.client.usage.generated_tokens,
        verdict=verdict,
        reason=options.target.scrub(reason),
        requirements=results,
        stale_deviations=tuple(_stale(options, conductor.contexts)),
        strict=options.strict,
        overloads=session.client.usage.overloads,
        gentle=options.gentle,
    )


def under_pytest(conductor: Conductor) -> bool:
    """Let pytest collect and run, without the plugins, settings and output of whoever's folder this is.

    Tells whether it came to its end: a run that somebody interrupts has a report of what it held until then.
    """
    arguments = ["--pyargs", "tgi_conformance", "-c", os.devnull]
    arguments += ["--rootdir", str(pytest_plugin.ROUTES.parent), "--disable-plugin-autoload"]
    arguments += ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging"]
    handover = _Handover(conductor)
    output = StringIO()
    with _quiet(), redirect_stdout(output), redirect_stderr(output):
        status = pytest.main(arguments, plugins=[pytest_plugin, handover])
    if handover.problem or status == pytest.ExitCode.INTERNAL_ERROR:
        raise RuntimeError(f"pytest could not run the suite: {handover.problem} {output.getvalue()[-2000:]}")
    return status != pytest.ExitCode.INTERRUPTED


class _Handover:
    """Gives the conductor to the plugin, which makes one of its own only in a user's session."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self.problem = ""

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[pytest_plugin.CONDUCTOR] = self._conductor

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        # To pytest a file that does not import is an interruption too.
        if report.failed:
            self.problem = report.longreprtext


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Hypothesis, Schemathesis and the user's PYTEST_ADDOPTS out of the run."""
    kept = os.environ.pop("PYTEST_ADDOPTS", None)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as home:
            warnings.simplefilter("ignore")
            set_hypothesis_home_dir(home)  # not into the folder that the run is started in
            yield
    finally:
        set_hypothesis_home_dir(None)
        if kept is not None:
            os.environ["PYTEST_ADDOPTS"] = kept


def verdict_of(results: Iterable[Result], reason: str, *, strict: bool) -> tuple[Verdict, str]:
    """Say what results mean together, and why they tell nothing where they do; `reason` is why none began."""
    if reason:
        return Verdict.COULD_NOT_TELL, reason
    results = tuple(results)
    errors = [result for result in results if result.outcome is Outcome.ERROR]
    if errors:
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        return Verdict.INTERNAL_ERROR, f"{errors[0].id}{more}: {errors[0].reason}"
    binding = [result for result in results if result.level is Level.MUST]
    broken = {Outcome.FAIL, Outcome.KNOWN_DEVIATION} if strict else {Outcome.FAIL}
    if any(result.outcome in broken for result in binding):
        return Verdict.DOES_NOT_CONFORM, ""
    unknown = [result for result in binding if result.outcome is Outcome.INCONCLUSIVE]
    if unknown:
        return Verdict.COULD_NOT_TELL, f"{len(unknown)} requirements are inconclusive: {unknown[0].reason}"
    if not any(result.outcome in KEPT for result in binding):
        return Verdict.COULD_NOT_TELL, "no requirement could be held"
    return Verdict.CONFORMS, ""


def _stale(options: RunConfig, contexts: Iterable[tuple[Result, Context]]) -> Iterator[str]:
    """Name the known deviations that every one of their requirements was held without."""
    contexts = list(contexts)
    releases_known = all(context.capabilities.version is not None for _, context in contexts)
    for deviation in options.deviations:
        if deviation.by_chance or not releases_known:
            continue
        held = [
            context
            for result, context in contexts
            if deviation.covers(result.id, context.capabilities.version) and result.outcome in KEPT
        ]
        if held and not any(deviation in context.deviations_seen for context in held):
            yield deviation.name
