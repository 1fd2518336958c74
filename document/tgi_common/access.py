"""How a user lets a program into a server: URL, key, headers, CA, checked before any of them is used.

Whatever is wrong with one is told without showing it, since all but the URL's host may be secret.
"""

from __future__ import annotations

import os
import re
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import httpx

from tgi_common.text import quoted

if TYPE_CHECKING:
    from pathlib import Path

FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""The name of a header (RFC 9110, a token)."""

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")

_EXAMPLE = "http://127.0.0.1:3000"


class AccessError(ValueError):
    """A URL, key, header or CA that cannot be used; the message is one line without a secret."""


def parse_url(text: str) -> str:
    """Check the base URL of a deployment and take the slash off its end.

    Raises:
        AccessError: When it is none, or has a query or fragment.
    """
    url = check_url(text)
    if url.query or url.fragment:
        raise AccessError(f"{_without_user(text)}: has a query or fragment, expected a base URL")
    return text.rstrip("/")


def check_url(text: str) -> httpx.URL:
    """Check the URL of a server.

    Raises:
        AccessError: When it is none.
    """
    try:
        url, port = httpx.URL(text), urlsplit(text).port
    except (httpx.InvalidURL, ValueError):
        raise AccessError(f"{_without_user(text)}: not a URL, expected a URL such as {_EXAMPLE}") from None
    if url.scheme not in {"http", "https"} or not url.host or port == 0 or " " in text:
        raise AccessError(
            f"{_without_user(text)}: not the URL of a server, expected a URL such as {_EXAMPLE}"
        )
    return url


def shown_url(url: str) -> str:
    """Write a URL for people: without user name, password, query and fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def key_from_environment(name: str) -> str:
    """Read an API key from the environment variable that the user named.

    Raises:
        AccessError: When there is none, or no header can carry it; names the variable alone.
    """
    key = os.environ.get(name, "")
    if not key.strip():
        raise AccessError(
            f"--api-key-env {name}: not set, expected an environment variable that holds an API key"
        )
    check_key(key, f"--api-key-env {name}")
    return key


def check_key(key: str, origin: str) -> None:
    """Refuse an API key that no header can carry; raises AccessError, naming its origin alone."""
    _check_value(key, f"{origin}: the key")


def parse_header(text: str) -> tuple[str, str]:
    """Split `Name: value`.

    Raises:
        AccessError: When it is not a header; shows at most what stands before the colon.
    """
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not colon:
        # Without a colon all of it may be a secret.
        raise AccessError(f"--header: a header without a colon ({len(text)} characters), expected NAME:VALUE")
    check_header(name, value)
    return name, value


def check_header(name: str, value: str) -> None:
    """Refuse a header that cannot be sent; raises AccessError, without the value."""
    if not FIELD_NAME.fullmatch(name):
        raise AccessError(f"--header {quoted(name)}: not a header name, expected NAME:VALUE")
    _check_value(value, f"--header {name}: the value")


def trust(ca: Path | None, *, insecure: bool = False) -> ssl.SSLContext:
    """Give what decides which certificates to trust: those of a file alone, the usual ones, or any.

    Raises:
        AccessError: When the file cannot be read, or holds no certificate; or when it is given although any
            certificate is to be trusted.
    """
    if insecure and ca:
        raise AccessError(f"--insecure: verifies no certificate, expected no --ca {ca}")
    if insecure:
        return httpx.create_ssl_context(verify=False)
    where = f"--ca {ca}" if ca else "SSL_CERT_FILE or SSL_CERT_DIR in the environment"
    try:
        return _context(ca, ca.stat().st_mtime_ns if ca else 0, tuple(map(os.environ.get, CERTIFICATES)))
    except ssl.SSLError:
        problem = "holds no certificate"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    raise AccessError(f"{where}: {problem}, expected a file of certificates in PEM")


@lru_cache(maxsize=8)  # one takes a quarter of a megabyte and 40 ms, and a fleet has many targets
def _context(ca: Path | None, _changed: int, _environment: tuple[str | None, ...]) -> ssl.SSLContext:
    """Load certificates, again when the file or the environment has changed."""
    return ssl.create_default_context(cafile=str(ca)) if ca else httpx.create_ssl_context()


def can_be_sent(value: str) -> bool:
    """Tell whether a header can carry a value on every way."""
    return value.isascii() and value.isprintable()


def _check_value(value: str, what: str) -> None:
    if not can_be_sent(value):
        raise AccessError(f"{what} holds a character that a header cannot carry")


def _without_user(text: str) -> str:
    return quoted(re.sub("//.*@", "//", text, flags=re.DOTALL))
