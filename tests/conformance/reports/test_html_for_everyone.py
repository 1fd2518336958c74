"""All pages for every reader and device: contrast, names, sizes, keys, and a matrix that hides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from tests.conformance.reports.answers import SHOWN, everything
from tests.conformance.reports.samples import BAD, GOOD, NONE, STRICT, hostile

from tgi_conformance.reports.fleet_html import write_fleet_html
from tgi_conformance.reports.fleet_summary import FleetSummary
from tgi_conformance.reports.html_report import write_html
from tgi_conformance.reports.matrix_html import write_matrix_html
from tgi_conformance.results.comparison import Column
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Opener = Callable[..., Page]

pytestmark = pytest.mark.browser
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
WIDTHS = (390, 768, 992, 1000, 1280)
FAILED = everything(Outcome.FAILED)
COLUMNS = (Column("first", BAD), Column("second", GOOD), Column("third", evolve(SHOWN, strict=True)))


def fleet(size: int = 22) -> str:
    """Show many targets, half of them broken in ways that take long to tell."""
    summary = FleetSummary()
    told = (evolve(one, statement=one.statement * 9) for one in BAD.requirements)
    wordy = evolve(BAD, requirements=tuple(told))
    for number in range(size):
        broken = number % 2 == 0
        report = (hostile(), wordy, NONE)[number // 2 % 3] if broken else GOOD
        reason = f"failed: {'w' * 300}" if broken else "passed: no MUST requirement fails"
        summary.add(Column(f"target-{'n' * (number % 55)}-{number}", report), reason)
    files = {target.name: target.name for target in summary.targets}
    return write_fleet_html(summary, ["the part of shard 2/8 is missing"], files)


PAGES = {
    "every outcome": write_html(BAD),
    "answers": write_html(SHOWN),
    "strict": write_html(STRICT),
    "could not tell": write_html(NONE),
    "hostile": write_html(hostile()),
    "several": write_matrix_html(COLUMNS),
    "many": write_matrix_html(tuple(Column(f"target-{n}", (BAD, GOOD)[n % 2]) for n in range(12))),
    "fleet": fleet(),
    "no target": fleet(0),
}
# What a reader cannot scroll to, or what another element covers, at the middle of each element.
UNSEEN = """elements => elements.filter(element => {
  element.scrollIntoView({block: "center"});
  const box = element.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const inside = box.x >= 0 && box.right <= document.documentElement.clientWidth + 1;
  return !(inside && box.width > 0 && (element === top || element.contains(top)));
}).map(element => element.outerHTML)"""


def opened(page: Page) -> None:
    """Show and open everything."""
    if page.locator("#all").count():
        page.locator("#all").click()
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(open_page: Opener, name: str, device: dict[str, Any], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")
    page = open_page(PAGES[name], color_scheme=scheme, **device)
    opened(page)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = axe.Axe().run(page, options={"runOnly": tags, "resultTypes": ["violations", "passes"]}).response

    assert [] == [
        (one["id"], node["html"], node["failureSummary"])
        for one in found["violations"]
        for node in one["nodes"]
    ]
    assert "color-contrast" in {one["id"] for one in found["passes"]}


def test_axe_would_find_a_violation(open_page: Opener) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")
    page = open_page(PAGES["every outcome"])
    page.evaluate("document.querySelector('h1').style.color = '#999'")

    assert ["color-contrast"] == [one["id"] for one in axe.Axe().run(page).response["violations"]]


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_text_is_large_enough(open_page: Opener, name: str, device: dict[str, Any]) -> None:
    page = open_page(PAGES[name], **device)
    opened(page)
    small = page.evaluate(
        """() => {
          const sizes = new Map();
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || element.closest("script")) continue;
            const body = element.closest("p, .statement, .versus dd, .about dd, .what");
            const least = body && !element.closest("code, .verbatim, .legend .named") ? 14 : 12;
            if (parseFloat(getComputedStyle(element).fontSize) < least) sizes.set(element.outerHTML, least);
          }
          return [...sizes];
        }"""
    )

    assert [] == small


@pytest.mark.parametrize("name", PAGES)
def test_targets_are_large_enough_for_a_finger(open_page: Opener, name: str) -> None:
    page = open_page(PAGES[name], **PHONE)
    opened(page)
    small = page.locator(
        "a:visible, button:visible, select:visible, input:visible, summary:visible"
    ).evaluate_all(
        """all => all.filter(one => !one.closest("p, .skip") && one.className !== "skip").map(one => {
          const box = one.getBoundingClientRect();
          return [one.outerHTML, box.width, box.height];
        }).filter(([, width, height]) => width < 43.5 || height < 43.5)"""
    )

    assert [] == small


@pytest.mark.parametrize("width", WIDTHS)
def test_the_matrix_hides_no_failure(open_page: Opener, width: int) -> None:
    page = open_page(write_html(FAILED), viewport={"width": width, "height": 900})
    cells = page.locator(".matrix a.cell.urgent")
    places = {(one.route, one.category) for one in FAILED.requirements}

    assert len(places) + len({route for route, _ in places}) == cells.count()
    assert [] == cells.evaluate_all(UNSEEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_matrix_hides_no_failure_on_paper(open_page: Opener) -> None:
    page = open_page(write_html(FAILED), viewport={"width": 688, "height": 1000})  # A4 less the margins
    page.emulate_media(media="print")

    assert [] == page.locator(".matrix a.cell.urgent").evaluate_all(UNSEEN)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_matrix_of_several_hides_no_failure(open_page: Opener, width: int) -> None:
    page = open_page(PAGES["many"], viewport={"width": width, "height": 900})
    cells = page.locator(".matrix td:not(.worst) > .cell.urgent")

    assert 6 * 7 == cells.count()
    assert [] == cells.evaluate_all(UNSEEN)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_phone_shows_only_the_cells_that_need_attention(open_page: Opener) -> None:
    page = open_page(PAGES["every outcome"], **PHONE)
    cells = page.locator(".matrix .cell:visible")

    assert ["✕ 6 failed", "✕ 5 answers", "✕ 1 streams"] == [
        " ".join(text.split()) for text in cells.all_inner_texts()
    ]
    assert page.get_by_text("Not shown here: 1 route without failures.").is_visible()


def test_checks_of_one_route_are_seen(open_page: Opener) -> None:
    page = open_page(write_html(FAILED), **DESK)
    heads = page.locator(".matrix thead th").all_inner_texts()

    assert ["route", "worst outcome", "route-specific"] == heads[:3]


def test_known_deviations_are_grey(open_page: Opener) -> None:
    colours = [
        open_page(page).locator("article.known .badge").evaluate("one => getComputedStyle(one).color")
        for page in (PAGES["every outcome"], PAGES["strict"])
    ]
    parts = [[int(part) for part in colour[4:-1].split(",")] for colour in colours]

    assert max(parts[0]) - min(parts[0]) < 30
    assert parts[1][0] - max(parts[1][1:]) > 60  # in a strict run they are failures, and red


def test_the_matrix_is_one_tab_stop_and_arrows_move_in_it(open_page: Opener) -> None:
    page = open_page(PAGES["every outcome"], **DESK)
    cells = page.locator(".matrix a.cell")
    assert 1 == page.locator(".matrix a.cell[tabindex='0']").count()
    cells.first.focus()

    def after(*keys: str) -> str:
        for key in keys:
            page.keyboard.press(key)
        return str(page.evaluate("document.activeElement.getAttribute('aria-label')")).partition(":")[0]

    assert "generate, answers" == after("ArrowRight")
    assert "generate, streams" == after("ArrowRight", "ArrowRight")
    assert "root, streams" == after("ArrowDown", "ArrowDown")
    assert "root" == after("Home", "ArrowLeft")
    assert "generate" == after("ArrowUp")
    assert "generate, streams" == after("End")
    assert 1 == page.locator(".matrix a.cell[tabindex='0']").count()
    page.keyboard.press("Enter")
    assert "#outcome=all&route=generate&category=streams" == page.evaluate("location.hash")


def test_arrows_skip_what_a_phone_leaves_out(open_page: Opener) -> None:
    page = open_page(PAGES["every outcome"], **PHONE)
    page.locator(".matrix a.cell").first.focus()
    page.keyboard.press("ArrowDown")

    assert "generate" == page.evaluate("document.activeElement.getAttribute('aria-label')").partition(":")[0]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_fleet_fits_its_screen_and_hides_no_failure(open_page: Opener, width: int) -> None:
    page = open_page(PAGES["fleet"], viewport={"width": width, "height": 900})
    cells = page.locator(".fleet td:not(.worst) > .cell.urgent")

    assert cells.count()
    assert [] == cells.evaluate_all(UNSEEN)
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_of_a_fleet_are_found_by_words_and_causes(open_page: Opener) -> None:
    page = open_page(PAGES["fleet"])
    rows, articles = page.locator(".fleet tbody tr:visible"), page.locator("#targets article:visible")
    page.get_by_label("Search targets").fill("target--0")
    assert (1, 1) == (rows.count(), articles.count())
    page.get_by_label("Search targets").fill("")
    page.locator("details.cause summary").first.click()
    page.get_by_role("button", name="Show only these targets").first.click()

    assert 0 < rows.count() < 22
    assert rows.count() == articles.count()
    page.locator(".fleet tbody tr:visible a").first.click()
    assert page.get_by_role("link", name="The whole report").first.is_visible()
