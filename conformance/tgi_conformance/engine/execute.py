"""Execute one requirement against the deployment and give its result."""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from packaging.version import Version

from tgi_conformance.contract.undocumented import undocumented
from tgi_conformance.http.exchange import NoAnswerError
from tgi_conformance.requirements import result_of
from tgi_conformance.results.curl import curl_line
from tgi_conformance.results.evidence import request_seen, response_seen
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.outcomes import InconclusiveError, UnmetError, UnsupportedError, shown
from tgi_conformance.results.report import LEFT_OUT
from tgi_conformance.session.context import Context
from tgi_conformance.session.context_limits import beyond_the_limits

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.http.usage import Usage
    from tgi_conformance.requirements import Requirement
    from tgi_conformance.results.deviations import Deviation
    from tgi_conformance.results.report import Result
    from tgi_conformance.session.session import Session

MOST_SYMPTOMS = 20
HANGS = "not checked, since two requirements of its kind on this route timed out"


@frozen
class Executed:
    """A requirement's result, and what the run needs to know of its check; not the answers, which are large.

    Attributes:
        version: The deployment's release, as far as it was known.
        deviations_seen: Known deviations that were seen.
        usage: What the check used.
        interrupted: Whether the run was stopped before its end.
    """

    result: Result
    version: Version | None
    deviations_seen: tuple[Deviation, ...]
    usage: Usage
    interrupted: bool = False


def execute(requirement: Requirement, session: Session) -> Executed:
    """Run the requirement's check; every exception becomes an outcome."""
    context = Context(requirement.id, session)
    started = time.monotonic()
    result = _Execution(requirement, context).result()
    scrub = session.sender.target.scrub
    result = evolve(
        result,
        expected=scrub(result.expected),
        actual=scrub(result.actual),
        symptoms=tuple(map(scrub, result.symptoms)),
        reason=scrub(result.reason),
        seconds=time.monotonic() - started,
        cases=context.cases,
    )
    return Executed(
        result,
        context.capabilities.version,
        tuple(context.deviations_seen),
        context.usage,
        session.sender.client.stop.is_set(),
    )


@frozen
class _Execution:
    requirement: Requirement
    context: Context

    def result(self) -> Result:
        session = self.context.session
        missing = self._missing()
        if missing and not missing.startswith(LEFT_OUT) and self.requirement.route in session.required:
            return self._unmet(UnmetError("a route that --require names", missing))
        if missing:
            return self._of(Outcome.UNSUPPORTED, missing)
        if session.sender.hangs.has_given_up(self.requirement.group):
            return self._of(Outcome.INCONCLUSIVE, HANGS)
        try:
            with self.context.case():
                self.requirement.check(self.context)
        except Exception as error:  # noqa: BLE001 - an error of the suite must not count as a failure of the server
            if isinstance(error, NoAnswerError) and error.kind == "timeout":
                session.sender.hangs.give_up(self.requirement.group)
            return self._judged() or self._ended_by(error)
        return self._judged() or self._passed()

    def _judged(self) -> Result | None:
        """Failed by the first failure that no limit of the deployment excuses; None if there was none."""
        excuse = ""
        for unmet in self.context.failures:
            lacking = beyond_the_limits(self.context, unmet)
            if not lacking:
                return self._failed(unmet)
            excuse = excuse or lacking
        return self._of(Outcome.UNSUPPORTED, excuse) if excuse else None

    def _ended_by(self, error: Exception) -> Result:
        if isinstance(error, NoAnswerError):
            return self._no_answer(error)
        if isinstance(error, UnsupportedError):
            return self._of(Outcome.UNSUPPORTED, str(error))
        if isinstance(error, InconclusiveError):
            return self._of(Outcome.INCONCLUSIVE, str(error))
        return self._crashed(error)

    def _missing(self) -> str:
        """Explain why the requirement does not apply; empty if it does."""
        requirement, version = self.requirement, self.context.capabilities.version
        if self.context.session.gentle and requirement.hurts:
            return f"{LEFT_OUT}{requirement.hurts}"
        since, needs = self._since(), (requirement.operation, *requirement.needs)
        if since and version is not None and version.release < Version(since).release:
            return f"promised since TGI {since}; this is {version}"
        if self.context.is_foreign:
            return self.context.lacking(need for need in needs if not need.startswith("#/"))
        source = (requirement.source,) if requirement.source.startswith("#/") else ()
        return self.context.lacking((*source, *needs))

    def _since(self) -> str:
        """The first release that is held to the promise; empty for every one.

        What other servers keep too is asked of every TGI, but not what is declared for later releases, since
        an older one may be ended by it.
        """
        if self.context.is_foreign:
            return ""
        return self.requirement.since if self.context.beyond_tgi else self.requirement.promised_since

    def _passed(self) -> Result:
        seen, before = self.context.deviations_seen, self.context.failed_before
        if not seen and before:
            more = f" and {len(before) - 1} more" if len(before) > 1 else ""
            return self._of(Outcome.INTERMITTENT, f"{before[0]}{more}")
        if not seen:
            return self._of(Outcome.PASSED)
        return self._known(*next(iter(seen.items())))

    def _known(self, deviation: Deviation, unmet: UnmetError) -> Result:
        return deviation.excuse(self._failed(unmet))

    def _unmet(self, unmet: UnmetError) -> Result:
        """Failed, or known, for a failure that the check itself did not raise."""
        deviation = self.context.deviation(unmet)
        if deviation is None:
            return self._failed(unmet)
        self.context.deviations_seen[deviation] = unmet
        return self._known(deviation, unmet)

    def _failed(self, unmet: UnmetError) -> Result:
        return evolve(
            self._with_exchange(Outcome.FAILED, unmet.request, unmet.exchange),
            expected=unmet.expected,
            actual=shown(unmet.actual),
            symptoms=self._symptoms(unmet),
        )

    def _symptoms(self, unmet: UnmetError) -> tuple[str, ...]:
        """What the failures of all cases look like; of one that no case recorded, what that looks like."""
        recorded = dict.fromkeys(one.symptom for one in (unmet, *self.context.failures))
        return tuple(recorded)[:MOST_SYMPTOMS]

    def _no_answer(self, error: NoAnswerError) -> Result:
        """Inconclusive if the deployment is gone or the run out of budget; failed if it does not answer."""
        if error.kind in {"refused", "budget", "gone", "stopped"}:
            return self._of(Outcome.INCONCLUSIVE, str(error))
        return self._unmet(UnmetError("a complete answer", str(error), request=error.request))

    def _crashed(self, error: Exception) -> Result:
        """Failed if the last answer does not match the document, which the check relied on; else an error."""
        context = self.context
        unmet = undocumented(context.contract, context.last) if context.last is not None else None
        accepted = [(one, seen) for one, seen in context.deviations_seen.items() if not one.shipped]
        if accepted:
            return self._known(*accepted[0])  # the check went on with what the user knows to be broken
        shipped = [one for one in context.session.deviations if one.shipped]
        # An answer that TGI is known to give must not make a check crash; one that a user accepted may.
        if unmet is not None and not any(one.explains(unmet) for one in shipped):
            return self._unmet(unmet)
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        result = (
            self._with_exchange(Outcome.ERROR, context.last.request, context.last)
            if context.last
            else self._of(Outcome.ERROR)
        )
        return evolve(result, reason=f"{type(error).__name__}: {error} at {where}")

    def _with_exchange(
        self, outcome: Outcome, request: Request | None, exchange: Exchange | None = None
    ) -> Result:
        target = self.context.session.sender.target
        return evolve(
            self._of(outcome),
            curl=curl_line(target, request) if request else "",
            request=request_seen(target, request) if request else None,
            response=response_seen(target, exchange.response) if exchange else None,
        )

    def _of(self, outcome: Outcome, reason: str = "") -> Result:
        return result_of(self.requirement, outcome, reason)
