"""The example of docs/deviations.md is one that the suite takes."""

from __future__ import annotations

import re
from pathlib import Path

from tgi_conformance.results.deviations import MEMBERS, OPTIONAL, parse_deviations

PAGE = Path(__file__).parents[3] / "docs" / "deviations.md"


def test_the_example_is_a_deviation() -> None:
    example = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    assert 1 == len(example)
    (deviation,) = parse_deviations(example[0], PAGE.name)
    assert ("models.answer-fits-the-document",) == deviation.requirements


def test_every_member_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), flags=re.MULTILINE))
    assert explained == {*MEMBERS, *OPTIONAL}
