"""What a documentation page (Swagger UI, Redoc, Scalar, RapiDoc, Elements) tells of its document."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTRIBUTES = frozenset({"spec-url", "data-url", "apidescriptionurl"})
"""Where Redoc and RapiDoc, Scalar, and Elements have the document's URL, as `html.parser` spells them."""

_NAMES = frozenset({"url", "specUrl", "definitionURL"})
"""Members of a page's configuration that hold the document's URL; those in `urls` are called `url` too."""

_LONGEST = 200_000
"""Characters. Pages and initializers are short, and what reads them is not quick."""

_LIBRARY = re.compile("bundle|preset|standalone|vendor|polyfill", re.IGNORECASE)
"""Scripts that are the page's library: large, and the same whatever the page shows."""

_TOKEN = re.compile(
    r"""
    //[^\n]*                                  # a comment to the end of the line
    | /\*.*?(?:\*/|\Z)                        # a comment in the line
    | "[^"\\\n]*(?:\\.[^"\\\n]*)*(?:["\n]|\\?\Z) # strings, ended by their quote, or broken by the line's end
    | '[^'\\\n]*(?:\\.[^'\\\n]*)*(?:['\n]|\\?\Z)
    | `[^`\\]*(?:\\.[^`\\]*)*(?:`|\\?\Z)
    | [\w$]+
    | [:=({\[,]
    """,
    re.VERBOSE | re.DOTALL,
)


@frozen
class Named:
    """References as they stand, to be resolved against the place where they were found."""

    documents: list[str] = field(factory=list)
    configurations: list[str] = field(factory=list)
    scripts: list[str] = field(factory=list)
    pages: list[str] = field(factory=list)
    """Where the page sends its reader on (`<meta http-equiv="refresh">`)."""

    base: str | None = None
    """The page's own `<base href>`."""


def read_page(html: str) -> Named:
    """List what a page names, in its order."""
    parser = _PageParser()
    parser.feed(html[:_LONGEST])
    parser.close()
    return Named(parser.documents, parser.configurations, parser.scripts, parser.pages, parser.base)


def read_script(script: str) -> Named:
    """List what a script's configuration names: `url: "…"`, `configUrl: "…"`, `Redoc.init("…")`.

    It is read as a row of tokens, since it is a program: a comment that holds a URL names nothing.
    """
    named = Named()
    tokens = ["", "", *_tokens(script)]
    for before, sign, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        name = before.strip("\"'`")
        if value[:1] not in {'"', "'", "`"}:
            continue
        if name in _NAMES and sign in {":", "="}:
            named.documents.append(_text(value))
        elif name == "configUrl" and sign in {":", "="}:
            named.configurations.append(_text(value))
        elif name == "init" and sign == "(":
            named.documents.append(_text(value))
    return named


@define(eq=False)
class _PageParser(HTMLParser):
    documents: list[str] = field(factory=list)
    configurations: list[str] = field(factory=list)
    scripts: list[str] = field(factory=list)
    pages: list[str] = field(factory=list)
    base: str | None = None
    _inline: list[str] | None = None

    def __attrs_post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.documents.extend(value for name, value in values.items() if name in _ATTRIBUTES)
        if tag == "script":
            self._start_script(values)
        elif tag == "base":
            self.base = self.base or values.get("href")
        elif tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self.pages.extend(
                re.findall(r"(?i)url\s*=\s*['\"]?([^'\"\s]+)", values.get("content", "")[:2000])
            )

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._inline is not None:
            self._take_inline("".join(self._inline))
            self._inline = None

    def handle_data(self, data: str) -> None:
        if self._inline is not None:
            self._inline.append(data)

    def close(self) -> None:
        super().close()
        self.handle_endtag("script")  # a page that was cut off

    def _start_script(self, values: dict[str, str]) -> None:
        source = values.get("src")
        if source is None:
            self._inline = []
        elif not _LIBRARY.search(source):
            self.scripts.append(source)

    def _take_inline(self, script: str) -> None:
        named = read_script(script)
        self.documents.extend(named.documents)
        self.configurations.extend(named.configurations)


def _tokens(script: str) -> Iterator[str]:
    for match in _TOKEN.finditer(script[:_LONGEST]):
        if not match[0].startswith(("//", "/*")):
            yield match[0]


def _text(token: str) -> str:
    """Give what a string token stands for. JSON in a page often has its slashes escaped."""
    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", _character, token[1:-1], flags=re.DOTALL)


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else escape[3]
