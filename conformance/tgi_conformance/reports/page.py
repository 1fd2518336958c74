"""Self-contained pages: templates that escape by themselves, style and script inlined, nothing fetched.

A server's text is hostile here three times over: Jinja escapes what it prints, control and bidirectional
characters are printed as their code points, and the page's policy lets no script run but its own.
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
    """A file that is inlined, and the digest by which the page's policy lets it in."""

    text: Markup
    digest: str


def write_page(template: str, **values: Any) -> str:
    """Render a template of the folder `web` with the common style and script."""
    page = _environment().get_template(template)
    return page.render(style=_asset("page.css"), script=_asset("page.js"), **values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tgi_conformance.reports", "web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["coded"] = _coded
    return environment


def _coded(text: str) -> Markup:
    """Show what stands between backticks as code; one that is alone stays a backtick."""
    shown = str(Markup.escape(escaped_lines(text)))
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", shown))  # noqa: S704 - escaped before


def _inert(value: Any) -> Any:
    return escaped_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _asset(name: str) -> Asset:
    text = files("tgi_conformance.reports").joinpath("web").joinpath(name).read_text("utf-8")
    digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own file
