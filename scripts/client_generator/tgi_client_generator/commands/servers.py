"""Options that say how to reach a server, and what they give."""

from __future__ import annotations

import math
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve, frozen

from tgi_client_generator.commands.command import CHANGED, SAME
from tgi_common.access import check_url, key_from_environment, parse_header
from tgi_common.proxy import proxy_for
from tgi_document.changes_report import FORMATS
from tgi_document.errors import DocumentError
from tgi_document.fetch import Access, fetch_document
from tgi_document.load import load_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_document.changes import Change
    from tgi_document.walk import Document

FAIL_ON = ("any", "breaking")

_OPTIONS = (
    click.option("--api-key-env", metavar="NAME", help="Environment variable that holds an API key."),
    click.option(
        "--header", "headers", metavar="NAME:VALUE", multiple=True, help="Header to send; repeatable."
    ),
    click.option(
        "--ca", type=click.Path(path_type=Path), metavar="FILE", help="CA certificates to trust (PEM)."
    ),
    click.option("--insecure", is_flag=True, help="Accept any certificate; for tests only."),
    click.option(
        *("--timeout", "timeout"),
        type=click.FloatRange(min=0.001, max=86_400),
        default=30.0,
        show_default=True,
        help="Seconds to find a document in.",
    ),
    click.option("--no-proxy-env", is_flag=True, help="Ignore HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."),
    click.option(
        "--fail-on",
        type=click.Choice(FAIL_ON),
        default=FAIL_ON[0],
        show_default=True,
        help="End with 1 if anything changed, or only if it breaks callers or readers.",
    ),
    click.option("--format", "output", type=click.Choice(FORMATS), default="text", show_default=True),
)


_ACCESS = ("api_key_env", "headers", "ca", "insecure", "timeout")


@frozen
class AccessOptions:
    """What the options say, for any server; `proxy_env` is whether the environment may name a proxy."""

    access: Access
    proxy_env: bool

    def to(self, url: str) -> Access:
        """Give what `fetch_document` takes for one URL; raises AccessError."""
        check_url(url)
        return evolve(self.access, proxy=proxy_for(url)) if self.proxy_env else self.access


def options_for_servers(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say how to reach a server, which the command gets as one, and how to report."""

    @wraps(command)
    def with_access(*, no_proxy_env: bool, **given: Any) -> int:
        access = _access(**{name: given.pop(name) for name in _ACCESS})
        return command(access=AccessOptions(access, proxy_env=not no_proxy_env), **given)

    for option in reversed(_OPTIONS):
        with_access = option(with_access)
    return with_access


def _access(
    *, api_key_env: str | None, headers: tuple[str, ...], ca: Path | None, insecure: bool, timeout: float
) -> Access:
    if math.isnan(timeout):
        raise DocumentError("--timeout nan: not a number, expected seconds")
    key = key_from_environment(api_key_env) if api_key_env else None
    return Access(tuple(map(parse_header, headers)), key, api_key_env, ca, insecure, timeout)


def status_of(changes: list[Change], fail_on: str) -> int:
    """Give the exit status for changes."""
    counted = [change for change in changes if change.breaks or fail_on != "breaking"]
    return CHANGED if counted else SAME


def document_from(source: str, access: AccessOptions) -> tuple[Document, str]:
    """Read a document from a file or a server, and say where it was.

    Raises:
        DocumentError: When it cannot be had.
    """
    if "://" in source:
        found = fetch_document(source, access.to(source))
        return (found.document, found.url)
    return (load_document(Path(source)), source)
