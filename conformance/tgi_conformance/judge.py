"""Hold one requirement against the deployment and say what came of it."""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve
from packaging.version import Version

from tgi_conformance.curl import curl_line
from tgi_conformance.evidence import request_seen, response_seen
from tgi_conformance.exchange import NoAnswerError, Request
from tgi_conformance.levels import Outcome
from tgi_conformance.outcomes import InconclusiveError, UnmetError, UnsupportedError, shown
from tgi_conformance.report import LEFT_OUT, Result
from tgi_conformance.room import no_room
from tgi_conformance.trial import Setting, Trial
from tgi_conformance.undocumented import departure

if TYPE_CHECKING:
    from tgi_conformance.requirement import Requirement


HANGS = "not asked, since two of its kind on this route had no answer in time"


def judge(requirement: Requirement, setting: Setting) -> tuple[Result, Trial]:
    """Run the requirement's check; every exception becomes an outcome."""
    trial = Trial(requirement, setting)
    started = time.monotonic()
    result = _judge(trial)
    scrub = setting.client.target.scrub
    return evolve(
        result,
        expected=scrub(result.expected),
        actual=scrub(result.actual),
        reason=scrub(result.reason),
        seconds=time.monotonic() - started,
        cases=trial.cases,
    ), trial


def _judge(trial: Trial) -> Result:  # noqa: PLR0911 - an outcome each
    missing = _missing(trial)
    if missing and not missing.startswith(LEFT_OUT) and trial.requirement.route in trial.setting.required:
        return evolve(_result(trial, Outcome.FAIL), expected="the route, as --require asks", actual=missing)
    if missing:
        return _result(trial, Outcome.UNSUPPORTED, reason=missing)
    if trial.setting.client.hangs.has_given_up(trial.requirement):
        return _result(trial, Outcome.INCONCLUSIVE, reason=HANGS)
    try:
        with trial.case():
            trial.requirement.check(trial)
    except UnmetError as unmet:
        lacking = no_room(trial, unmet)
        if lacking:
            return _result(trial, Outcome.UNSUPPORTED, reason=lacking)
        return _broken(trial, unmet)
    except NoAnswerError as error:
        return _no_answer(trial, error)
    except UnsupportedError as error:
        return _result(trial, Outcome.UNSUPPORTED, reason=str(error))
    except InconclusiveError as error:
        return _result(trial, Outcome.INCONCLUSIVE, reason=str(error))
    except Exception as error:  # noqa: BLE001 - a fault of the suite must not pass for one of the server
        return _stumbled(trial, error)
    return _held(trial)


def _stumbled(trial: Trial, error: Exception) -> Result:
    """A check that cannot read an answer says why, where the answer is not the documented one."""
    unmet = departure(trial.contract, trial.last) if trial.last is not None else None
    if unmet is None or any(deviation.explains(unmet) for deviation in trial.setting.deviations):
        return _failed_itself(trial, error)
    return _broken(trial, unmet)


def _failed_itself(trial: Trial, error: Exception) -> Result:
    """Say what failed in the suite, and where; the last exchange is what a report of it needs."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    result = _result(trial, Outcome.ERROR, reason=f"{type(error).__name__}: {error} at {where}")
    if trial.last is None:
        return result
    target = trial.setting.client.target
    return evolve(
        result,
        curl=_curl(trial, trial.last.request),
        request=request_seen(target, trial.last.request),
        response=response_seen(target, trial.last.response),
    )


def _missing(trial: Trial) -> str:
    requirement, version = trial.requirement, trial.facts.version
    if trial.setting.gentle and requirement.hurts:
        return f"{LEFT_OUT}{requirement.hurts}"
    since = requirement.promised_since
    if since and version is not None and version.release < Version(since).release:
        return f"TGI promises it since {since}, and this is {version}"
    source = (requirement.source,) if requirement.source.startswith("#/") else ()
    return trial.lacking((*source, requirement.operation, *requirement.needs))


def _held(trial: Trial) -> Result:
    if not trial.departures and trial.lapses:
        more = f" and {len(trial.lapses) - 1} more" if len(trial.lapses) > 1 else ""
        return _result(trial, Outcome.INTERMITTENT, reason=f"{trial.lapses[0]}{more}")
    if not trial.departures:
        return _result(trial, Outcome.PASS)
    deviation, unmet = next(iter(trial.departures.items()))
    reason = f"{deviation.instead} ({deviation.evidence})"
    return evolve(_broken(trial, unmet), outcome=Outcome.KNOWN_DEVIATION, reason=reason)


def _broken(trial: Trial, unmet: UnmetError) -> Result:
    target = trial.setting.client.target
    return evolve(
        _result(trial, Outcome.FAIL),
        expected=unmet.expected,
        actual=shown(unmet.actual),
        curl=_curl(trial, unmet.request),
        request=request_seen(target, unmet.request) if unmet.request else None,
        response=response_seen(target, unmet.exchange.response) if unmet.exchange else None,
    )


def _no_answer(trial: Trial, error: NoAnswerError) -> Result:
    """A server that is gone or a run out of time tells nothing; one that does not answer breaks a promise."""
    if error.kind == "timeout":
        trial.setting.client.hangs.give_up(trial.requirement)
    if error.kind in {"refused", "budget", "gone"}:
        return _result(trial, Outcome.INCONCLUSIVE, reason=str(error))
    return evolve(
        _result(trial, Outcome.FAIL),
        expected="a whole answer",
        actual=str(error),
        curl=_curl(trial, error.request),
        request=request_seen(trial.setting.client.target, error.request),
    )


def _curl(trial: Trial, request: Request | None) -> str:
    return curl_line(trial.setting.client.target, request) if request else ""


def _result(trial: Trial, outcome: Outcome, *, reason: str = "") -> Result:
    requirement = trial.requirement
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
