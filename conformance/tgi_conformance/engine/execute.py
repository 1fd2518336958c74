"""Hold one requirement against the deployment and say what came of it."""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve
from packaging.version import Version

from tgi_conformance.results.curl import curl_line
from tgi_conformance.results.evidence import request_seen, response_seen
from tgi_conformance.http.exchange import NoAnswerError, Request
from tgi_conformance.results.levels import Outcome
from tgi_conformance.results.outcomes import InconclusiveError, UnmetError, UnsupportedError, shown
from tgi_conformance.results.report import LEFT_OUT, Result
from tgi_conformance.session.context_limits import no_room
from tgi_conformance.session.context import Session, Context
from tgi_conformance.contract.undocumented import departure

if TYPE_CHECKING:
    from tgi_conformance.requirements._declare import Requirement


HANGS = "not asked, since two of its kind on this route had no answer in time"


def execute(requirement: Requirement, session: Session) -> tuple[Result, Context]:
    """Run the requirement's check; every exception becomes an outcome."""
    context = Context(requirement, session)
    started = time.monotonic()
    result = _judge(context)
    scrub = session.client.target.scrub
    return evolve(
        result,
        expected=scrub(result.expected),
        actual=scrub(result.actual),
        reason=scrub(result.reason),
        seconds=time.monotonic() - started,
        cases=context.cases,
    ), context


def _judge(context: Context) -> Result:  # noqa: PLR0911 - an outcome each
    missing = _missing(context)
    if missing and not missing.startswith(LEFT_OUT) and context.requirement.route in context.session.required:
        return evolve(_result(context, Outcome.FAIL), expected="the route, as --require asks", actual=missing)
    if missing:
        return _result(context, Outcome.UNSUPPORTED, reason=missing)
    if context.session.client.hangs.has_given_up(context.requirement):
        return _result(context, Outcome.INCONCLUSIVE, reason=HANGS)
    try:
        with context.case():
            context.requirement.check(context)
    except UnmetError as unmet:
        lacking = no_room(context, unmet)
        if lacking:
            return _result(context, Outcome.UNSUPPORTED, reason=lacking)
        return _broken(context, unmet)
    except NoAnswerError as error:
        return _no_answer(context, error)
    except UnsupportedError as error:
        return _result(context, Outcome.UNSUPPORTED, reason=str(error))
    except InconclusiveError as error:
        return _result(context, Outcome.INCONCLUSIVE, reason=str(error))
    except Exception as error:  # noqa: BLE001 - a fault of the suite must not pass for one of the server
        return _stumbled(context, error)
    return _held(context)


def _stumbled(context: Context, error: Exception) -> Result:
    """A check that cannot read an answer says why, where the answer is not the documented one."""
    unmet = departure(context.contract, context.last) if context.last is not None else None
    if unmet is None or any(deviation.explains(unmet) for deviation in context.session.deviations):
        return _failed_itself(context, error)
    return _broken(context, unmet)


def _failed_itself(context: Context, error: Exception) -> Result:
    """Say what failed in the suite, and where; the last exchange is what a report of it needs."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    result = _result(context, Outcome.ERROR, reason=f"{type(error).__name__}: {error} at {where}")
    if context.last is None:
        return result
    target = context.session.client.target
    return evolve(
        result,
        curl=_curl(context, context.last.request),
        request=request_seen(target, context.last.request),
        response=response_seen(target, context.last.response),
    )


def _missing(context: Context) -> str:
    requirement, version = context.requirement, context.capabilities.version
    if context.session.gentle and requirement.hurts:
        return f"{LEFT_OUT}{requirement.hurts}"
    since = requirement.promised_since
    if since and version is not None and version.release < Version(since).release:
        return f"TGI promises it since {since}, and this is {version}"
    source = (requirement.source,) if requirement.source.startswith("#/") else ()
    return context.lacking((*source, requirement.operation, *requirement.needs))


def _held(context: Context) -> Result:
    if not context.deviations_seen and context.lapses:
        more = f" and {len(trial.lapses) - 1} more" if len(context.lapses) > 1 else ""
        return _result(context, Outcome.INTERMITTENT, reason=f"{trial.lapses[0]}{more}")
    if not context.deviations_seen:
        return _result(context, Outcome.PASS)
    deviation, unmet = next(iter(context.deviations_seen.items()))
    reason = f"{deviation.instead} ({deviation.evidence})"
    return evolve(_broken(context, unmet), outcome=Outcome.KNOWN_DEVIATION, reason=reason)


def _broken(context: Context, unmet: UnmetError) -> Result:
    target = context.session.client.target
    return evolve(
        _result(context, Outcome.FAIL),
        expected=unmet.expected,
        actual=shown(unmet.actual),
        curl=_curl(context, unmet.request),
        request=request_seen(target, unmet.request) if unmet.request else None,
        response=response_seen(target, unmet.exchange.response) if unmet.exchange else None,
    )


def _no_answer(context: Context, error: NoAnswerError) -> Result:
    """A server that is gone or a run out of time tells nothing; one that does not answer breaks a promise."""
    if error.kind == "timeout":
        context.session.client.hangs.give_up(context.requirement)
    if error.kind in {"refused", "budget", "gone"}:
        return _result(context, Outcome.INCONCLUSIVE, reason=str(error))
    return evolve(
        _result(context, Outcome.FAIL),
        expected="a whole answer",
        actual=str(error),
        curl=_curl(context, error.request),
        request=request_seen(context.session.client.target, error.request),
    )


def _curl(context: Context, request: Request | None) -> str:
    return curl_line(context.session.client.target, request) if request else ""


def _result(context: Context, outcome: Outcome, *, reason: str = "") -> Result:
    requirement = context.requirement
    return Result(
        id=requirement.id,
        level=requirement.level,
        kind=requirement.kind,
        operation=requirement.operation,
        statement=requirement.statement,
        source=requirement.source,
        why=requirement.why,
        outcome=outcome,
        reason=reason,
    )
