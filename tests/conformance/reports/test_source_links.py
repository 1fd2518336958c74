"""The page quotes where promises are made, so that its links work wherever the file is opened."""

from __future__ import annotations

from attrs import evolve
from tests.conformance.reports.answers import everything
from tests.conformance.reports.samples import HOSTILE, RESULTS

from tgi_conformance.reports.sources import sources_of
from tgi_conformance.results.levels import Outcome

PASSED = everything(Outcome.PASSED).requirements


def test_every_requirement_has_a_source_to_read() -> None:
    found = sources_of(PASSED)

    assert {result.source for result in PASSED} == set(found)
    assert [] == [one.name for one in found.values() if one.anchor and not (one.json or one.blocks)]
    assert [] == [
        one.name for one in found.values() if not one.anchor and not one.href.startswith("https://")
    ]


def test_a_place_of_the_document_is_quoted() -> None:
    (one,) = sources_of(
        result for result in PASSED if result.source.endswith("Details/properties/seed")
    ).values()

    assert ("#source-1", "source-1") == (one.href, one.anchor)
    assert '"format": "int64"' in one.json


def test_a_section_is_quoted_with_its_tables() -> None:
    (one,) = sources_of(result for result in PASSED if result.source == "behaviour.md#validation").values()
    (table,) = [block.rows for block in one.blocks if block.rows]

    assert ("step", "what is refused", "evidence") == table[0]
    assert 17 == len(table) - 1
    assert one.blocks[0].text.startswith("A well-formed generation request")
    assert not any("](" in block.text for block in one.blocks)


def test_what_is_found_nowhere_has_no_link() -> None:
    names = [
        "#/paths/~1nope",
        "behaviour.md#nope",
        "javascript:alert(1)",
        "http://e.test",
        'https://e.test/"x',
        HOSTILE,
    ]

    assert {} == sources_of(evolve(RESULTS[0], source=name) for name in names)
