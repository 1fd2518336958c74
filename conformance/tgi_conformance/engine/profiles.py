"""The verdict on each profile: what the deployment offers of it, and what the run found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.engine.verdict import verdict_of
from tgi_conformance.results.levels import Level, Outcome, Verdict
from tgi_conformance.results.profiles import ProfileResult
from tgi_conformance.results.report import WHOLE_RUN, broken_among
from tgi_conformance.session.capabilities import GENERATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tgi_conformance.config.run_config import RunConfig
    from tgi_conformance.results.report import Result


def profile_results(
    config: RunConfig, results: Sequence[Result], absent: Mapping[str, str], reason: str
) -> tuple[ProfileResult, ...]:
    """Give the verdict on each profile that the run was asked for, or on each of which it checked anything.

    Args:
        config: What the run was asked to do.
        results: Its results, with the profiles of each.
        absent: The evidence for each operation that is not offered.
        reason: Why the run ended early; empty if it did not.
    """
    selection = config.selection
    # A few requirements say nothing about profiles, and for single ones not every operation was probed.
    if selection.ids or (selection.only and not config.profiles):
        return ()
    found = (_result(config, name, results, absent, reason) for name in config.profiles_judged)
    return tuple(one for one in found if one.checked or one.asked)


def verdict_with_profiles(
    verdict: Verdict, reason: str, profiles: Iterable[ProfileResult]
) -> tuple[Verdict, str]:
    """Correct the verdict of a run that was asked for a profile which is not offered: that is a failure."""
    lacking = [one for one in profiles if one.asked and one.verdict is None]
    if not lacking or verdict is Verdict.INTERNAL_ERROR:
        return verdict, reason
    first = lacking[0]
    more = f", nor {', '.join(one.name for one in lacking[1:])}" if lacking[1:] else ""
    return Verdict.DOES_NOT_CONFORM, f"profile {first.name} is not offered{more}: {first.reason}"


def _result(
    config: RunConfig, name: str, results: Sequence[Result], absent: Mapping[str, str], reason: str
) -> ProfileResult:
    operations = dict.fromkeys(one.operation for one in config.at_depth(name))
    missing = tuple(operation for operation in operations if operation in absent)
    found = ProfileResult(
        name,
        None,
        total=len(config.at_depth(name)),
        missing=missing,
        asked=name in config.profiles,
    )
    evidence = "" if reason else _not_offered(operations, absent)
    if evidence:
        return counting(evolve(found, reason=evidence), results)
    return judging(found, results, reason, strict=config.strict, asked=bool(config.profiles))


def judging(
    found: ProfileResult, results: Sequence[Result], reason: str, *, strict: bool, asked: bool
) -> ProfileResult:
    """Judge a profile that is offered by the results of a run, which was `asked` for some profiles or not."""
    own = [result for result in results if found.name in result.profiles]
    # What the run says of the whole deployment is about requests of the profiles that it was asked for.
    whole = [result for result in results if asked and result.route == WHOLE_RUN]
    deciding = list({result.id: result for result in (*own, *whole)}.values())
    verdict, why = verdict_of(deciding, reason, strict=strict)
    broken = broken_among(deciding, strict=strict)
    must = sum(result.level is Level.MUST for result in broken)
    judged = evolve(found, verdict=verdict, reason=why, must=must, should=len(broken) - must)
    return counting(judged, results)


def counting(found: ProfileResult, results: Iterable[Result]) -> ProfileResult:
    """Count the results of a profile's requirements."""
    own = [result for result in results if found.name in result.profiles]
    unsupported = sum(result.outcome is Outcome.UNSUPPORTED for result in own)
    return evolve(found, checked=len(own), unsupported=unsupported)


def _not_offered(operations: Iterable[str], absent: Mapping[str, str]) -> str:
    """Evidence that a profile is not offered: none of its routes that generate, or else of all, is there."""
    operations = list(operations)
    generating = [operation for operation in operations if operation in GENERATION]
    deciding = generating or operations
    if any(operation not in absent for operation in deciding):
        return ""
    return ", ".join(absent[operation] for operation in deciding)
