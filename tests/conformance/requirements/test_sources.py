"""Every requirement says where its promise is made, and docs/behaviour.md says how it knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from tgi_conformance.requirements import requirements
from tgi_conformance.results.deviations import shipped_deviations
from tgi_document.pinned import pinned_document
from tgi_document.walk import resolve

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "behaviour.md").read_text("utf-8")
DOCUMENT = pinned_document()
TRANSCRIPTS = ROOT / "tests" / "data" / "transcripts"
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
HEADS = {"evidence", "---"}


def slug(heading: str) -> str:
    """Name a heading as the links to it do: lower case, spaces as hyphens, other signs left out."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings() -> set[str]:
    return {slug(text) for text in re.findall(r"^#+ (.+)$", PAGE, flags=re.MULTILINE)}


def recorded(name: str) -> set[str]:
    lines = (TRANSCRIPTS / name).read_text("utf-8").splitlines()
    return {json.loads(line)["name"] for line in lines}


def leads_nowhere(source: str) -> bool:
    if source.startswith("#/"):
        try:
            return resolve(DOCUMENT, source) is None
        except LookupError:
            return True
    page, mark, heading = source.partition("#")
    if page == "behaviour.md":
        return not mark or heading not in headings()
    parts = urlsplit(source)
    return parts.scheme != "https" or not parts.hostname


def test_every_source_exists() -> None:
    assert {} == {one.id: one.source for one in requirements() if leads_nowhere(one.source)}


def test_missing_sources_are_recognized() -> None:
    wrong = ["#/paths/~1nope", "behaviour.md#nope", "behaviour.md", "http://example.test/", "somewhere", ""]

    assert wrong == [source for source in wrong if leads_nowhere(source)]


def test_evidence_of_deviations_exists() -> None:
    known = recorded("tgi-3.3.6.jsonl")
    for deviation in shipped_deviations():
        sections = re.findall(r"behaviour\.md#[\w-]+", deviation.evidence)
        issues = re.findall(r"(?:text-generation-inference|huggingface_hub)#\d+", deviation.evidence)
        names = re.findall(r"[\w-]+(?:/[\w.-]+)+", deviation.evidence)

        assert [] == [section for section in sections if leads_nowhere(section)]
        assert [] == [name for name in names if name not in known and not (ROOT / name).is_file()]
        assert sections or names or issues


def test_links_within_the_page_have_targets() -> None:
    assert set() == set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) - headings()


def test_every_row_has_its_evidence() -> None:
    pattern = re.compile(r"`[\w.:/-]+`|source|(?:tgi|hub)#\d+")

    assert [] == [row for row in ROWS if row[-1] not in HEADS and not pattern.search(row[-1])]
    assert len(ROWS) > 100


def test_cited_recordings_exist() -> None:
    prose = re.findall(r"\(((?:`[^`]+`(?:,\s)?)+)\)", PAGE)
    cited = {name for text in [row[-1] for row in ROWS] + prose for name in re.findall("`([^`]+)`", text)}
    here = {name for name in cited if name.endswith(".py")}
    older = {name.partition(":")[2] for name in cited if name.startswith("2.4.1:")}
    newer = {name for name in cited - here if "/" in name and not name.startswith("2.4.1:")}

    assert set() == newer - recorded("tgi-3.3.6.jsonl")
    assert set() == older - recorded("tgi-2.4.1.jsonl")
    assert [] == [name for name in here if not (ROOT / name).exists()]
    assert older
    assert newer
