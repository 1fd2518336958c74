"""The report of a run, from which all report formats are made."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tgi_common.plural import counted
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgi_conformance.results.evidence import RequestSeen, ResponseSeen
    from tgi_conformance.results.levels import Depth, Level, Verdict
    from tgi_conformance.results.load_figures import LoadFigures
    from tgi_conformance.results.profiles import ProfileResult


ROUTE_SPECIFIC = "route-specific"  # the category of requirements that only one route has
WHOLE_RUN = "deployment"  # the route of requirements about the whole run
MOST_NAMED = 5  # ids in a line
DIGEST = len("sha256:") + 12  # characters of a digest that are shown
LEFT_OUT = "left out by --gentle: "  # followed by what might disturb other clients


@frozen
class Result:
    """The result of one requirement.

    Attributes:
        id, level, category, operation, statement, source, why: Those of the requirement.
        outcome: The outcome.
        cases: How many cases were checked.
        expected, actual: What was expected and what came, if failed or a known deviation; else empty.
        symptoms: What the failures of its cases look like, if failed or a known deviation; see symptom.py.
        reason: An explanation of every outcome but passed and failed; else empty.
        curl: A line that reproduces the request; empty if there is none.
        request, response: The exchange, if failed or a known deviation; else None.
        seconds: How long the check took.
        profiles: The profiles that include the requirement; empty in a report of an older version.
        scored: Whether it counts for a verdict: false if it is outside the set that the run was asked for.
        accepted: Whether a known deviation is one that the user accepted, and not one of TGI itself.
    """

    id: str
    level: Level
    operation: str
    statement: str
    source: str
    why: str
    outcome: Outcome
    cases: int = 0
    expected: str = ""
    actual: str = ""
    reason: str = ""
    curl: str = ""
    category: str = ""
    request: RequestSeen | None = None
    response: ResponseSeen | None = None
    seconds: float = field(default=0.0, eq=False)
    symptoms: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    scored: bool = True
    accepted: bool = False

    @property
    def route(self) -> str:
        """The first word of the id."""
        return self.id.partition(".")[0]


def broken_among(results: Iterable[Result], *, strict: bool) -> tuple[Result, ...]:
    """Choose the broken requirements that count: failures, and in a strict run known deviations."""
    kinds = {Outcome.FAILED, Outcome.KNOWN_DEVIATION} if strict else {Outcome.FAILED}
    return tuple(result for result in results if result.scored and result.outcome in kinds)


@frozen
class SetUsed:
    """The released set by which a run was scored: its name, and `sha256:` with its digest."""

    name: str
    digest: str

    @property
    def told(self) -> str:
        """The name, with the beginning of the digest."""
        return f"{self.name} ({self.digest[:DIGEST]})"


@frozen
class Report:
    """The report of a run.

    Attributes:
        version: The version of the suite.
        target: The deployment's URL without user name and password.
        server: What `/info` says.
        depth: How much the run checked.
        seed: The seed of generated data.
        started: When, in ISO 8601 with the offset.
        seconds: How long it took.
        requests, generated_tokens: What it used.
        gentle: Whether the run skipped what may disturb other clients of the deployment.
        overloads: How many of the requests were refused for overload; they count in no budget.
        verdict: The verdict.
        reason: Why the run could not tell, or what failed in the suite; else empty.
        requirements: A result for each requirement, in the order of the catalogue.
        stale_deviations: The user's known deviations that did not show any more.
        strict: Whether known deviations count as failures.
        profiles: The verdict on each profile; empty if single requirements were checked.
        scored_by: The released set whose requirements count; None if all of them do.
        load: What a load run measured; None for every other run.
    """

    version: str
    target: str
    server: Mapping[str, Any]
    depth: Depth
    seed: int
    started: str
    seconds: float
    requests: int
    generated_tokens: int
    verdict: Verdict
    reason: str
    requirements: tuple[Result, ...]
    stale_deviations: tuple[str, ...] = ()
    strict: bool = False
    overloads: int = 0
    gentle: bool = False
    profiles: tuple[ProfileResult, ...] = ()
    scored_by: SetUsed | None = None
    load: LoadFigures | None = None

    @property
    def broken(self) -> tuple[Result, ...]:
        """The broken requirements that count: failures, and in a strict run known deviations."""
        return broken_among(self.requirements, strict=self.strict)

    @property
    def unscored_summary(self) -> str:
        """How many requirements do not count, and which of them fail; empty if all count."""
        if self.scored_by is None:
            return ""
        outside = [result for result in self.requirements if not result.scored]
        failing = [result.id for result in outside if result.outcome is Outcome.FAILED]
        count = counted(len(outside), "requirement")
        told = f"not scored: {count} outside set {self.scored_by.told}"
        rest = f" and {len(failing) - MOST_NAMED} more" if len(failing) > MOST_NAMED else ""
        failed = f", of which {len(failing)} failed: {', '.join(failing[:MOST_NAMED])}{rest}"
        return f"{told}{failed if failing else ''}"

    @property
    def left_out_summary(self) -> str:
        """What a gentle run left out, and how many requirements of each; empty for other runs."""
        if not self.gentle:
            return ""
        reasons = [result.reason for result in self.requirements if result.reason.startswith(LEFT_OUT)]
        counts = Counter(reason.removeprefix(LEFT_OUT) for reason in reasons)
        listed = ", ".join(f"{what} ({count})" for what, count in counts.most_common())
        count = counted(len(reasons), "requirement")
        return f"{count} left out by --gentle: {listed or 'none at this depth'}"

    @property
    def requests_summary(self) -> str:
        """How many requests the run sent, and how many of them were refused for overload."""
        refused = f" ({self.overloads:,} refused for overload)" if self.overloads else ""
        return f"{counted(self.requests, 'request')}{refused}"

    def having(self, outcome: Outcome) -> tuple[Result, ...]:
        """Return the results with this outcome."""
        return tuple(result for result in self.requirements if result.outcome is outcome)
