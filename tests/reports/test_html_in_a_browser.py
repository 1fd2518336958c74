"""The HTML report as a reader uses it, in a real browser: filters, search, links, copying, printing, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.reports.samples import BAD, CURL, GOOD, NONE, hostile

from tgi_conformance.reports.html_report import write_html

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


def tone(page: Page, selector: str) -> tuple[list[int], list[int]]:
    """Give the colours of an element's text and of the page behind it."""
    script = """selector => {
      const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
      const numbers = (colour) => {
        canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
      };
      const behind = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        const clear = /, 0\\)$|\\/ 0\\)$/.test(colour) || colour === "transparent";
        return clear && element.parentElement ? behind(element.parentElement) : colour;
      };
      const element = document.querySelector(selector);
      return [numbers(getComputedStyle(element).color), numbers(behind(element))];
    }"""
    text, ground = page.evaluate(script, selector)
    return text, ground


def contrast(one: list[int], other: list[int]) -> float:
    """Compute the contrast ratio of two colours as WCAG 2 does."""

    def luminance(colour: list[int]) -> float:
        parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_it_first_shows_what_needs_attention(open_page: Opener) -> None:
    page = open_page(write_html(BAD))

    assert FAILED == visible(page)
    assert "7 of 11 shown" == page.inner_text("#shown")
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
    page.get_by_label("Kind", exact=True).select_option("answers")
    assert [] == visible(page)
    assert page.get_by_text("No requirement matches these filters.").is_visible()


def test_a_cell_of_the_matrix_shows_its_requirements(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.get_by_role("button", name="generate, streams: 1 failed").click()

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


def test_a_link_opens_what_a_filter_hides(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.evaluate("location.hash = 'root.passes-too'")
    page.wait_for_selector("article[id='root.passes-too'] details[open]")

    assert "root.passes-too" in visible(page)
    assert page.evaluate("document.activeElement.closest('article')?.id") == "root.passes-too"


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
    assert "Skip to the findings" == page.evaluate("document.activeElement.textContent")
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName + '.' + document.activeElement.className"))

    assert {"BUTTON.quiet needs-script", "BUTTON.cell failed", "INPUT.", "SELECT.", "SUMMARY."} <= reached
    page.locator("article summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("article details[open]").first.is_visible()


def test_every_control_has_a_name(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    unnamed = page.eval_on_selector_all(
        "button, input, select, a, [role=region]",
        "all => all.filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.length"
        " || e.getAttribute('aria-labelledby'))).map(e => e.outerHTML)",
    )

    assert [] == unnamed


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_enough_contrast(open_page: Opener, scheme: str) -> None:
    page = open_page(write_html(BAD), color_scheme=scheme)
    page.get_by_role("button", name="Show all").click()
    outcomes = ("failed", "inconclusive", "known", "unsupported", "passed")
    selectors = [".muted", ".statement", ".hero h1", *(f"article.{name} .badge" for name in outcomes)]
    selectors += [".cell.failed", ".cell.passed", ".tile.known b", ".copy", ".name"]
    ratios = {selector: contrast(*tone(page, selector)) for selector in selectors}

    assert {} == {selector: ratio for selector, ratio in ratios.items() if ratio < 4.5}


def test_the_theme_can_be_switched(open_page: Opener) -> None:
    page = open_page(write_html(BAD), color_scheme="light")
    _, before = tone(page, "body")
    page.get_by_role("button", name="Switch between light and dark").click()
    _, after = tone(page, "body")

    assert sum(before) > 600
    assert sum(after) < 150


@pytest.mark.parametrize("report", [BAD, GOOD, NONE, hostile()], ids=["bad", "good", "none", "hostile"])
def test_it_fits_a_phone(open_page: Opener, report: Any) -> None:
    page = open_page(write_html(report), viewport=PHONE)
    page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true; })")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_it_prints_what_is_shown_and_opens_it(open_page: Opener) -> None:
    page = open_page(write_html(BAD))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")

    assert page.locator("article[id='generate.must-fails'] .versus").is_visible()
    assert not page.locator(".toolbar").is_visible()
    assert len(page.pdf()) > 10_000
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert 0 == page.locator("article > details[open]").count()


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
