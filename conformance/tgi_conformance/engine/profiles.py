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
    own = [result for result in results if name in result.profiles]
    operations = dict.fromkeys(one.operation for one in config.at_depth(name))
    missing = tuple(operation for operation in operations if operation in absent)
    found = ProfileResult(
        name,
        None,
        checked=len(own),
        unsupported=sum(result.outcome is Outcome.UNSUPPORTED for result in own),
        total=len(config.at_depth(name)),
        missing=missing,
        asked=name in config.profiles,
    )
    evidence = "" if reason else _not_offered(operations, absent)
    if evidence:
        return evolve(found, reason=evidence)
    # What the run says of the whole deployment is about requests of the profiles that it was asked for.
    whole = [result for result in results if config.profiles and result.route == WHOLE_RUN]
    deciding = list({result.id: result for result in (*own, *whole)}.values())
    verdict, why = verdict_of(deciding, reason, strict=config.strict)
    broken = broken_among(deciding, strict=config.strict)
    must = sum(result.level is Level.MUST for result in broken)
    return evolve(found, verdict=verdict, reason=why, must=must, should=len(broken) - must)


def _not_offered(operations: Iterable[str], absent: Mapping[str, str]) -> str:
    """Evidence that a profile is not offered: none of its routes that generate, or else of all, is there."""
    operations = list(operations)
    generating = [operation for operation in operations if operation in GENERATION]
    deciding = generating or operations
    if any(operation not in absent for operation in deciding):
        return ""
    return ", ".join(absent[operation] for operation in deciding)
