"""The document that the deployment serves, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_document.errors import DocumentError
from tgi_document.fetch import Access, fetch_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.http.target import Target


TITLE = "Text Generation Inference"
NAMED = "named by"  # begins `how` if a page to which /docs leads names the document


@frozen
class Served:
    """A document, where it was found and how; or the problem in one line."""

    document: Mapping[str, Any] | None = None
    url: str = ""
    how: str = ""
    problem: str = ""

    @property
    def release(self) -> str:
        """The release that the document names; empty if it does not document TGI."""
        info = (self.document or {}).get("info")
        if not isinstance(info, dict) or info.get("title") != TITLE:
            return ""
        return str(info.get("version", ""))


def fetch_served(target: Target, seconds: float) -> Served:
    """Find the deployment's document through its documentation page, in this time; raises nothing."""
    access = Access(
        headers=target.headers,
        api_key=target.key.value if target.key else None,
        api_key_env=target.key.name if target.key else None,
        ca=target.ca,
        insecure=target.insecure,
        timeout=seconds,
        proxy=target.proxy,
    )
    try:
        found = fetch_document(target.url, access)
    except DocumentError as error:
        return Served(problem=str(error))
    return Served(found.document, found.url, found.how)
