"""The pinned contract: the document that this project holds every other one against."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

from tgi_document.errors import DocumentError
from tgi_document.load import load_document
from tgi_document.operations import operations
from tgi_document.walk import Document, Role, walk

if TYPE_CHECKING:
    from tgi_document.walk import Node

PROSE = ("description", "summary", "title", "externalDocs")
"""Keywords that tell people something, and programs nothing."""


def pinned_path() -> Path:
    """Give the place of the pinned document, `spec/openapi.json`."""
    return _spec_folder() / "openapi.json"


def corrections_path() -> Path:
    """Give the place of the declared corrections to it, `spec/corrections.yaml`."""
    return _spec_folder() / "corrections.yaml"


def pinned_document() -> Document:
    """Read the pinned document, faults included: it is what servers serve.

    Raises:
        DocumentError: When the file is missing or was spoilt.
    """
    return load_document(pinned_path())


def structure(document: Document) -> Document:
    """Give a copy without prose: what a program can tell two documents apart by.

    Examples stay, since they carry wire strings. A member that happens to be called `description` stays too.
    """
    bare = copy.deepcopy(document)
    for node in walk(bare):
        if node.role is Role.KEYWORDS:
            _drop_prose(node)
    return bare


def require_tgi(document: Document, origin: str) -> None:
    """Refuse the document of another kind of server.

    A TGI may lack routes, and gateways add some. But a document that shares no POST operation with the pinned
    one describes something else, and a comparison would list the whole of both.

    Raises:
        DocumentError: When no POST operation of the pinned document is there.
    """
    if not _post_paths(document) & _post_paths(pinned_document()):
        raise DocumentError(
            f"{origin}: no TGI's document, expected at least one of its operations, such as POST /generate",
        )


def _post_paths(document: Document) -> set[str]:
    return {path for path, method in operations(document) if method == "post"}


def _drop_prose(node: Node) -> None:
    is_info = node.path == ((), "info")
    for key in PROSE:
        # The title of `info` is required by OpenAPI, and names the interface.
        if not (key == "title" and is_info):
            node.value.pop(key, None)


def _spec_folder() -> Path:
    """Find `spec/`: inside the package in an installed wheel, at the root in a checkout."""
    package = Path(__file__).parent
    folders = (package / "spec", package.parent.parent / "spec")
    return next((folder for folder in folders if folder.is_dir()), folders[0])
