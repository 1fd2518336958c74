"""What a run says, as values: reporters know these and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.results.evidence import RequestSeen, ResponseSeen
    from tgi_conformance.results.levels import Depth, Level, Verdict


ROUTE_SPECIFIC = "route-specific"  # the category of what only one route has
WHOLE_RUN = "deployment"  # the route whose requirements look back on the run
LEFT_OUT = "left out by --gentle: "  # before what would have been done to others


@frozen
class Result:
    """What came of one requirement.

    Attributes:
        id, level, category, operation, statement, source, why: As the requirement says.
        outcome: What came of it.
        cases: How many cases were looked at.
        expected, actual: What should have come and what came (fail, known deviation); empty otherwise.
        reason: Why it is no plain pass or failure; empty for those.
        curl: A line that reproduces it; empty where there is none.
        request, response: What was sent and what came where a promise was not kept; None otherwise.
        seconds: How long it took.
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

    @property
    def route(self) -> str:
        """The first word of the id."""
        return self.id.partition(".")[0]


@frozen
class Report:
    """A whole run.

    Attributes:
        version: The suite's own version.
        target: The deployment's URL without user name and password.
        server: What the deployment says of itself (`/info`).
        depth: How deep the run went.
        seed: What made generated data repeatable.
        started: When, in ISO 8601 with the offset.
        seconds: How long it took.
        requests, generated_tokens: What it cost.
        gentle: Whether the run left out what other clients of the deployment may feel.
        overloads: How many of the requests were refused for overload; no budget counts them.
        verdict: What it says.
        reason: Why it could not tell, or what failed in the suite; empty otherwise.
        requirements: A result for each requirement, in the order of the catalogue.
        stale_deviations: Known deviations that were looked for and did not show.
        strict: Whether known deviations count as failures.
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

    @property
    def broken(self) -> tuple[Result, ...]:
        """The promises that were not kept: failures, and where the run was strict known deviations too."""
        kinds = {Outcome.FAILED, Outcome.KNOWN_DEVIATION} if self.strict else {Outcome.FAILED}
        return tuple(result for result in self.requirements if result.outcome in kinds)

    @property
    def left_out_told(self) -> str:
        """What a gentle run left out, and how many requirements of each; empty for another."""
        if not self.gentle:
            return ""
        reasons = [result.reason for result in self.requirements if result.reason.startswith(LEFT_OUT)]
        counts = Counter(reason.removeprefix(LEFT_OUT) for reason in reasons)
        told = ", ".join(f"{what} ({count})" for what, count in counts.most_common())
        return f"{len(reasons)} requirements left out by --gentle: {told or 'none that this level holds'}"

    @property
    def requests_told(self) -> str:
        """How many requests it took, and how many of them were refused for overload if any were."""
        refused = f" ({self.overloads:,} refused for overload)" if self.overloads else ""
        return f"{self.requests:,} requests{refused}"

    def having(self, outcome: Outcome) -> tuple[Result, ...]:
        """Give the results of one outcome."""
        return tuple(result for result in self.requirements if result.outcome is outcome)
