"""The sources of the site have every page, requirement, fault and command, and what links lead to."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
import yaml
from click.testing import CliRunner

from tgi_conformance.cli.main import main as command_line
from tgi_conformance.requirements import requirements
from tgi_reference.injection.catalogues import all_faults, all_variants
from write_docs import MATRIX, ROOT, PageError, linked_files, main, navigation, repository_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

ZENSICAL = shutil.which("zensical", path=str(Path(sys.executable).parent))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sources, written anew; what was there before is gone."""
    out = tmp_path_factory.mktemp("site") / "pages"
    out.mkdir()
    (out / "stale.md").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("write_docs.write_html", lambda report: report.target)  # dozens of large pages
        result = CliRunner().invoke(main, ["--out", str(out)])
    assert 0 == result.exit_code, result.output
    assert not (out / "stale.md").exists()
    return out


def rows(page: str) -> list[list[str]]:
    """The cells of each row of the page's tables, without the heads."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |")) for line in lines]
    return [row for row in cells if row[0] not in {"requirement", "name", "---", "route"}]


def leaves(entries: list[object]) -> Iterator[str]:
    for entry in entries:
        for value in entry.values() if isinstance(entry, dict) else [entry]:
            yield from leaves(value) if isinstance(value, list) else [str(value)]


def test_every_page_is_in_the_navigation_once(site: Path) -> None:
    settings = yaml.safe_load((site.parent / "mkdocs.yml").read_text("utf-8"))
    named = list(leaves(settings["nav"]))

    assert sorted(path.relative_to(site).as_posix() for path in site.rglob("*.md")) == sorted(named)
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")} <= set(named)
    assert ("pages", "site") == (settings["docs_dir"], settings["site_dir"])


def test_the_results_link_to_a_page_of_each_report(site: Path) -> None:
    page = (site / "docs" / "results.md").read_text("utf-8")
    links = re.findall(r"\((\.\./results/[^)]+\.html)\)", page)

    assert len(links) >= 6
    assert [] == [link for link in links if not (site / "docs" / link).is_file()]


def test_a_page_without_a_place_is_an_error() -> None:
    with pytest.raises(PageError, match=r"docs/new\.md"):
        navigation({*repository_pages(), "docs/new.md"})


def test_every_requirement_has_an_anchor_on_the_page_of_its_route(site: Path) -> None:
    anchors = {
        anchor: path.stem
        for path in (site / "docs" / "requirements").glob("*.md")
        for anchor in re.findall(r"^## .* \{#(\S+)\}$", path.read_text("utf-8"), re.MULTILINE)
    }

    assert {one.id: one.route for one in requirements()} == anchors


def test_a_requirement_is_described(site: Path) -> None:
    page = (site / "docs" / "requirements" / "generate.md").read_text("utf-8")
    _, _, section = page.partition("{#generate.generated-tokens-are-counted}\n")
    section = section.partition("\n## ")[0]
    (requirement,) = [one for one in requirements() if one.id == "generate.generated-tokens-are-counted"]

    assert requirement.statement in section
    assert f"Why: {requirement.why}" in section
    assert f"{requirement.level.value}, depth {requirement.depth.value}" in section
    assert requirement.source in section
    caught = min(json.loads(MATRIX.read_text("utf-8"))[requirement.id])
    assert f"[{caught}](../faults.md#{caught})" in section


def test_the_page_of_faults_has_a_row_for_each(site: Path) -> None:
    page = (site / "docs" / "faults.md").read_text("utf-8")
    expected = [one.name for one in (*all_faults(), *all_variants())]

    assert expected == [row[0].rpartition(">")[2] for row in rows(page)]
    assert [one.name for one in all_faults()] == re.findall(r'<span id="([^"]+)">', page)


def test_a_fault_names_what_catches_it(site: Path) -> None:
    matrix = json.loads(MATRIX.read_text("utf-8"))
    caught = {name for names in matrix.values() for name in names}
    page = (site / "docs" / "faults.md").read_text("utf-8")
    named = {row[0].rpartition(">")[2] for row in rows(page) if len(row) == 3 and row[2].strip()}

    assert caught == named


def options(group: click.Group, path: str) -> Iterator[tuple[str, set[str]]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from options(command, f"{path} {name}")
        elif command is not None:
            flags = {f for p in command.params if isinstance(p, click.Option) for f in p.opts}
            yield f"{path} {name}", flags


def test_every_command_and_option_is_on_the_page(site: Path) -> None:
    page = (site / "docs" / "command-line.md").read_text("utf-8")
    sections = {part.partition("\n")[0]: part for part in page.split("\n## ")[1:]}
    expected = dict(options(command_line, "tgi-conformance"))

    assert list(expected) == list(sections)
    assert {"tgi-conformance run", "tgi-conformance serve", "tgi-conformance client fetch"} <= set(expected)
    assert "\n    " not in page  # which would be code
    for name, flags in expected.items():
        assert set() == {
            flag for flag in flags if f"`{flag}" not in sections[name] and f", {flag}" not in sections[name]
        }


def test_files_that_pages_link_to_are_there(site: Path) -> None:
    copied = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.suffix not in {".md", ""}}

    assert {
        "spec/openapi.json",
        "action.yml",
        "docs/images/report-light.png",
        "docs/fault-matrix.json",
    } <= copied


@pytest.mark.parametrize("link", ["nowhere.md", "../../outside.txt", "docs"])
def test_a_link_that_leads_nowhere_is_an_error(link: str) -> None:
    with pytest.raises(PageError, match="no page and no file"):
        linked_files({"README.md": f"[a page]({link})"})


def test_links_in_code_and_to_other_sites_are_left_alone() -> None:
    text = "[a](https://your.host/x.md) [b](#c) `[d](e.md)`\n\n```md\n[f](g.md)\n```\n"

    assert set() == linked_files({"README.md": text})


@pytest.mark.skipif(ZENSICAL is None, reason="needs the group `docs`")
def test_the_site_is_built_without_a_warning(site: Path) -> None:
    command = [str(ZENSICAL), "build", "--strict", "--config-file", str(site.parent / "mkdocs.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603

    assert 0 == done.returncode, done.stdout + done.stderr
    html = (site.parent / "site" / "docs" / "requirements" / "generate" / "index.html").read_text("utf-8")
    assert 'id="generate.generated-tokens-are-counted"' in html


def test_the_matrix_names_only_what_there_is() -> None:
    matrix = json.loads(MATRIX.read_text("utf-8"))

    assert set() == set(matrix) - {r.id for r in requirements()}
    assert set() == {name for names in matrix.values() for name in names} - {f.name for f in all_faults()}
