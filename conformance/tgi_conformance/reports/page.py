"""Self-contained HTML pages: style and script are inlined, nothing is fetched.

Text from a server cannot do harm: Jinja escapes it, control and bidirectional characters appear as their code
points, and the page's Content-Security-Policy allows no script but its own.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from attrs import frozen
from markupsafe import Markup

from tgi_common.text import escaped_lines


@frozen
class Asset:
    """A file to inline, and its digest for the page's policy."""

    text: Markup
    digest: str


def write_page(template: str, own_script: str = "", **values: Any) -> str:
    """Render a template of the folder `web` with the common style and script, and perhaps one of its own."""
    page = _environment().get_template(template)
    more = _asset(own_script) if own_script else None
    return page.render(style=_asset("page.css"), script=_asset("page.js"), own_script=more, **values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["coded"] = _coded
    environment.filters["inner"] = _inner
    return environment


def _template(name: str) -> str:
    """Read a template without its indentation, which would be a tenth of a page."""
    return re.sub(r"\n +", "\n", _file(name))


def _file(name: str) -> str:
    return files("tgi_conformance.reports").joinpath("web").joinpath(name).read_text("utf-8")


def _coded(text: str) -> Markup:
    """Format text between backticks as code; a single backtick stays as it is."""
    shown = str(Markup.escape(escaped_lines(text)))
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", shown))  # noqa: S704 - escaped before


def _inner(text: str) -> Markup:
    """Escape text for the inside of an element, where quotes are harmless; JSON has many of them."""
    shown = escaped_lines(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(shown)  # noqa: S704 - escaped before


def _inert(value: Any) -> Any:
    return escaped_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _asset(name: str) -> Asset:
    text = _file(name)
    digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own file
