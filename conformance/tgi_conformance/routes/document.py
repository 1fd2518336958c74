"""The served document: found from /docs, valid, closed, and the contract's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from tgi_conformance.api import get
from tgi_conformance.contract import pinned_contract
from tgi_conformance.families.released import documentation_page, released
from tgi_conformance.levels import Depth
from tgi_conformance.outcomes import UnmetError, UnsupportedError
from tgi_conformance.probes import ABSENT, LOCKED, PAGES
from tgi_conformance.requirement import Catalogue
from tgi_conformance.served import NAMED
from tgi_conformance.verify import expect
from tgi_document.diff import diff
from tgi_document.load import dangling_references
from tgi_document.pinned import pinned_document

if TYPE_CHECKING:
    from tgi_conformance.exchange import Response
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "document", "GET /api-doc/openapi.json")
released(CATALOGUE)
documentation_page(CATALOGUE)
NOT_SERVED = {*ABSENT, *LOCKED, 301, 302, 303, 307, 308}  # redirected to a login, say
LEADS = ("swagger", "openapi", "api-doc", "redoc")  # words of pages that lead to a document
GATEWAYS = ("security", "server")  # what stands around the API is described by whoever stands there
PLACES = ("/docs/", "/api-doc/openapi.json", "/openapi.json")


@CATALOGUE.add(
    "document-is-whole",
    "The OpenAPI document that is served is valid, within bounds, and its references lead somewhere.",
    source="behaviour.md#documentation",
    depth=Depth.SMOKE,
    why="Clients are generated from it (text-generation-inference#1586).",
)
def whole(trial: Trial) -> None:
    """Take what was fetched before the run; a deployment that serves none anywhere does not offer it."""
    document = trial.setting.served.document
    if document is not None:
        dangling = [str(reference) for reference in dangling_references(dict(document))]
        expect(not dangling, "references that lead somewhere", dangling[:5])
        return
    answers = {place: trial.send(get(place)).response for place in PLACES}
    if all(answer.status in NOT_SERVED or _is_page(answer) for answer in answers.values()):
        seen = [f"GET {place} answered {answer.status}" for place, answer in answers.items()]
        raise UnsupportedError(", ".join(seen))
    raise UnmetError("an OpenAPI document", trial.setting.served.problem)


def _is_page(response: Response) -> bool:
    """Tell whether this is some page, such as a web site shows for every path."""
    text = response.text.lstrip()[:20_000].lower()
    return response.media_type in PAGES and text.startswith("<") and not any(word in text for word in LEADS)


@CATALOGUE.add(
    "document-is-found-from-docs",
    "GET /docs leads a browser to a page whose script names the document.",
    source="behaviour.md#documentation",
    why="It is where people look.",
)
def found(trial: Trial) -> None:
    """Tell how the document was found: by a page to which /docs leads, wherever that is."""
    served = trial.setting.served
    if served.document is None:
        raise UnsupportedError("no document is served")
    page = trial.sample(get("/docs")).response.status
    if page in {*ABSENT, *LOCKED}:
        raise UnsupportedError(f"GET /docs answered {page}")
    expect(served.how.startswith(NAMED), "a document named by /docs", f"{served.how}: {served.url}")


@CATALOGUE.add(
    "document-is-the-contract",
    "The served document promises what the pinned one of the same release does.",
    source="#/paths",
    why="A client generated from the pinned document breaks on each difference.",
)
def contract(trial: Trial) -> None:
    """Compare with the pinned document, where the deployment claims its release."""
    served = trial.setting.served.document
    if served is None:
        raise UnsupportedError("no document is served")
    pinned = pinned_document()
    release, mine = _release(pinned), trial.facts.version
    if mine is None or release is None or mine.release[:2] != release.release[:2]:
        raise UnsupportedError(
            f"the deployment says it is {mine or 'no release'}, the pinned document is of {release}"
        )
    changes = diff(pinned, dict(served))
    absent = _pointers(trial)
    breaking = [
        change
        for change in changes
        if change.breaks and not change.kind.startswith(GATEWAYS) and change.pointer not in absent
    ]
    lines = [f"{change.kind} at {change.pointer}" for change in breaking]
    expect(not lines, "no breaking difference", f"{len(lines)}: {'; '.join(lines[:5])}")


def _pointers(trial: Trial) -> set[str]:
    """Point to the operations that the deployment does not offer: its document may leave them out."""
    return {one.pointer for name, one in pinned_contract().operations.items() if name in trial.facts.absent}


def _release(document: dict[str, object]) -> Version | None:
    info = document.get("info")
    try:
        return Version(str(info.get("version"))) if isinstance(info, dict) else None
    except InvalidVersion:
        return None
