"""`tgi-conformance merge PART…`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from tgi_common.command_line import OneLineCommand, WrongUsage, examples
from tgi_conformance.cli.exit_status import FailOn, Gate, baseline_of
from tgi_conformance.cli.output import replace_what_cannot_be_encoded
from tgi_conformance.cli.report_files import ReportFiles
from tgi_conformance.cli.run_options import JUDGING, QUIET, WRITING, adding, with_baseline
from tgi_conformance.cli.several import tell_fleet, tell_one, with_problems
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.fleet.merge import Fleet, merge
from tgi_conformance.fleet.part import PartError
from tgi_conformance.reports.read_json import ReportError

EXAMPLES = examples(
    "merge part-*.jsonl --reports reports",
    "merge parts --expect 50 --html fleet.html",
)


class MergeCommand(OneLineCommand):
    """Reads `--fail-on regression FILE` as `run` does."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:
        """Read the arguments."""
        return super().make_context(info_name, with_baseline(args), *rest, **extra)


@click.command(
    "merge", cls=MergeCommand, epilog=EXAMPLES, short_help="Merge the parts of `run --shard` into one report."
)
@click.argument("parts", metavar="PART…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--expect",
    metavar="N",
    type=click.IntRange(1),
    help="How many shards there are, to be compared with what the parts say.",
)
@adding([*WRITING, *JUDGING, QUIET])
def merge_command(*, parts: tuple[Path, ...], expect: int | None, quiet: int, **given: Any) -> None:
    """Merge the parts that `run --shard` wrote into the report that one run would have given.

    A folder stands for the parts in it. A part that is missing or broken is named, and its targets count as
    runs that could not tell; nothing else is lost. Exits as `run` does.
    """
    files = ReportFiles.taken_from(given)
    fail_on, baseline = FailOn(given.pop("fail_on")), given.pop("baseline")
    replace_what_cannot_be_encoded()
    try:
        fleet = merge([path for part in parts for path in _files(part)], expect)
        gate = Gate(
            fail_on,
            baseline_of(fail_on, baseline),
            baseline,
            given.pop("on_inconclusive"),
            given.pop("fail_on_stale"),
        )
        files.check(several=len(fleet.names) != 1)
        code = _told(fleet, files, gate, -quiet)
    except (PartError, ReportError, UsageError, OSError) as error:
        raise WrongUsage(str(error)) from None
    sys.exit(code)


def _told(fleet: Fleet, files: ReportFiles, gate: Gate, verbosity: int) -> int:
    if len(fleet.names) != 1:
        return tell_fleet(fleet, files, gate, verbosity)
    code = tell_one(fleet.report(fleet.names[0]), files, gate, verbosity)
    return with_problems(fleet, gate, code)


def _files(part: Path) -> list[Path]:
    """Return the part, or the parts in a folder; raises PartError for a folder without any."""
    if not part.is_dir():
        return [part]
    found = sorted(part.glob("*.jsonl"))
    if not found:
        raise PartError(f"{part}: has no part, expected files *.jsonl of `run --shard`")
    return found
