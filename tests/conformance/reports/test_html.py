"""The HTML report as a text: what it says, what it needs, how large it grows, what it lets through."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.conformance.reports.answers import SHOWN, everything
from tests.conformance.reports.samples import BAD, GOOD, HOSTILE, REPORTS, SEEN, hostile, many, result

from tgi_common.text import escaped
from tgi_conformance.reports.finding_view import finding_view
from tgi_conformance.reports.html_report import LARGEST, write_html
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tgi_conformance.results.report import Report

# Controls other than line ends, directions, surrogates: what makes an editor or a terminal do something.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
VOID = {"meta", "link", "input", "rect", "br"}


class Reader(HTMLParser):
    """Reads elements, attributes and texts as a browser would."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.elements if name in attrs]


def anchors(reader: Reader) -> set[str]:
    """Give the anchors that links lead to; the rest of the links set filters."""
    return {href[1:] for href in reader.attributes("href") if href.startswith("#") and "=" not in href}


def body_of(report: Report) -> str:
    page = write_html(report)
    return page[page.index("<main>") : page.index("</main>")]


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_shows_it(name: str, snapshot: SnapshotAssertion) -> None:
    shown, _, _ = body_of(REPORTS[name]).partition('<section class="card sources"')  # quotes other files

    assert snapshot == shown


@pytest.mark.parametrize(
    "report", [*REPORTS.values(), SHOWN, hostile()], ids=[*REPORTS, "answers", "hostile"]
)
def test_elements_are_closed_and_nothing_is_fetched(report: Report) -> None:
    reader = Reader(write_html(report))

    assert [] == reader.open
    elsewhere = {href for href in reader.attributes("href") if not href.startswith(("#", "https://"))}
    assert {"data:,"} == elsewhere
    assert [] == reader.attributes("src") + reader.attributes("style") + reader.attributes("action")
    assert 1 == sum(tag == "script" for tag, _ in reader.elements)


def test_every_requirement_has_an_anchor() -> None:
    reader = Reader(write_html(BAD))
    ids = reader.attributes("id")

    assert {r.id for r in BAD.requirements} <= set(ids)
    assert len(ids) == len(set(ids))
    assert anchors(reader) <= set(ids)
    assert set(reader.attributes("aria-labelledby")) <= set(ids)


def test_hostile_text_is_inert() -> None:
    page = write_html(hostile())
    reader = Reader(page)

    assert UNSAFE.search(page) is None
    assert {tag for tag, _ in reader.elements} <= {tag for tag, _ in Reader(write_html(BAD)).elements}
    assert [] == [name for _, attrs in reader.elements for name in attrs if name.startswith("on")]
    assert "autofocus" not in {name for _, attrs in reader.elements for name in attrs}
    shown = "".join(reader.texts)
    for part in ("<script>document.title='owned'</script>", "\\u{1b}[31mred", "\\u{202e}gnp.exe", "{{7*7}}"):
        assert part in shown
    assert escaped(HOSTILE).replace("\\r\\n", "\n") in shown


def test_the_policy_allows_only_the_pages_own_script_and_style() -> None:
    page = write_html(BAD)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert 2 == policy.count("sha256-")


@pytest.mark.parametrize(("count", "text"), [(600, 200), (600, 4000), (2, 4000)])
def test_a_full_run_stays_below_two_megabytes(count: int, text: int) -> None:
    page = write_html(many(count, text))

    assert len(page.encode()) <= LARGEST
    assert count == page.count("<article ")


def test_a_few_findings_keep_their_complete_exchange() -> None:
    page = write_html(many(2, 4000))

    findings = page[page.index('id="findings"') :]
    assert 100 == findings.count('<td class="when">')
    assert "… 500 more events are not shown" in page


def test_a_curl_line_is_complete_or_left_out() -> None:
    curl = "curl " + "x" * 9000

    assert curl not in finding_view(result("x", Outcome.FAILED, curl=curl), 6000).curl
    assert "9005 characters; see" in finding_view(result("x", Outcome.FAILED, curl=curl), 6000).curl


def test_a_report_without_failures_shows_everything() -> None:
    elements = Reader(write_html(GOOD)).elements
    boxes = [attrs for tag, attrs in elements if tag == "input" and attrs.get("type") == "checkbox"]

    assert boxes
    assert all("checked" in attrs for attrs in boxes)


def test_the_offending_value_is_marked() -> None:
    page = write_html(SHOWN)

    assert '"generated_tokens": <mark>3</mark>' in page
    assert "<b><mark>500</mark></b>" in page


def test_a_header_is_marked_and_shown_where_a_finding_is_about_it() -> None:
    seen = {**SEEN, "expected": "content-type application/json", "actual": "text/plain"}
    page = write_html(evolve(BAD, requirements=(result("x", Outcome.FAILED, **seen),)))

    assert '<details class="headers" open>' in page
    assert "<i>content-type:</i> <mark>text/plain</mark>" in page


def test_known_deviations_count_as_failures_in_a_strict_run() -> None:
    page = body_of(evolve(GOOD, strict=True))

    assert '<div class="strict">' in page
    assert 'value="known" checked' in page
    assert 'value="passed" checked' not in page


def test_a_cause_tells_its_promise_first() -> None:
    page = body_of(BAD)
    cause = page[page.index('<details class="cause"') :]

    assert cause.index("What <code>must-fails</code> says.") < cause.index("500 text/plain")
    assert 3 == page.count('<details class="cause"')
    assert "2 MUST, 1 SHOULD, 1 MAY" in cause


def test_why_is_told_where_the_whole_cause_shares_it() -> None:
    shared = [result(name, Outcome.FAILED, **SEEN) for name in ("a", "b")]
    different = [shared[0], evolve(shared[1], why="Another reason.")]

    assert "Why clients care:" in body_of(evolve(BAD, requirements=tuple(shared)))
    assert "Why clients care:" not in body_of(evolve(BAD, requirements=tuple(different)))


def test_a_report_of_everything_has_each_source_once() -> None:
    page = write_html(everything(Outcome.PASSED))
    reader = Reader(page)

    assert anchors(reader) <= set(reader.attributes("id"))
    assert 1 == page.count("A well-formed generation request is validated")
    assert 'href="https://www.rfc-editor.org/rfc/rfc8259#section-7" rel="noreferrer"' in page
