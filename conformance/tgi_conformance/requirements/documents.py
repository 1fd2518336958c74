"""The served OpenAPI document: found from /docs, valid, and that of its release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.version import Version

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.contract.served import NAMED
from tgi_conformance.protocol.forms import get
from tgi_conformance.protocol.routes import DOCUMENT, DOCUMENTATION_PAGE
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._verify import OK, expect, seen
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnmetError, UnsupportedError
from tgi_conformance.session.capabilities import release_of
from tgi_conformance.session.probes import ABSENT, LOCKED, MOVED, PAGES
from tgi_document.diff import diff
from tgi_document.load import dangling_references
from tgi_document.pinned import pinned_document
from tgi_document.releases import known_documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.http.exchange import Response
    from tgi_conformance.session.context import Context
    from tgi_document.changes import Change
    from tgi_document.walk import Document

PAGE = get(DOCUMENTATION_PAGE.operation.partition(" ")[2])
REDIRECTS = (*MOVED, 303)
NOT_SERVED = {*ABSENT, *LOCKED, *REDIRECTS}  # redirected to a login, say
LINKS = ("swagger", "openapi", "api-doc", "redoc")  # words of pages that lead to a document
PLACES = ("/docs/", "/api-doc/openapi.json", "/openapi.json")
# Kinds of changes that a gateway makes, which describes itself, or that only people notice.
OF_GATEWAYS = ("security", "server")
FOR_PEOPLE = ("enum", "default changed")


@requirement(
    "document-is-whole",
    "The served OpenAPI document is valid and within size limits, and its references resolve.",
    route=DOCUMENT,
    source="behaviour.md#documentation",
    category="documents",
    depth=Depth.SMOKE,
    why="Clients are generated from it (text-generation-inference#1586).",
)
def document_is_whole(context: Context) -> None:
    """Check what was fetched before the run; a deployment that serves none anywhere does not offer it."""
    document = context.session.served.document
    if document is not None:
        dangling = [str(reference) for reference in dangling_references(dict(document))]
        expect(not dangling, "references that resolve", dangling[:5])
        return
    answers = {place: context.send(get(place)).response for place in PLACES}
    if all(answer.status in NOT_SERVED or _is_other_page(answer) for answer in answers.values()):
        reasons = [f"GET {place} answered {answer.status}" for place, answer in answers.items()]
        raise UnsupportedError(", ".join(reasons))
    raise UnmetError("an OpenAPI document", context.session.served.problem)


def _is_other_page(response: Response) -> bool:
    """Tell whether this is a page that leads to no document, such as a web site shows for every path."""
    text = response.text.lstrip()[:20_000].lower()
    return response.media_type in PAGES and text.startswith("<") and not any(word in text for word in LINKS)


@requirement(
    "document-is-found-from-docs",
    "GET /docs leads to a page whose script names the document.",
    route=DOCUMENT,
    source="behaviour.md#documentation",
    category="documents",
    why="It is where people look for the API's documentation.",
)
def document_is_found_from_docs(context: Context) -> None:
    served = context.session.served
    _served_document(context)
    status = context.cached(PAGE).response.status
    if status in {*ABSENT, *LOCKED}:
        raise UnsupportedError(f"GET /docs answered {status}")
    expect(served.how.startswith(NAMED), "a document named by /docs", f"{served.how}: {served.url}")


@requirement(
    "documentation-page-is-there",
    "If a document is served, GET /docs shows a page or redirects to one.",
    route=DOCUMENTATION_PAGE,
    source="behaviour.md#documentation",
    category="documents",
    level=SHOULD,  # an operator may expose what the document names, and no more
    why="It is where people look for the API's documentation and try it.",
)
def documentation_page_is_there(context: Context) -> None:
    _served_document(context)
    exchange = context.send(PAGE)
    status = exchange.response.status
    if status in LOCKED:
        raise UnsupportedError(f"GET /docs answered {status}")
    ping = context.send(get("/ping")).response.status if status in ABSENT else OK
    if ping in ABSENT:
        raise UnsupportedError("only documented paths are served: neither /docs nor /ping is")
    shown = status == OK and exchange.response.media_type in PAGES
    redirected = status in REDIRECTS and bool(exchange.response.headers.get("location"))
    expect(shown or redirected, "a page, or a redirect to one", seen(exchange), exchange)


@requirement(
    "document-is-the-contract",
    "The served document has no breaking difference from the pinned document of the same release.",
    route=DOCUMENT,
    source="#/paths",
    category="documents",
    why="Each such difference breaks a client generated from the pinned document.",
)
def document_is_the_contract(context: Context) -> None:
    served = _served_document(context)
    pinned = pinned_document()
    release, claimed = release_of(pinned["info"]["version"]), context.capabilities.version
    if claimed is None or release is None or claimed.release[:2] != release.release[:2]:
        raise UnsupportedError(
            f"the deployment claims to be {claimed or 'of no release'}, the pinned document is of {release}"
        )
    absent = _absent_operations(context)
    breaking = [
        change
        for change in diff(pinned, dict(served))
        if change.breaks and not change.kind.startswith(OF_GATEWAYS) and change.pointer not in absent
    ]
    lines = [f"{change.kind} at {change.pointer}" for change in breaking]
    expect(not lines, "no breaking difference", f"{len(lines)}: {'; '.join(lines[:5])}")


@requirement(
    "document-is-that-of-its-release",
    "If the document of the claimed release is known, the served one has its enums and defaults, and no "
    "breaking difference from it.",
    route=DOCUMENT,
    source="#/paths",
    category="documents",
    why="Clients are written and generated for a release, and rely on its defaults.",
)
def document_is_that_of_its_release(context: Context) -> None:
    served = _served_document(context)
    known, document = _known_release(context.session.served.release)
    absent = _absent_operations(context)
    changes = diff(document, dict(served))
    wrong = [one for one in changes if _matters(one) and not one.pointer.startswith(absent)]
    lines = [f"{one.kind} at {one.pointer}: {one.old!r} -> {one.new!r}"[:200] for one in wrong]
    expect(not lines, f"the document of {known}", f"{len(lines)} differences: {'; '.join(lines[:5])}")


def _known_release(claimed: str) -> tuple[str, Document]:
    """Give the known release, and its document, that one claims to be; raises UnsupportedError where none is.

    A document does not always name the release that served it. All releases of the pinned document's minor
    release have the same interface; of older ones only those very documents are known.
    """
    release, newest = release_of(claimed), pinned_contract().release.release[:2]
    for known, document in known_documents():
        own = Version(document["info"]["version"])
        same = own.release[:2] == newest and release is not None and release.release[:2] == newest
        if release == own or same:
            return known, document
    raise UnsupportedError(f"the document of release {claimed or 'unknown'} is not known")


def _matters(change: Change) -> bool:
    if change.kind.startswith(OF_GATEWAYS):
        return False
    return bool(change.breaks) or change.kind.startswith(FOR_PEOPLE)


def _served_document(context: Context) -> Mapping[str, Any]:
    document = context.session.served.document
    if document is None:
        raise UnsupportedError("no document is served")
    return document


def _absent_operations(context: Context) -> tuple[str, ...]:
    """Point to the operations that the deployment does not offer: its document may leave them out."""
    operations = pinned_contract().operations
    return tuple(one.pointer for name, one in operations.items() if name in context.capabilities.absent)
