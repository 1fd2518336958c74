"""The HTML report as a text: what it says, what it needs, how large it grows, what it lets through."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from tests.reports.samples import BAD, GOOD, HOSTILE, REPORTS, STREAM, hostile, many, result

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


def body_of(report: Report) -> str:
    page = write_html(report)
    return page[page.index("<main>") : page.index("</main>")]


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_shows_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert snapshot == body_of(REPORTS[name])


@pytest.mark.parametrize("report", [*REPORTS.values(), hostile()], ids=[*REPORTS, "hostile"])
def test_elements_are_closed_and_nothing_is_fetched(report: Report) -> None:
    reader = Reader(write_html(report))

    assert [] == reader.open
    assert {"data:,"} == {href for href in reader.attributes("href") if not href.startswith("#")}
    assert [] == reader.attributes("src") + reader.attributes("style") + reader.attributes("action")
    assert 1 == sum(tag == "script" for tag, _ in reader.elements)


def test_every_requirement_has_an_anchor() -> None:
    reader = Reader(write_html(BAD))
    ids = reader.attributes("id")

    assert {r.id for r in BAD.requirements} <= set(ids)
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in reader.attributes("href") if href.startswith("#")} <= set(ids)
    assert set(reader.attributes("aria-labelledby")) <= set(ids)


def test_hostile_text_is_inert() -> None:
    page = write_html(hostile())
    reader = Reader(page)

    assert UNSAFE.search(page) is None
    assert {tag for tag, _ in reader.elements} == {tag for tag, _ in Reader(write_html(BAD)).elements}
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

    assert 100 == page.count('<td class="when">')
    assert "… 500 more events are not shown" in page


@pytest.mark.parametrize(
    ("size", "numbers", "omitted"),
    [
        (6000, [1, 2, *range(10, 20)], {2: 7}),
        (400, [1, 2, 10, 19], {2: 7, 10: 8}),
        (200, [1, 19], {1: 17}),
    ],
)
def test_events_keep_their_numbers_when_some_are_left_out(
    size: int, numbers: list[int], omitted: dict[int, int]
) -> None:
    kept = STREAM.events[:2] + STREAM.events[2:] * 10  # the last ten are the end of the stream
    stream = type(STREAM)(200, (), 0.4, "", kept, 7)
    view = finding_view(result("x", Outcome.FAILED, response=stream), size).response

    assert view is not None
    assert numbers == [event.number for event in view.events]
    assert omitted == {event.number: event.omitted_after for event in view.events if event.omitted_after}


def test_the_timeline_starts_at_the_previous_event() -> None:
    view = finding_view(
        result("x", Outcome.FAILED, response=type(STREAM)(200, (), 0.4, "", STREAM.events)), 6000
    )

    assert view.response is not None
    assert [("0.00", "25.00"), ("25.00", "25.00"), ("50.00", "50.00")] == [
        (event.start, event.width) for event in view.response.events
    ]
    assert ["100", "200", "400"] == [event.milliseconds for event in view.response.events]


def test_a_curl_line_is_complete_or_left_out() -> None:
    curl = "curl " + "x" * 9000

    assert curl not in finding_view(result("x", Outcome.FAILED, curl=curl), 6000).curl
    assert "9005 characters; see" in finding_view(result("x", Outcome.FAILED, curl=curl), 6000).curl


def test_a_report_without_failures_shows_everything() -> None:
    boxes = [
        attrs for tag, attrs in Reader(write_html(GOOD)).elements if tag == "input" and attrs.get("name")
    ]

    assert all("checked" in attrs for attrs in boxes)
