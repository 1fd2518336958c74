"""Options that say how to reach a server, and what they give."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from tgi_common.access import key_from_environment, parse_header
from tgi_common.proxy import proxy_for
from tgi_document.changes_report import FORMATS
from tgi_document.errors import DocumentError
from tgi_document.fetch import Access, fetch_document
from tgi_document.load import load_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_document.walk import Document

_OPTIONS = (
    click.option("--api-key-env", metavar="NAME", help="Environment variable that holds an API key."),
    click.option(
        "--header", "headers", metavar="NAME:VALUE", multiple=True, help="Header to send; repeatable."
    ),
    click.option(
        "--ca", type=click.Path(path_type=Path), metavar="FILE", help="CA certificates to trust (PEM)."
    ),
    click.option(
        *("--timeout", "timeout"),
        type=click.FloatRange(min=0.001, max=86_400),
        default=30.0,
        show_default=True,
        help="Seconds to find a document in.",
    ),
    click.option("--format", "output", type=click.Choice(FORMATS), default="text", show_default=True),
)


def options_for_servers(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how to reach a server, and how to report."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def access_from(
    api_key_env: str | None,
    headers: tuple[str, ...],
    ca: Path | None,
    timeout: float,
) -> Access:
    """Make of the options what `fetch_document` takes.

    Raises:
        AccessError: When the environment variable is not set, or a header cannot be sent.
        DocumentError: When the time is no number.
    """
    if math.isnan(timeout):
        raise DocumentError("--timeout nan: no number, expected seconds")
    key = key_from_environment(api_key_env) if api_key_env else None
    return Access(tuple(map(parse_header, headers)), key, api_key_env, ca, timeout)


def document_from(source: str, access: Access) -> tuple[Document, str]:
    """Read a document from a file or a server, and say where it was.

    Raises:
        DocumentError: When it cannot be had.
    """
    if "://" in source:
        found = fetch_document(source, evolve(access, proxy=proxy_for(source)))
        return (found.document, found.url)
    return (load_document(Path(source)), source)
