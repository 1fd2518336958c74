"""Runs of the suite against the reference server, broken or varied, and which requirements fail there."""

from __future__ import annotations

from copy import copy
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.config.selection import Selection
from tgi_conformance.engine.run import run
from tgi_conformance.http.client import Bounds
from tgi_conformance.http.target import Key, Target
from tgi_conformance.requirements import requirements
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import BUDGETS, Depth, Outcome
from tgi_reference.compose import running
from tgi_reference.engine import Engine
from tgi_reference.fidelity import TGI, Fidelity
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_conformance.requirements._declaration import Requirement
    from tgi_conformance.results.deviations import Deviation
    from tgi_conformance.results.report import Report

KEY = "a-key-for-tests"
BOUNDS = Bounds(request_seconds=4.0, run_seconds=300.0)


@lru_cache(maxsize=1)
def deviations() -> tuple[Deviation, ...]:
    """What a run knows of TGI's departures, read once."""
    return shipped_deviations()


@lru_cache(maxsize=1)
def model() -> Engine:
    """The model of every server here, loaded once; each gets a copy, which injections may change."""
    return Engine()


@frozen
class Chosen(RunConfig):
    """Options that select only the requirements whose ids match a pattern."""

    patterns: tuple[str, ...] = field(kw_only=True, default=("*",))
    left_out: tuple[str, ...] = field(kw_only=True, default=())

    def selects(self, requirement: Requirement) -> bool:
        """Tell whether this run holds the requirement."""
        if any(fnmatchcase(requirement.id, pattern) for pattern in self.left_out):
            return False
        return super().selects(requirement) and matches(requirement.id, self.patterns)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a name fits one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def run_suite(  # noqa: PLR0913 - independent choices
    *,
    faults: tuple[str, ...] = (),
    variants: tuple[str, ...] = (),
    patterns: tuple[str, ...] = ("*",),
    left_out: tuple[str, ...] = (),
    depth: Depth = Depth.STANDARD,
    seed: int = 0,
    fidelity: Fidelity = TGI,
    key: str | None = KEY,
    prefix: str = "",
    selection: Selection | None = None,
    known: tuple[Deviation, ...] = (),
) -> Report:
    """Run the suite against a server of this process; where it is to be overloaded, one that can be."""
    slow: dict[str, Any] = (
        {"max_concurrent_requests": 16, "token_latency": 0.005} if depth is Depth.LOAD else {}
    )
    settings = Settings(fidelity=fidelity, api_key=key, faults=faults, variants=variants, quiet=True, **slow)
    with running(settings, copy(model())) as server:
        return run(
            Chosen(
                target=Target(server.url + prefix, Key("KEY", key) if key else None),
                depth=depth,
                seed=seed,
                deviations=(*known, *deviations()),
                bounds=_bounds(depth),
                patterns=patterns,
                left_out=left_out,
                selection=selection or Selection(),
            )
        )


def _bounds(depth: Depth) -> Bounds:
    """The bounds that are shipped for a depth, so that a legal deployment that runs out of them is seen."""
    requests, tokens = BUDGETS.get(depth, (None, None))
    return evolve(BOUNDS, requests=requests, generated_tokens=tokens)


def depth_of(patterns: tuple[str, ...]) -> Depth:
    """The depth of a run that holds every requirement that fits the patterns, standard if it does."""
    held = {one.depth for one in requirements() if matches(one.id, patterns)}
    return next((depth for depth in (Depth.LOAD, Depth.EXHAUSTIVE) if depth in held), Depth.STANDARD)


def with_outcome(report: Report, outcome: Outcome) -> set[str]:
    """The ids of the requirements of an outcome."""
    return {result.id for result in report.having(outcome)}


def caught(report: Report) -> set[str]:
    """The ids of the requirements that fail here and pass on the unbroken server.

    What TGI itself is known to break counts where the unbroken server keeps it: it is told, by its id.
    """
    known = with_outcome(report, Outcome.KNOWN_DEVIATION)
    return with_outcome(report, Outcome.FAILED) | (known - known_of_the_unbroken() if known else set())


@lru_cache(maxsize=1)
def known_of_the_unbroken() -> set[str]:
    """The ids of the requirements that the unbroken server breaks as TGI does."""
    patterns = tuple(pattern for deviation in deviations() for pattern in deviation.requirements)
    return with_outcome(run_suite(patterns=patterns), Outcome.KNOWN_DEVIATION)


def alarms(report: Report) -> dict[str, str]:
    """What a good deployment must not be told: failures of any level, and what could not be told."""
    bad = (Outcome.FAILED, Outcome.INCONCLUSIVE)
    return {
        result.id: f"expected {result.expected}, got {result.actual}" if result.actual else result.reason
        for result in report.requirements
        if result.outcome in bad
    }


def proof(kind: str, name: str, report: Report, **seen: list[str]) -> dict[str, object]:
    """What a run proved and cost, for the table at the end."""
    return {
        "kind": kind,
        "name": name,
        **seen,
        "requests": report.requests,
        "tokens": report.generated_tokens,
        "seconds": round(report.seconds, 1),
    }
