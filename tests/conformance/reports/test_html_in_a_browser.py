"""The HTML report as a reader uses it, in a real browser: filters, search, links, copying, printing, keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.reports.answers import SHOWN
from tests.conformance.reports.samples import BAD, CURL, GOOD, NONE, hostile, many

from tgi_conformance.reports.html_report import write_html
from tgi_conformance.results.causes import causes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Opener = Callable[..., Page]

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
FAILED = [
    *("generate.must-fails", "generate.must-fails-too", "generate.stream-fails", "generate.no-answer"),
    *("generate.should-fails", "generate.may-fails", "generate.is-inconclusive"),
]


def visible(page: Page) -> list[str]:
    ids: list[str] = page.eval_on_selector_all("article:not([hidden])", "all => all.map(a => a.id)")
    return ids


def ground(page: Page) -> list[int]:
    """Give the colour behind the page."""
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return [int(part) for part in re.findall(r"\d+", colour)]


def test_it_first_shows_what_needs_attention(open_page: Opener) -> None:
    page = open_page(write_html(BAD))

    assert FAILED == visible(page)
    assert "7 shown, 4 hidden by filters" == page.inner_text("#shown")
    assert "http://h.test does not conform" == page.title()


def test_outcomes_and_levels_filter(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.get_by_label("failed 6").uncheck()
    assert ["generate.is-inconclusive"] == visible(page)
    page.get_by_label("passed 2").check()
    assert ["generate.is-inconclusive", "generate.passes", "root.passes-too"] == visible(page)
    page.get_by_role("button", name="Show all").click()
    assert [r.id for r in BAD.requirements] == sorted(
        visible(page), key=[r.id for r in BAD.requirements].index
    )
    page.get_by_label("MUST", exact=True).uncheck()
    assert ["generate.should-fails", "generate.may-fails"] == visible(page)


def test_route_and_category_filter(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Route", exact=True).select_option("root")
    assert ["root.passes-too"] == visible(page)
    page.get_by_label("Category", exact=True).select_option("answers")
    assert [] == visible(page)
    assert page.get_by_text("No requirement matches these filters.").is_visible()


def test_a_cell_of_the_matrix_shows_its_requirements(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.get_by_role("link", name="generate, streams: 1 failed").click()

    assert ["generate.stream-fails"] == visible(page)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("STREAM-fails", ["generate.stream-fails"]),
        ("whole after", ["generate.no-answer"]),
        ("after whole must", ["generate.no-answer"]),
        ("naïve 🤖 error", ["generate.stream-fails"]),
        ("no such thing", []),
    ],
)
def test_search_looks_into_everything(open_page: Opener, words: str, found: list[str]) -> None:
    page = open_page(write_html(BAD))
    page.keyboard.press("/")
    page.keyboard.type(words)

    assert found == visible(page)
    page.keyboard.press("Escape")
    assert FAILED == visible(page)


def test_filters_are_in_the_address(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.get_by_label("failed 6").uncheck()
    page.get_by_label("Route", exact=True).select_option("generate")
    page.get_by_label("Search the requirements").fill("in conclusive")
    address, shown = page.evaluate("location.href"), visible(page)
    page.goto("about:blank")
    page.goto(address)

    assert address.endswith("#outcome=inconclusive&route=generate&search=in+conclusive")
    assert ["generate.is-inconclusive"] == shown == visible(page)
    assert not page.get_by_label("failed 6").is_checked()
    assert "1 shown, 10 hidden by filters" == page.inner_text("#shown")


def test_the_back_button_takes_a_filter_back(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.get_by_label("failed 6").uncheck()
    page.get_by_role("button", name="Show all").click()
    assert "11 shown" == page.inner_text("#shown")
    page.go_back()
    assert ["generate.is-inconclusive"] == visible(page)
    page.go_back()
    assert FAILED == visible(page)
    assert "" == page.evaluate("location.hash")
    page.go_forward()
    assert ["generate.is-inconclusive"] == visible(page)


def test_words_typed_in_one_go_are_one_step_back(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.get_by_label("Search the requirements").press_sequentially("whole after")
    assert ["generate.no-answer"] == visible(page)
    page.go_back()

    assert FAILED == visible(page)


def test_an_address_with_nonsense_shows_what_it_can(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    for address in ("#outcome=nope", "#route=nope&level=all", "#%E0%A4%A", "#=", "#outcome=%ff"):
        page.evaluate("address => { location.hash = address; }", address)
        page.wait_for_function("document.getElementById('shown').textContent.includes('shown')")

    assert [] == visible(page)


def test_a_link_opens_what_a_filter_hides(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.evaluate("location.hash = 'root.passes-too'")
    page.wait_for_selector("article[id='root.passes-too'] details[open]")

    assert "root.passes-too" in visible(page)
    assert page.evaluate("document.activeElement.closest('article')?.id") == "root.passes-too"


def test_the_source_is_quoted_where_its_link_leads(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    article = page.locator("article[id='generate.must-fails']")
    article.locator("summary").first.click()
    article.get_by_role("link", name="#/paths/~1generate/post").click()
    page.wait_for_selector("#source-1[open]")

    assert '"operationId": "generate"' in page.locator("#source-1").inner_text()
    page.go_back()
    assert FAILED == visible(page)


def test_the_offending_value_and_the_assembled_arguments_are_seen(open_page: Opener) -> None:
    page = open_page(write_html(SHOWN))
    page.locator("article details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    counted = page.locator("article[id='generate.tokens-are-counted']")
    tools = page.locator("article[id='generate.tools-parse']")

    assert ["3"] == counted.locator("mark").all_inner_texts()
    assert '{"city": "Paris"}' == tools.locator("pre[aria-label='Arguments of tool call 0']").inner_text()


def test_causes_link_to_their_findings(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.get_by_role("link", name="generate.must-fails-too", exact=True).first.click()
    page.wait_for_selector("article[id='generate.must-fails-too'] details[open]")

    assert page.locator("article[id='generate.must-fails-too'] .versus").is_visible()


@pytest.mark.parametrize("allowed", [True, False])
def test_the_curl_line_is_copied_as_it_is(open_page: Opener, *, allowed: bool) -> None:
    page = open_page(write_html(BAD))
    page.evaluate(
        """allowed => {
          window.copied = [];
          const write = allowed ? async (text) => { copied.push(text); }
            : async () => { throw new Error("no"); };
          Object.defineProperty(navigator, "clipboard", {value: {writeText: write}});
          document.addEventListener("copy", () => copied.push(document.activeElement.value));
        }""",
        allowed,
    )
    article = page.locator("article[id='generate.must-fails']")
    article.locator("summary").first.click()
    article.get_by_role("button", name="Copy curl").click()
    article.get_by_role("button", name="Copied").wait_for()

    assert [CURL] == page.evaluate("copied")
    assert "Copied" == page.inner_text("#said")


def test_a_stream_is_shown_event_by_event(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    article = page.locator("article[id='generate.stream-fails']")
    article.locator("summary").first.click()
    rows = article.locator(".events tbody tr").all_inner_texts()

    assert 3 == article.locator(".events svg").count()
    assert ["1\t100 ms\t", "2\t200 ms\t"] == [row[:9] for row in rows[:2]]
    assert "event: error" in rows[1]


def test_the_keyboard_reaches_everything(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.keyboard.press("Tab")
    assert "Skip to the requirements" == page.evaluate("document.activeElement.textContent")
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName + '.' + document.activeElement.className"))

    assert {"BUTTON.quiet needs-script", "A.cell failed urgent", "INPUT.", "SELECT.", "SUMMARY."} <= reached
    page.locator("article summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("article details[open]").first.is_visible()


def test_the_theme_can_be_switched(open_page: Opener) -> None:
    page = open_page(write_html(BAD), color_scheme="light")
    before = ground(page)
    page.get_by_role("button", name="Switch between light and dark").click()
    after = ground(page)

    assert sum(before) > 600
    assert sum(after) < 150


@pytest.mark.parametrize("report", [BAD, GOOD, NONE, hostile()], ids=["bad", "good", "none", "hostile"])
def test_it_fits_a_phone(open_page: Opener, report: Any) -> None:
    page = open_page(write_html(report), viewport=PHONE)
    page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_it_prints_a_page_for_each_cause(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    before = page.locator("details[open]").count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")

    assert 3 == page.locator(".cause .versus:visible").count()
    assert 3 == page.locator("ol.print-only li:visible").count()
    assert page.locator("h1:visible, .matrix:visible").count() == 2
    assert 0 == page.locator(".toolbar:visible, article:visible, .sources:visible").count()
    assert 4 == len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert before == page.locator("details[open]").count()


@pytest.mark.parametrize("size", [100, 2000, 20_000])
def test_a_cause_stays_on_one_page_however_long_it_is(open_page: Opener, size: int) -> None:
    causes = many(3, size)
    page = open_page(write_html(causes))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert 1 + len(causes_of(causes.broken)) == len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def test_it_can_be_read_without_scripts(open_page: Opener) -> None:
    page = open_page(write_html(BAD), java_script_enabled=False)

    assert 11 == page.locator("article:visible").count()
    assert 0 == page.locator(".needs-script:visible").count()
    page.locator("article summary").first.click()
    assert page.locator("article .versus").first.is_visible()


def test_hostile_text_does_nothing(open_page: Opener) -> None:
    page = open_page(write_html(hostile()))
    page.get_by_role("button", name="Show all").click()
    page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")
    page.locator("article .actual").first.hover()

    assert "http://h.test does not conform" == page.title()
    assert 0 == page.locator("img, main script, main style").count()
    assert "<script>document.title='owned'</script>" in page.locator("article .actual").first.inner_text()


def test_a_run_without_results_is_shown(open_page: Opener) -> None:
    page = open_page(write_html(NONE))

    assert "Could not tell" == page.locator("h1").inner_text()
    assert page.get_by_text("the deployment cannot be reached: no connection").is_visible()
