"""The summary in Markdown, read by a real reader of GitHub's kind, and the badge."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from markdown_it import MarkdownIt
from tests.conformance.reports.samples import BAD, HOSTILE, REPORTS, hostile, many
from tests.conformance.reports.test_html import UNSAFE, Reader

from tgi_common.text import escaped
from tgi_conformance.reports.badge import write_badge
from tgi_conformance.reports.markdown import block, code, write_markdown
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def rendered(text: str) -> Reader:
    return Reader(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


@pytest.mark.parametrize("name", REPORTS)
def test_the_summary_says_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == write_markdown(REPORTS[name])


@pytest.mark.parametrize("name", REPORTS)
def test_the_badge_says_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == write_badge(REPORTS[name])


@pytest.mark.parametrize("verdict", Verdict)
def test_the_badge_is_an_endpoint_of_shields(verdict: Verdict) -> None:
    badge = json.loads(write_badge(evolve(BAD, verdict=verdict)))

    assert 1 == badge["schemaVersion"]
    assert all(isinstance(badge[name], str) and badge[name] for name in ("label", "message", "color"))


def test_hostile_text_is_inert() -> None:
    text = write_markdown(hostile())
    reader = rendered(text)

    assert UNSAFE.search(text) is None
    assert {"details", "summary", "b", "code"} == set(
        re.findall(r"</?(\w+)", re.sub(r"`+[^\n]*`+", "", _prose(text)))
    )
    assert not {"script", "img", "a", "style", "iframe"} & {tag for tag, _ in reader.elements}
    assert [] == [name for _, attrs in reader.elements for name in attrs if name not in {"class", "style"}]


def _prose(text: str) -> str:
    return re.sub(r"(?ms)^(`{3,})sh$.*?^\1$", "", text)


@pytest.mark.parametrize("text", ["", " ", "`", "``a`", "a`", "x ``` y", "a|b", "\\", "\n", HOSTILE])
def test_a_code_span_gives_the_text_back(text: str) -> None:
    reader = rendered(f"- a: {code(text)}")

    assert ["ul", "li", "code"] == [tag for tag, _ in reader.elements]
    assert escaped(text).strip() in "".join(reader.texts)


@pytest.mark.parametrize("text", ["curl x", "```", "a ```` b", HOSTILE])
def test_a_block_gives_the_text_back(text: str) -> None:
    reader = rendered("\n".join(block(text, "sh")))

    assert ["pre", "code"] == [tag for tag, _ in reader.elements]
    assert escaped(text) + "\n" == "".join(reader.texts[:-1])


def test_a_summary_of_hundreds_of_causes_is_short_enough_for_github() -> None:
    text = write_markdown(many(600, 4000))

    assert len(text.encode()) < 500_000
    assert "… and 575 more causes." in text
