"""The files that a run writes: which, whether they can be written, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from tgi_common.command_line import WrongUsage
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.reports.badge import write_badge
from tgi_conformance.reports.files import check_writable, write_atomically
from tgi_conformance.reports.fleet_html import write_fleet_html
from tgi_conformance.reports.fleet_text import write_fleet_markdown
from tgi_conformance.reports.html_report import write_html
from tgi_conformance.reports.json_report import write_json
from tgi_conformance.reports.junit import write_junit
from tgi_conformance.reports.markdown import write_markdown
from tgi_conformance.reports.matrix import write_matrix_markdown
from tgi_conformance.reports.matrix_html import write_matrix_html
from tgi_conformance.reports.names import report_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tgi_conformance.reports.fleet_summary import FleetSummary
    from tgi_conformance.results.comparison import Column
    from tgi_conformance.results.report import Report

    Writer = Callable[[Report], str]

WRITERS: dict[str, Writer] = {
    "json": write_json,
    "junit": write_junit,
    "html": write_html,
    "markdown": write_markdown,
    "badge": write_badge,
}
FLEET_WRITERS = {"html": write_fleet_html, "markdown": write_fleet_markdown}
MATRIX_WRITERS = {"html": write_matrix_html, "markdown": write_matrix_markdown}
ENDINGS = {"json": ".json", "junit": ".xml", "html": ".html"}


@frozen
class Written:
    """What came of writing files: for each that could not be written a line that says why."""

    paths: tuple[Path, ...]
    failures: Mapping[Path, str]

    def raise_for_failures(self) -> None:
        """Raise WrongUsage if a file could not be written."""
        if self.failures:
            raise WrongUsage("\n".join(self.failures.values()))


@define
class FleetWriting:
    """Writes what was asked for about many targets, each report as it comes; `names` is of `report_names`."""

    files: ReportFiles
    names: Mapping[str, str]
    failures: dict[Path, str] = field(factory=dict)

    def write_one(self, column: Column) -> None:
        """Write the reports of one target into the folder, if there is one."""
        if self.files.folder is None:
            return
        for form, end in ENDINGS.items():
            path = self.files.folder / f"{self.names[column.name]}{end}"
            error = _write_one(path, WRITERS[form](column.report))
            if error:
                self.failures[path] = error

    def finish(self, summary: FleetSummary, problems: Sequence[str]) -> Written:
        """Write the page and the summary; of the reports of each target only the folder is named."""
        texts = self.files.fleet_pages(summary, problems, self.names)
        for form, path in self.files.outputs.items():
            texts[path] = FLEET_WRITERS[form](summary, problems)
        found = _write(texts)
        return Written(found.paths, {**self.failures, **found.failures})


@frozen
class ReportFiles:
    """The files that a user asked for.

    Attributes:
        outputs: A path for each of `WRITERS` that was given.
        folder: Where `--reports` writes the pages about all deployments, and every report of each.
    """

    outputs: Mapping[str, Path] = field(factory=dict)
    folder: Path | None = None

    @classmethod
    def taken_from(cls, given: dict[str, Any]) -> ReportFiles:
        """Take the flags about files out of those of `run`."""
        outputs = {name: path for name in WRITERS if (path := given.pop(name)) is not None}
        return cls(outputs, given.pop("reports"))

    def check(self, *, several: bool) -> None:
        """Raise UsageError or OSError if they cannot be written for one deployment, or for several."""
        flags: dict[Path, str] = {}
        for name, path in self.outputs.items():
            check_writable(path)
            other = flags.setdefault(path.resolve(), name)
            if other != name:
                raise UsageError(f"{path}: --{other} and --{name} cannot write to the same file")
        single = next((name for name in self.outputs if name not in MATRIX_WRITERS), None)
        if several and single:
            raise UsageError(f"--{single}: reports one deployment; use --reports FOLDER for several")
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            check_writable(self.folder / "matrix.html")

    def write(self, report: Report) -> Written:
        """Write the reports of one deployment."""
        return _write({path: WRITERS[form](report) for form, path in self.outputs.items()})

    def fleet_pages(
        self, summary: FleetSummary, problems: Sequence[str], names: Mapping[str, str]
    ) -> dict[Path, str]:
        """Give the pages about all deployments by their paths in the folder; none without a folder."""
        if self.folder is None:
            return {}
        return {
            self.folder / "fleet.html": write_fleet_html(summary, problems, names),
            self.folder / "fleet.md": write_fleet_markdown(summary, problems),
        }

    def write_matrix(
        self, columns: tuple[Column, ...], summary: FleetSummary, problems: Sequence[str]
    ) -> Written:
        """Write the matrix of several deployments, and into the folder the fleet's page and every report."""
        files = {path: MATRIX_WRITERS[form](columns) for form, path in self.outputs.items()}
        if self.folder is not None:
            names = report_names(column.name for column in columns)
            files |= self.fleet_pages(summary, problems, names)
            for form, end in (("html", ".html"), ("markdown", ".md")):
                files[self.folder / f"matrix{end}"] = MATRIX_WRITERS[form](columns)
            for column in columns:
                for form, end in ENDINGS.items():
                    files[self.folder / f"{names[column.name]}{end}"] = WRITERS[form](column.report)
        return _write(files)


def _write(files: Mapping[Path, str]) -> Written:
    errors = {path: _write_one(path, text) for path, text in files.items()}
    failures = {path: error for path, error in errors.items() if error}
    return Written(tuple(path for path in files if path not in failures), failures)


def _write_one(path: Path, text: str) -> str:
    """Write a file; return what was wrong, or an empty text."""
    try:
        write_atomically(path, text)
    except OSError as error:
        return str(error)  # names the path
    return ""
