"""What came of a load run: what its processes saw, and what makes one doubt it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from tgi_conformance.http.exchange import Exchange
from tgi_conformance.load.tally import Tally, request_of, response_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.load.depth import Sample
    from tgi_conformance.load.plan import Plan
    from tgi_conformance.load.slots import Slots

BUSY = 0.9  # of a processor; Locust warns at the same share
LATE = 0.1  # seconds
STALLED = 3.0  # seconds in which a process did nothing at all; Locust gives a worker up after as many
MOST_LATE = 0.05  # of the times that a process looks at its clock
DRIFT = 1.0  # seconds
BY_CHANCE = 1e-4  # the rate of mixed-up answers that a run is to see


@define
class Process:
    """One process that users ran in.

    Attributes:
        tally: What its users saw.
        offset: By how much its clock is behind that of whoever leads the run, in seconds: the least that any
            of its messages showed, since each takes a while; None if it sent none.
        warned: Whether Locust warned that it uses a whole processor.
        done: Whether it sent everything that it had.
        crash: An error of a user's own code, which is one of the suite; empty if there was none.
        missing: How many answers had not come when the run was over.
    """

    tally: Tally = field(factory=Tally)
    offset: float | None = None
    warned: bool = False
    done: bool = False
    crash: str = ""
    missing: int = 0

    @property
    def saturated(self) -> str:
        """Why its users may have been too slow; empty if they were not."""
        longest = (self.tally.lateness.percentile(100) or 0) / 1_000_000
        if longest > STALLED:
            return f"it did nothing for {longest:.0f} s"
        share = self.tally.processor / self.tally.seconds if self.tally.seconds else 0.0
        if self.warned or share > BUSY:
            return f"it used {max(share, BUSY):.0%} of a processor"
        late = self.tally.lateness.share_above(LATE * 1_000_000)
        return (
            f"it was late by more than {LATE * 1000:.0f} ms {late:.0%} of the time"
            if late > MOST_LATE
            else ""
        )


@define
class Outcome:
    """What came of a load run.

    Attributes:
        plan: What the users asked.
        lacking: For each form of the mix that is not offered the evidence, by its label.
        sample: What was checked in depth.
        processes: The processes that the users ran in, by their names.
        before, after: How many simultaneous requests were served before the load, and after it.
        users: How many users asked at a time.
        offered: Requests a second that they were to send; None for as many as they could.
        replicas: How many routers are behind the URL; None if nobody said.
        seconds: How long the users asked.
        reason: Why the run ended early; empty if it did not.
    """

    plan: Plan
    lacking: Mapping[str, str]
    sample: Sample
    processes: dict[str, Process] = field(factory=dict)
    before: Slots | None = None
    after: Slots | None = None
    users: int = 0
    offered: float | None = None
    replicas: int | None = None
    seconds: float = 0.0
    reason: str = ""

    def take(self, name: str, message: Mapping[str, Any], now: float) -> None:
        """Add what a process sent; `now` is the time of its arrival in seconds since the epoch."""
        process = self.processes.setdefault(name, Process())
        process.tally.merge(message["tally"])
        process.warned = process.warned or message["warned"]
        process.done = process.done or message["done"]
        process.crash = process.crash or message["crash"]
        process.missing += message["missing"]
        offset = now - message["time"]
        if process.offset is None or abs(offset) < abs(process.offset):
            process.offset = offset
        for label, request, response in message["samples"]:
            exchange = Exchange(request_of(request), response_of(response))
            for violation in self.sample.check(label, exchange):
                process.tally.of(label).violate(violation, exchange.request, exchange.response)

    @property
    def crash(self) -> str:
        """An error of the suite in one of the processes; empty if there was none."""
        return next((process.crash for process in self.processes.values() if process.crash), "")

    @property
    def total(self) -> Tally:
        """What all processes saw together."""
        whole = Tally()
        for process in self.processes.values():
            whole.merge(process.tally.wire())
        return whole

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why what the users saw may not be all, or not what the deployment did; empty without a doubt."""
        lost = sum(not process.done for process in self.processes.values())
        found = [f"{lost} of {len(self.processes)} load processes ended before the others"] if lost else []
        for name, process in self.processes.items():
            if process.saturated:
                found.append(f"the load process {name} was saturated: {process.saturated}")
            if process.missing:
                found.append(f"{process.missing} answers to the load process {name} had not come at its end")
            if process.offset is not None and abs(process.offset) > DRIFT:
                found.append(f"the clock of the load process {name} is off by {process.offset:+.1f} s")
        return tuple(found)
