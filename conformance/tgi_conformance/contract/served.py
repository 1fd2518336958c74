"""The document that the deployment serves, or why there is none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_document.errors import DocumentError
from tgi_document.fetch import Access, Fetched, fetch_document_async

if TYPE_CHECKING:
    import threading
    from collections.abc import Coroutine, Mapping

    from tgi_conformance.http.target import Target


SLICE = 0.25  # seconds after which a search looks whether the run was stopped
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


def fetch_served(target: Target, seconds: float, stop: threading.Event) -> Served:
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
        found = asyncio.run(_unless_stopped(fetch_document_async(target.url, access), stop))
    except DocumentError as error:
        return Served(problem=str(error))
    return Served(found.document, found.url, found.how)


async def _unless_stopped(search: Coroutine[Any, Any, Fetched], stop: threading.Event) -> Fetched:
    """Search until the run is stopped; raises DocumentError."""
    task = asyncio.ensure_future(search)
    while not task.done() and not stop.is_set():
        await asyncio.wait({task}, timeout=SLICE)
    if not task.done():
        task.cancel()
        raise DocumentError("the run was stopped")
    return task.result()
