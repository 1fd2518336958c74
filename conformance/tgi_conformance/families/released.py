"""The served document beside what its release is known to document, and the page where people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.version import Version

from tgi_conformance.api import get
from tgi_conformance.contract import pinned_contract
from tgi_conformance.levels import Level
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.probes import ABSENT, LOCKED, MOVED, PAGES, release_of
from tgi_conformance.verify import OK, expect, seen
from tgi_document.diff import diff
from tgi_document.releases import known_documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.requirement import Catalogue
    from tgi_conformance.trial import Trial
    from tgi_document.changes import Change
    from tgi_document.walk import Document

# What an operator's gateway describes of itself, and what is added without taking anything away.
AROUND = ("security", "server")
TOLD = ("enum", "default changed")  # kinds of changes that no generated client notices, and people do


def released(catalogue: Catalogue) -> None:
    """The document of a release that is known."""

    @catalogue.add(
        "document-is-that-of-its-release",
        "The document of a release that is known has its enums and defaults, and breaks nobody who has read "
        "that release's own.",
        source="#/paths",
        why="Clients are written and generated for a release, and fall back on the defaults that it tells.",
    )
    def check(trial: Trial) -> None:
        served = _served(trial)
        known, document = _known(trial.setting.served.release)
        changes = diff(document, dict(served))
        absent = _absent(trial)
        wrong = [one for one in changes if _matters(one) and not one.pointer.startswith(absent)]
        lines = [f"{one.kind} at {one.pointer}: {one.old!r} -> {one.new!r}"[:200] for one in wrong]
        expect(not lines, f"the document of {known}", f"{len(lines)} differences: {'; '.join(lines[:5])}")


def _served(trial: Trial) -> Mapping[str, Any]:
    served = trial.setting.served.document
    if served is None:
        raise UnsupportedError("no document is served")
    return served


def _known(claimed: str) -> tuple[str, Document]:
    """Give the known release, and its document, that one claims to be; raises UnsupportedError where none is.

    Documents name a release that is not always the one that they were served by. All of the pinned document's
    minor release have its interface; of older ones only those very documents are known.
    """
    release, newest = release_of(claimed), pinned_contract().release.release[:2]
    for known, document in known_documents():
        own = Version(document["info"]["version"])
        same = own.release[:2] == newest and release is not None and release.release[:2] == newest
        if release == own or same:
            return known, document
    raise UnsupportedError(f"what release {claimed or 'unknown'} documents is not known")


def _matters(change: Change) -> bool:
    if change.kind.startswith(AROUND):
        return False
    return bool(change.breaks) or change.kind.startswith(TOLD)


def _absent(trial: Trial) -> tuple[str, ...]:
    """Point to the operations that the deployment does not offer: its document may leave them out."""
    operations = pinned_contract().operations
    return tuple(one.pointer for name, one in operations.items() if name in trial.facts.absent)


def documentation_page(catalogue: Catalogue) -> None:
    """The page of Swagger UI."""

    @catalogue.add(
        "documentation-page-is-there",
        "Where a document is served, GET /docs shows or leads to a page.",
        source="behaviour.md#documentation",
        operation="GET /docs",
        level=Level.SHOULD,  # whoever runs a deployment may show what the document names, and no more
        why="It is where people look, and where the API can be tried.",
    )
    def check(trial: Trial) -> None:
        _served(trial)
        exchange = trial.send(get("/docs"))
        status = exchange.response.status
        if status in LOCKED:
            raise UnsupportedError(f"GET /docs answered {status}")
        twin = trial.send(get("/ping")).response.status if status in ABSENT else OK
        if twin in ABSENT:
            raise UnsupportedError("nothing is served but what the document names: no /ping, no /docs")
        shown = status == OK and exchange.response.media_type in PAGES
        leads = status in {*MOVED, 303} and bool(exchange.response.headers.get("location"))
        expect(shown or leads, "a page, or a redirect to one", seen(exchange), exchange)
