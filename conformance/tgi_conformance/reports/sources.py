"""Where promises are made, quoted in the page, so that a link works in a file that was downloaded from CI."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.results.evidence import cut
from tgi_document.pinned import pinned_document
from tgi_document.walk import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgi_conformance.results.report import Result

LONGEST = 2000  # characters of a quoted place of the document
BEHAVIOUR = "behaviour.md#"
_LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


@frozen
class Block:
    """A part of a quoted section: a paragraph, or the rows of a table, the first of which is its head."""

    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@frozen
class Source:
    """A place that requirements name as their source.

    Attributes:
        name: As requirements write it.
        href: Where a link leads: an anchor of the page, or a specification on the web.
        json: What the pinned document says at the place; empty if the place is elsewhere.
        blocks: What behaviour.md says; empty if the place is elsewhere.
    """

    name: str
    href: str
    json: str = ""
    blocks: tuple[Block, ...] = ()

    @property
    def anchor(self) -> str:
        """The id of the quotation in the page; empty for a specification on the web."""
        return self.href[1:] if self.href.startswith("#") else ""


def sources_of(results: Iterable[Result]) -> dict[str, Source]:
    """Find the sources of requirements; one that is not found (of an older release, say) is left out."""
    names = dict.fromkeys(result.source for result in results)
    found = (_source(name, f"#source-{place}") for place, name in enumerate(names, 1))
    return {source.name: source for source in found if source is not None}


def _source(name: str, href: str) -> Source | None:
    if re.fullmatch(r"https://[\w.~/#?=&%-]+", name):
        return Source(name, name)
    if name.startswith(BEHAVIOUR):
        blocks = tuple(_blocks(_sections().get(name.removeprefix(BEHAVIOUR), "")))
        return Source(name, href, blocks=blocks) if blocks else None
    try:
        place = resolve(pinned_document(), name)
    except KeyError:
        return None
    return Source(name, href, json=cut(json.dumps(place, indent=2, ensure_ascii=False), LONGEST))


@cache
def _sections() -> dict[str, str]:
    """The sections of behaviour.md, by the anchors of their titles."""
    here = Path(__file__).parent
    files = (here / "behaviour.md", here.parents[2] / "docs" / "behaviour.md")  # a wheel, a checkout
    text = next((file.read_text("utf-8") for file in files if file.is_file()), "")
    sections = (part.partition("\n") for part in text.split("\n## ")[1:])
    return {title.lower().replace(" ", "-"): body.strip() for title, _, body in sections}


def _blocks(section: str) -> Iterator[Block]:
    for text in re.split(r"\n{2,}", section):
        plain = _LINK.sub(r"\1", text)
        if plain.startswith("|"):
            rows = [line.strip("| ").split(" | ") for line in plain.splitlines()]
            yield Block(rows=tuple(tuple(row) for row in rows if set("".join(row)) - set("-: ")))
        elif plain:
            yield Block(plain)
