"""Write the sources of the documentation site: the pages of this repository, and pages made from its code.

The folders are as in the repository, so that links between pages lead where they do there. A file that a page
links to and that is not a page is copied along. `nox -s docs` turns the result into build/site.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import click
import yaml

from recorded_results import recorded_results
from results_page import results_page
from site_pages import command_line_page, faults_page, requirement_pages
from tgi_conformance.cli.main import main as command_line
from tgi_conformance.reports.html_report import write_html
from tgi_conformance.requirements import requirements
from tgi_reference.injection.catalogues import all_faults, all_variants

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from recorded_results import Recorded

ROOT = Path(__file__).parents[1]
MATRIX = ROOT / "docs" / "fault-matrix.json"
RESULTS = "results"
OUT = ROOT / "build" / "docs"  # git ignores it
HOME = "README.md"
LINK = re.compile(r"\]\(([^)\s]+)(?: \"[^\"]*\")?\)")
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)

# The order of the pages; every page of the repository must be here, or in a folder that is listed below.
GUIDE = (
    "docs/ci.md",
    "docs/recipes.md",
    "docs/scale.md",
    "docs/profiles.md",
    "docs/results.md",
    "results/README.md",
    "docs/reports.md",
    "docs/deviations.md",
    "docs/command-line.md",
)
API = ("docs/behaviour.md", "docs/interface.md", "docs/clients.md", "docs/client.md", "docs/documents.md")
REFERENCE = ("docs/reference-server.md", "docs/faults.md")
PROJECT = ("CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md", "CHANGELOG.md", "SECURITY.md")
REQUIREMENTS, DECISIONS = "docs/requirements", "docs/decisions"


class PageError(ValueError):
    """A page that cannot be part of the site; the message is one line."""


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=OUT,
    help="Folder to write to, which is emptied before.  [default: build/docs]",
)
def main(*, out: Path) -> None:
    """Write the sources of the site, and mkdocs.yml beside their folder."""
    if out.exists():
        shutil.rmtree(out)
    recorded = recorded_results(ROOT / RESULTS)
    pages = {**repository_pages(), **generated_pages(recorded)}
    reports = result_reports(recorded)
    for name, text in {**pages, **reports}.items():
        write(out / name, text)
    for name in sorted(linked_files(pages, reports)):
        write(out / name, (ROOT / name).read_bytes())
    write(out.parent / "mkdocs.yml", yaml.safe_dump(configuration(out, pages), sort_keys=False))
    print(f"written {len(pages)} pages to {out}")


def write(path: Path, content: str | bytes) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def repository_pages() -> dict[str, str]:
    """Read the pages of the repository, by their paths."""
    paths = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / RESULTS / "README.md"]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


def generated_pages(recorded: Sequence[Recorded]) -> dict[str, str]:
    """Write the pages that the code and the recorded results determine, by their paths."""
    matrix = json.loads(MATRIX.read_text("utf-8"))
    of_requirements = requirement_pages(requirements(), matrix)
    return {
        **{f"{REQUIREMENTS}/{name}": text for name, text in of_requirements.items()},
        "docs/faults.md": faults_page(all_faults(), all_variants(), matrix),
        "docs/command-line.md": command_line_page(command_line),
        "docs/results.md": results_page(recorded, ".html"),
    }


def result_reports(recorded: Iterable[Recorded]) -> dict[str, str]:
    """Write the HTML page of each recorded report, by its path."""
    return {
        f"{RESULTS}/{one.implementation}/{one.version}/{profile}.html": write_html(report)
        for one in recorded
        for profile, report in one.reports.items()
    }


def linked_files(pages: Mapping[str, str], made: Container[str] = ()) -> set[str]:
    """Name the files of the repository that pages link to; raises PageError for a link that leads nowhere.

    Pages, and other files that are made, are not among them.
    """
    found = set()
    for name, text in pages.items():
        for link in LINK.findall(CODE.sub("", text)):
            parts = urlsplit(link)
            if parts.scheme or not parts.path:
                continue
            path = (ROOT / name).parent.joinpath(unquote(parts.path)).resolve()
            target = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
            if target in pages or target in made:
                continue
            if not target or not path.is_file():
                raise PageError(f"{name}: {link}: no page and no file of the repository")
            found.add(target)
    return found


def configuration(out: Path, pages: dict[str, str]) -> dict[str, Any]:
    """Complete mkdocs.yml of the repository: where the pages are, and which there are."""
    settings: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    return {**settings, "docs_dir": out.name, "site_dir": "site", "nav": navigation(set(pages))}


def navigation(pages: set[str]) -> list[dict[str, Any]]:
    """Order the pages; raises PageError if one has no place."""
    in_folders = {folder: sorted(_in_folder(folder, pages)) for folder in (REQUIREMENTS, DECISIONS)}
    sections: list[dict[str, Any]] = [
        {"Home": HOME},
        {"Guide": list(GUIDE)},
        {"Requirements": in_folders[REQUIREMENTS]},
        {"TGI's API": list(API)},
        {"Reference server": list(REFERENCE)},
        {"Project": [*PROJECT, {"Decisions": in_folders[DECISIONS]}]},
    ]
    placed = {HOME, *GUIDE, *API, *REFERENCE, *PROJECT, *in_folders[REQUIREMENTS], *in_folders[DECISIONS]}
    if placed != pages:
        raise PageError(f"scripts/write_docs.py: without a place or a page: {sorted(placed ^ pages)}")
    return sections


def _in_folder(folder: str, pages: set[str]) -> Iterator[str]:
    return (page for page in pages if page.startswith(f"{folder}/"))


if __name__ == "__main__":
    main()
