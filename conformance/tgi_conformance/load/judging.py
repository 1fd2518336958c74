"""Turn what came of a load run into the report that every other run has too."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.config.profiles import profiles_of
from tgi_conformance.engine.verdict import verdict_of
from tgi_conformance.load.mix import FORMS
from tgi_conformance.load.outcome import BY_CHANCE
from tgi_conformance.load.plan import LENGTH, NOTHING
from tgi_conformance.load.tally import Example, Kind, RouteTally, Tally
from tgi_conformance.protocol.routes import HEALTH, INFO, example_of
from tgi_conformance.requirements import _under_load as promises
from tgi_conformance.requirements import result_of
from tgi_conformance.results.curl import curl_line
from tgi_conformance.results.evidence import request_seen, response_seen
from tgi_conformance.results.levels import Outcome, Verdict
from tgi_conformance.results.load_figures import PERCENTILES, LoadFigures, RouteFigures
from tgi_conformance.session.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_conformance.http.target import Target
    from tgi_conformance.load.outcome import Outcome as LoadOutcome
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.protocol.routes import Route
    from tgi_conformance.requirements._under_load import Promise
    from tgi_conformance.results.deviations import Deviation
    from tgi_conformance.results.report import Report, Result

SPARE = 1.1  # times the limit, for how exactly the seconds of a slot can be told
NOT_ASKED = "no answer showed it"


def judged(report: Report, outcome: LoadOutcome, target: Target) -> Report:
    """Add to a report without results what came of the load."""
    results = tuple(sorted(_results(outcome, target), key=lambda result: result.route))
    verdict, reason = verdict_of(results, outcome.reason, strict=False)
    if outcome.crash:
        verdict, reason = Verdict.INTERNAL_ERROR, outcome.crash
    total = outcome.total
    return evolve(
        report,
        verdict=verdict,
        reason=target.scrub(reason),
        requirements=results,
        requests=report.requests + sum(route.asked for route in total.routes.values()),
        generated_tokens=report.generated_tokens + sum(route.tokens for route in total.routes.values()),
        overloads=report.overloads + sum(route.refused for route in total.routes.values()),
        load=_figures(outcome, total),
    )


def _results(outcome: LoadOutcome, target: Target) -> Iterator[Result]:
    judging = _Judging(outcome, target)
    for label, evidence in outcome.lacking.items():
        for promise in promises.OF_FORMS:
            if promise.applies_to(FORMS[label]):
                yield _result(promise, FORMS[label], Outcome.UNSUPPORTED, evidence)
    for form in outcome.plan.forms:
        for promise in promises.OF_FORMS:
            if promise.applies_to(form.form):
                yield judging.of_form(promise, form.label)
    yield judging.of_health()
    yield judging.of_limit()
    yield judging.of_room()
    yield judging.of_slots()


class _Judging:
    def __init__(self, outcome: LoadOutcome, target: Target) -> None:
        self.outcome = outcome
        self.target = target
        self.total = outcome.total
        self.doubt = "; ".join(outcome.doubts)

    def of_form(self, promise: Promise, label: str) -> Result:
        form, tally = FORMS[label], self.total.of(label)
        if not tally.asked and not self.doubt:
            reason = f"none of the {self.outcome.users} users had time to ask it, or the mix leaves it none"
            return _result(promise, form, Outcome.UNSUPPORTED, reason)
        plan = self.outcome.plan.form(label)
        if promise is promises.OWN and plan is not None and plan.proof == NOTHING:
            return _result(promise, form, Outcome.UNSUPPORTED, plan.without)
        if plan is not None and promise.slug in plan.excused:
            reason = f"an answer of this release that comes alone breaks it too: {plan.excused[promise.slug]}"
            return _result(promise, form, Outcome.UNSUPPORTED, self.target.scrub(reason))
        if promise is promises.MODEL and plan is not None and plan.model is None:
            return _result(promise, form, Outcome.UNSUPPORTED, f"{form.path} names no model")
        cases = tally.asked if promise is promises.ANSWERED else tally.answered
        if promise is promises.REFUSED:
            cases = tally.refused
            if not cases:
                return _result(promise, form, Outcome.UNSUPPORTED, "no request was refused for overload")
        if promise is promises.DOCUMENTED:
            cases = self.outcome.sample.checked.get(label, 0)
        return self._of(promise, form, tally, cases)

    def of_health(self) -> Result:
        if not self.outcome.plan.health:
            return _result(promises.HEALTHY, HEALTH, Outcome.UNSUPPORTED, "GET /health is not offered")
        tally = self.total.of(HEALTH.name)
        return self._of(promises.HEALTHY, HEALTH, tally, tally.asked)

    def of_limit(self) -> Result:
        """Judge by the seconds that slots were held: as many as the routers have can be held at a time."""
        unknown = self._unknown_limit()
        if unknown or self.outcome.replicas is None:
            return _result(promises.LIMITED, INFO, Outcome.UNSUPPORTED, unknown)
        limit = self._limit * self.outcome.replicas
        held = sum(route.held for route in self.total.routes.values())
        average = held / self.outcome.seconds if self.outcome.seconds else 0.0
        if average <= limit * SPARE + 1:
            return self._passed(
                promises.LIMITED, INFO, sum(one.answered for one in self.total.routes.values())
            )
        expected = f"at most {limit} requests at a time"
        actual = f"{average:.1f} on average, for {self.outcome.seconds:.0f} s"
        return self._broken(promises.LIMITED, INFO, [Kind(Example(expected, actual, example_of(INFO)), 1)])

    def of_room(self) -> Result:
        """Judge by whether anything was refused, if so few users ask that nothing can be.

        A slot may be freed a little after its answer has come, so that each user may take two for a moment.
        """
        unknown, needed = self._unknown_limit(), (self.outcome.users + 1) * 2
        if not unknown and needed > self._limit:
            unknown = f"{self.outcome.users} users may take {needed} slots at a time, of {self._limit}"
        if unknown:
            return _result(promises.ROOM, INFO, Outcome.UNSUPPORTED, unknown)
        everywhere = Tally()
        for route in self.total.routes.values():
            everywhere.of(INFO.name).merge(route.wire())
        return self._of(promises.ROOM, INFO, everywhere.of(INFO.name), everywhere.of(INFO.name).asked)

    @property
    def _limit(self) -> int:
        return self.outcome.sample.session.capabilities.limit("max_concurrent_requests") or 0

    def _unknown_limit(self) -> str:
        """Say why the limit of the deployment is not known; empty if it is."""
        if not self._limit:
            return "/info advertises no max_concurrent_requests"
        if self.outcome.replicas is None:
            return "--replicas N says how many routers there are, and that nobody else asks them"
        return ""

    def of_slots(self) -> Result:
        before, after = self.outcome.before, self.outcome.after
        if before is None or after is None:
            return _result(promises.FREED, INFO, Outcome.INCONCLUSIVE, "the run ended before it was checked")
        evidence = before.evidence or after.evidence
        if before.refused:
            evidence = (
                f"{before.refused} of {before.sent} simultaneous requests were refused before the load too"
            )
        if evidence:
            return _result(promises.FREED, INFO, Outcome.UNSUPPORTED, evidence)
        if not after.refused or after.exchange is None:
            return self._passed(promises.FREED, INFO, after.sent)
        expected = f"{after.sent} simultaneous requests served, as before the load"
        actual = f"{after.refused} refused for overload"
        exchange = after.exchange
        example = Example(expected, actual, exchange.request, exchange.response)
        return self._broken(promises.FREED, INFO, [Kind(example, 1)])

    def _of(self, promise: Promise, place: Form | Route, tally: RouteTally, cases: int) -> Result:
        kinds = list(tally.broken.get(promise.slug, {}).values())
        if not kinds:
            return self._passed(promise, place, cases)
        return self._broken(promise, place, kinds, cases)

    def _broken(self, promise: Promise, place: Form | Route, kinds: Sequence[Kind], cases: int = 0) -> Result:
        """Judge what breaks a promise; kinds that the user knows do not count. Without cases, tell none."""
        known = [self._known(promise, place, kind) for kind in kinds]
        failing = [kind for kind, deviation in zip(kinds, known, strict=True) if deviation is None]
        if known[0] is not None and not failing:
            result = self._with_evidence(promise, place, kinds[:1], cases)
            return self._unless_doubted(known[0].excuse(result))
        result = self._with_evidence(promise, place, failing, cases)
        if promise.tolerated and sum(kind.count for kind in failing) <= cases * promise.tolerated:
            intermittent = _result(promise, place, Outcome.INTERMITTENT, result.actual)
            return self._unless_doubted(evolve(intermittent, cases=cases))
        if promise.timed and self.doubt:
            reason = f"{result.actual}; but {self.doubt}"
            return _result(promise, place, Outcome.INCONCLUSIVE, self.target.scrub(reason))
        return result

    def _known(self, promise: Promise, place: Form | Route, kind: Kind) -> Deviation | None:
        context = Context(promise.at(place).id, self.outcome.sample.session)
        return context.deviation(kind.example.unmet)

    def _passed(self, promise: Promise, place: Form | Route, cases: int) -> Result:
        if not cases:
            return _result(promise, place, Outcome.INCONCLUSIVE, self.doubt or NOT_ASKED)
        return self._unless_doubted(evolve(_result(promise, place, Outcome.PASSED), cases=cases))

    def _unless_doubted(self, result: Result) -> Result:
        return evolve(result, outcome=Outcome.INCONCLUSIVE, reason=self.doubt) if self.doubt else result

    def _with_evidence(
        self, promise: Promise, place: Form | Route, kinds: Sequence[Kind], cases: int
    ) -> Result:
        """Return a failed result with the first of what broke the promise, and the symptoms of all."""
        scrub, example = self.target.scrub, kinds[0].example
        count = min(sum(kind.count for kind in kinds), cases)  # an answer may break it in two ways
        return evolve(
            _result(promise, place, Outcome.FAILED),
            cases=cases,
            expected=scrub(example.expected),
            actual=scrub(f"{count:,} of {cases:,}: {example.actual}" if cases else example.actual),
            symptoms=tuple(dict.fromkeys(scrub(kind.example.unmet.symptom) for kind in kinds)),
            curl=curl_line(self.target, example.request),
            request=request_seen(self.target, example.request),
            response=response_seen(self.target, example.response) if example.response else None,
        )


def _result(promise: Promise, place: Form | Route, outcome: Outcome, reason: str = "") -> Result:
    requirement = promise.at(place)
    return evolve(result_of(requirement, outcome, reason), profiles=profiles_of(requirement))


def _figures(outcome: LoadOutcome, total: Tally) -> LoadFigures:
    asked = sum(total.of(form.label).asked for form in outcome.plan.forms)
    return LoadFigures(
        users=outcome.users,
        processes=len(outcome.processes),
        seconds=round(outcome.seconds, 1),
        offered=outcome.offered,
        achieved=round(asked / outcome.seconds, 1) if outcome.seconds else 0.0,
        processor=round(total.processor, 3),
        mixed_up=round(_seen_if_mixed_up(outcome, total), 4),
        routes=tuple(_route_figures(form.label, total.of(form.label)) for form in outcome.plan.forms),
    )


def _seen_if_mixed_up(outcome: LoadOutcome, total: Tally) -> float:
    """Return the probability that one mixed-up answer in 10,000 was seen, if chance decides which it is."""
    told_apart = 0.0
    for form in outcome.plan.forms:
        # Among some lengths of prompts, or some texts, another request has the same now and then.
        share = {LENGTH: 1 - 1 / len(form.prompts), NOTHING: 0.0}.get(form.proof, 1 - 1 / (form.texts or inf))
        told_apart += total.of(form.label).answered * share
    return float(1 - (1 - BY_CHANCE) ** told_apart)


def _route_figures(label: str, tally: RouteTally) -> RouteFigures:
    latencies = {}
    for name, histogram in tally.durations.items():
        scale = 1 if name == "pace" else 1000  # microseconds to milliseconds
        found = [histogram.percentile(percent) for percent in PERCENTILES]
        numbers = tuple(number / scale for number in found if number is not None)
        if numbers:
            latencies[name] = numbers
    return RouteFigures(label, tally.answered, tally.refused, tally.failed, latencies)
