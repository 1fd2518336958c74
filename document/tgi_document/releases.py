"""The documents that earlier releases of TGI served, as far as they are known.

The sources of a release hold a document, which may be older than what its router serves: that of 2.0.4 says
that it is 2.0.1, and has other messages. Where it was recorded what a router serves, both are known.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tgi_document.load import load_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_document.walk import Document


def known_releases() -> tuple[str, ...]:
    """The releases whose documents are known, such as `2.4.1`."""
    return tuple(path.stem.removeprefix("tgi-") for path in sorted(_folder().glob("tgi-*.json")))


def known_documents() -> Iterator[tuple[str, Document]]:
    """Each known document with its release, those that routers served first."""
    for path in [*sorted((_folder() / "served").glob("tgi-*.json")), *sorted(_folder().glob("tgi-*.json"))]:
        yield path.stem.removeprefix("tgi-"), load_document(path)


def served_path(release: str) -> Path:
    """Give the file of the document that routers of a known release serve, as far as that was recorded."""
    served = _folder() / "served" / f"tgi-{release}.json"
    return served if served.is_file() else _folder() / f"tgi-{release}.json"


def release_document(release: str) -> Document:
    """Read what a known release documented in its sources, without its prose.

    Raises:
        DocumentError: the release is not known.
    """
    return load_document(_folder() / f"tgi-{release}.json")


def _folder() -> Path:
    """Find the documents: inside the package in an installed wheel, in the tests' data in a checkout."""
    package = Path(__file__).parent
    folders = (package / "interface", package.parent.parent / "tests" / "data" / "interface")
    return next((folder for folder in folders if folder.is_dir()), folders[0])
