"""A deployment's own document, found as a person would find it: by way of its documentation page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, field, frozen

from tgi_common import json_text
from tgi_common.access import AccessError, check_url, parse_url
from tgi_common.proxy import shown_proxy
from tgi_common.redaction import Secrets
from tgi_document.docs_page import Named, read_page, read_script
from tgi_document.errors import DocumentError
from tgi_document.http_get import Access, Answer, Getter, client, join, same_origin, shown
from tgi_document.load import parse_document

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from tgi_document.walk import Document

__all__ = ["Access", "Fetched", "fetch_document", "fetch_document_async"]

_PAGES = ("docs", "docs/")
_USUAL_PLACES = ("api-doc/openapi.json", "openapi.json")
_DOCUMENTS = (".json", ".yaml", ".yml")
_MAX_SCRIPTS = 6


@frozen
class Fetched:
    """A document, and where it was."""

    document: Document
    url: str
    """Without user, password and query."""

    how: str
    """What led there, for people: `named by http://host/docs/`, `a usual place`, `as given`."""


def fetch_document(base_url: str, access: Access | None = None) -> Fetched:
    """Find a deployment's document: `/docs`, then `/api-doc/openapi.json`, then `/openapi.json`.

    Args:
        base_url: The deployment's URL, with its path prefix; or the document's own, ending in `.json`,
            `.yaml` or `.yml`.
        access: Headers, key, CA and deadline.

    Raises:
        DocumentError: When there is none, or it is none that `parse_document` takes. The message holds
            neither the key nor the headers' values.
    """
    return asyncio.run(fetch_document_async(base_url, access))


async def fetch_document_async(base_url: str, access: Access | None = None) -> Fetched:
    """Do what `fetch_document` does, inside a running event loop."""
    access = access or Access()
    try:
        url = _place(base_url)
    except AccessError as error:
        raise DocumentError(str(error)) from None
    try:
        return await asyncio.wait_for(_fetch(url, access), access.timeout)
    except asyncio.TimeoutError:
        problem = f"{shown(url)}: no document within {access.timeout:g} s, expected an answer in that time"
    except (AccessError, DocumentError) as error:
        problem = str(error)
    raise DocumentError(Secrets.of(base_url, access.api_key, access.headers).scrub(problem))


def _place(base_url: str) -> httpx.URL:
    """Give the URL to search below, its path ending with a slash; or the document's own."""
    url = check_url(base_url)
    if url.path.endswith(_DOCUMENTS):
        return url.copy_with(fragment=None)
    url = httpx.URL(parse_url(base_url))
    return url.copy_with(raw_path=url.raw_path.rstrip(b"/").removesuffix(b"/docs").rstrip(b"/") + b"/")


async def _fetch(url: httpx.URL, access: Access) -> Fetched:
    bare = url.copy_with(userinfo=b"")
    async with client(access, url) as http:
        search = _Search(Getter(http, bare), access)
        try:
            found = await search.run()
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise DocumentError(f"{shown(bare)}: {_transport_problem(error, access.proxy)}") from None
    if found is None:
        raise search.failure()
    return found


@define
class _Search:
    """One search: what was tried, and what was wrong there, the most telling problem kept."""

    getter: Getter
    access: Access
    tried: set[httpx.URL] = field(factory=set)
    faults: list[str] = field(factory=list)
    """What was served as a document, and is none that can be used."""

    refusals: list[str] = field(factory=list)
    """Where a key was asked for, or another origin was named."""

    misses: list[str] = field(factory=list)
    """Where there was nothing."""

    async def run(self) -> Fetched | None:
        base = self.getter.base
        if base.path.endswith(_DOCUMENTS):
            return await self._document(base, "as given")
        async for url, page in self._named():
            if found := await self._document(url, f"named by {shown(page)}"):
                return found
        for place in _USUAL_PLACES:
            if found := await self._document(base.join(place), "a usual place"):
                return found
        return None

    def failure(self) -> DocumentError:
        for problems in (self.faults, self.refusals):
            if problems:
                return DocumentError(problems[0])
        places = ", ".join(self.misses)
        return DocumentError(
            f"{shown(self.getter.base)}: no OpenAPI document, expected one by way of ({places})"
        )

    async def _named(self) -> AsyncIterator[tuple[httpx.URL, httpx.URL]]:
        """Yield what the documentation pages name as the document, each with the page."""
        pages = [self.getter.base.join(page) for page in _PAGES]
        for page in pages:
            answer = await self._page(page)
            if answer is None:
                continue
            named = read_page(_text(answer))
            pages.extend(self._here(answer.url, named.pages))
            base = join(answer.url, named.base) if named.base else answer.url
            async for url in self._documents(base, named):
                yield url, answer.url

    async def _documents(self, base: httpx.URL, named: Named) -> AsyncIterator[httpx.URL]:
        for url in self._here(base, named.documents):
            yield url
        for url in self._here(base, named.configurations):
            async for document in self._configured(url):
                yield document
        for source in self._scripts(base, named.scripts):
            if answer := await self._page(source):
                # A script's URLs are resolved against the page that runs it.
                async for url in self._documents(base, read_script(_text(answer))):
                    yield url

    async def _configured(self, url: httpx.URL) -> AsyncIterator[httpx.URL]:
        """Yield what a Swagger UI configuration in JSON names: `{"url"}` or `{"urls": [{"url"}]}`."""
        answer = await self._page(url)
        try:
            found = json_text.parse(_text(answer)) if answer else {}
        except ValueError:
            return
        entries = [found, *_list(found, "urls")]
        names = [
            entry["url"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("url"), str)
        ]
        for document in self._here(url, names):
            yield document

    def _scripts(self, base: httpx.URL, sources: list[str]) -> list[httpx.URL]:
        """Order a page's own scripts, the initializer first; those from elsewhere are libraries."""
        ordered = sorted(sources, key=lambda source: "init" not in source.rsplit("/", 1)[-1].lower())
        urls = [
            url
            for source in ordered
            for url in self._join(base, source)
            if same_origin(self.getter.base, url)
        ]
        return [place for url in urls[:_MAX_SCRIPTS] for place in self.getter.places(url)]

    def _here(self, base: httpx.URL, references: Iterable[str]) -> list[httpx.URL]:
        """Resolve references; what leads to another origin is noted, and left out."""
        found: list[httpx.URL] = []
        for reference in references:
            for url in self._join(base, reference):
                if same_origin(self.getter.base, url):
                    found.extend(self.getter.places(url))
                else:
                    self.refusals.append(
                        f"{shown(base)}: names a document of another origin, {shown(url)}; not fetched"
                    )
        return found

    def _join(self, base: httpx.URL, reference: str) -> list[httpx.URL]:
        try:
            return [join(base, reference)]
        except DocumentError as error:
            self.misses.append(str(error))
            return []

    async def _page(self, url: httpx.URL) -> Answer | None:
        """Get something on the way to the document, once; None when it is not there."""
        if url in self.tried:
            return None
        self.tried.add(url)
        try:
            answer = await self.getter.get(url)
        except DocumentError as error:
            self.refusals.append(str(error))
            return None
        except httpx.RemoteProtocolError as error:
            self.faults.append(f"{shown(url)}: {_transport_problem(error, self.access.proxy)}")
            return None
        if answer.status == httpx.codes.OK:
            return answer
        self._note_status(answer)
        return None

    async def _document(self, url: httpx.URL, how: str) -> Fetched | None:
        answer = await self._page(url)
        if answer is None:
            return None
        try:
            return Fetched(parse_document(answer.body, shown(answer.url)), shown(answer.url), how)
        except DocumentError as error:
            self.faults.append(str(error))
            return None

    def _note_status(self, answer: Answer) -> None:
        place = f"{shown(answer.url)}: status {answer.status}"
        if answer.status not in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            self.misses.append(place)
        elif self.access.api_key is None:
            self.refusals.append(f"{place}, expected an API key (name its environment variable)")
        else:
            name = self.access.api_key_env
            source = f" in environment variable {name}" if name else ""
            self.refusals.append(f"{place}, expected another API key than the one{source}")


def _text(answer: Answer) -> str:
    return answer.body.decode("utf-8", "replace")


def _list(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _transport_problem(error: Exception, proxy: httpx.Proxy | None) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"its certificate is not trusted ({error}), expected one by a CA that is known"
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        way = f" through the proxy {shown_proxy(proxy)}" if proxy else ""
        return f"unreachable{way} ({str(error) or 'no connection in time'}), expected a server"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time, expected one"
    return f"broke off ({str(error) or type(error).__name__}), expected a whole HTTP answer"
