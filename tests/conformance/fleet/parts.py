"""Parts of shards that were not run: every target's results are what `outcome_of` says."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from attrs import evolve
from tests.conformance.reports.samples import SEEN

from tgi_conformance import requirements
from tgi_conformance.config.settings import Settings, run_config_of
from tgi_conformance.config.targets import NamedConfig
from tgi_conformance.engine.progress import Progress
from tgi_conformance.engine.run import without_results
from tgi_conformance.engine.verdict import verdict_of
from tgi_conformance.fleet.part_writer import PartWriter
from tgi_conformance.fleet.plan import Plan, plan_of
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.requirements import Requirement
    from tgi_conformance.results.report import Report, Result

STARTED = "2026-01-02T03:04:05+00:00"


def targets(count: int, **settings: object) -> list[NamedConfig]:
    """Make targets that check a dozen requirements."""
    chosen = {"only": ("info",), **settings}
    config = run_config_of(Settings("http://h.test", **chosen))  # type: ignore[arg-type]
    return [
        NamedConfig(f"t{n}", evolve(config, target=evolve(config.target, url=f"http://h.test/{n}")))
        for n in range(count)
    ]


def outcome_of(name: str, requirement: Requirement) -> Outcome:
    """Choose an outcome by the target and the requirement alone."""
    chance = zlib.crc32(f"{name.partition('#')[0]} {requirement.id}".encode()) % 10
    return {0: Outcome.FAILED, 1: Outcome.UNSUPPORTED, 2: Outcome.KNOWN_DEVIATION}.get(chance, Outcome.PASSED)


def result_of(name: str, requirement: Requirement) -> Result:
    outcome = outcome_of(name, requirement)
    seen = SEEN if outcome in {Outcome.FAILED, Outcome.KNOWN_DEVIATION} else {}
    return evolve(requirements.result_of(requirement, outcome), cases=1, seconds=0.5, **seen)


def report_of(named: NamedConfig) -> Report:
    """Return the report that a run of the target gives."""
    results = tuple(result_of(named.name, one) for one in named.config.selected)
    verdict, reason = verdict_of(results, "", strict=False)
    return evolve(
        without_results(named.config, verdict, reason),
        server={"model_id": "m"},
        started=STARTED,
        seconds=1.0,
        requests=len(results),
        generated_tokens=2 * len(results),
        requirements=results,
    )


def write_target(writer: PartWriter, named: NamedConfig, report: Report, known: frozenset[str]) -> None:
    writer.begin(named.name, known)
    total = len(report.requirements)
    for done, result in enumerate(report.requirements, 1):
        writer.progress(named.name, Progress(result, done, total, done, 2 * done))
    writer.report(named.name, report)


def write_part(folder: Path, plan: Plan, shard: int) -> Path:
    """Write the part of a shard that was not disturbed."""
    path = folder / f"part-{shard}-of-{plan.shards}.jsonl"
    writer = PartWriter(path, durable=False)
    writer.header(plan, shard)
    for piece in plan.of_shard(shard):
        write_target(writer, piece.named, report_of(piece.named), frozenset())
    writer.close()
    return path


def write_fleet(folder: Path, plan: Plan) -> list[Path]:
    folder.mkdir(exist_ok=True)
    return [write_part(folder, plan, shard) for shard in range(1, plan.shards + 1)]


def unsharded(folder: Path, fleet: list[NamedConfig]) -> dict[str, Report]:
    """Return what one run reports of each target."""
    from tgi_conformance.fleet.merge import merge  # noqa: PLC0415 - what is tested

    found = merge(write_fleet(folder, plan_of(fleet)))
    return {column.name: column.report for column in found.columns()}


def without_times(report: Report) -> Report:
    """Leave out what may differ between two runs."""
    return evolve(report, started="", seconds=0.0, requests=0, generated_tokens=0)
