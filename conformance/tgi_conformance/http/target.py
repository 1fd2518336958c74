"""The deployment under test: where it is, how to be let in, and what must never be shown."""

from __future__ import annotations

import html
import json
import os
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit, urlunsplit

import httpx
from attrs import field, frozen

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = "***"
CUT = re.compile(r"['\"]*(?:… \(\d+ characters\))?$")  # how texts end that were cut off
SHORTEST_SECRET = 3  # shorter values would blot out whole words of a report


class TargetError(ValueError):
    """A URL, key or header that cannot be used; the message is one line without the secret."""


@frozen
class Key:
    """An API key and the environment variable that it came from."""

    name: str
    value: str = field(repr=False)


@frozen
class Target:
    """A deployment's base URL (with its path prefix, no slash at the end) and what goes with each request."""

    url: str = field(repr=False)
    key: Key | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca: Path | None = None

    @property
    def shown_url(self) -> str:
        """The URL without user name, password, query and fragment."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value given by the user that must not appear in any output, longest first.

        A server may say them back, so the ways to write them in JSON, in HTML, in a URL and in Basic
        authentication are among them.
        """
        user = urlsplit(self.url).netloc.rpartition("@")[0]
        values = {value for _, value in self.headers} | {self.key.value if self.key else ""}
        values |= {b64encode(unquote_to_bytes(user)).decode(), *user.split(":"), *unquote(user).split(":")}
        written = {way for value in values for way in _ways_to_write(value)}
        return tuple(sorted((v for v in written if len(v) >= SHORTEST_SECRET), key=len, reverse=True))

    def scrub(self, value: Any) -> Any:
        """Give the value (text, or JSON holding texts) with every secret in it hidden, case aside."""
        if isinstance(value, str):
            for secret in self.secrets:
                value = re.sub(re.escape(secret), HIDDEN, value, flags=re.IGNORECASE)
                value = _without_beginning(value, secret)
            return value
        if isinstance(value, dict):
            return {self.scrub(name): self.scrub(member) for name, member in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.scrub(item) for item in value]
        return value

    def scrub_bytes(self, data: bytes) -> bytes:
        """Give bytes with every secret in them hidden."""
        for secret in self.secrets:
            data = re.sub(re.escape(secret.encode()), HIDDEN.encode(), data, flags=re.IGNORECASE)
        return data


def _ways_to_write(value: str) -> set[str]:
    return {value, json.dumps(value)[1:-1], repr(value)[1:-1], html.escape(value), quote(value, safe="")}


def _without_beginning(text: str, secret: str) -> str:
    """Hide the beginning of a secret where the text was cut off in the midst of it."""
    end = CUT.search(text)
    kept, rest = (text[: end.start()], text[end.start() :]) if end else (text, "")
    for length in range(len(secret) - 1, SHORTEST_SECRET, -1):
        if kept.lower().endswith(secret[:length].lower()):
            return kept[:-length] + HIDDEN + rest
    return text


def parse_url(text: str) -> str:
    """Check a base URL and take the slash off its end; raises TargetError."""
    try:
        parts = urlsplit(text)
        httpx.URL(text)
    except (ValueError, httpx.InvalidURL):
        raise TargetError(f"{_plain(text)}: expected a URL such as http://127.0.0.1:3000") from None
    try:
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise TargetError(f"{_plain(text)}: the port is no number below 65536") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or " " in text:
        raise TargetError(f"{_plain(text)}: expected a URL such as http://127.0.0.1:3000")
    if parts.query or parts.fragment:
        raise TargetError(f"{_plain(text)}: expected a base URL, without a query or fragment")
    return text.rstrip("/")


def key_from(name: str) -> Key:
    """Read the API key from an environment variable; raises TargetError, naming the variable alone."""
    value = os.environ.get(name, "")
    if not value.strip():
        raise TargetError(
            f"--api-key-env {name}: not set, expected an environment variable that holds the key"
        )
    if not value.isascii() or not value.isprintable():
        raise TargetError(f"--api-key-env {name}: the key holds a character that a header cannot carry")
    return Key(name, value)


def parse_header(text: str) -> tuple[str, str]:
    """Split `Name: value`; raises TargetError, naming only what stands before the colon."""
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()):
        raise TargetError("--header: expected 'Name: value' with a legal field name before the colon")
    if not value.strip().isprintable() or not value.strip().isascii():
        raise TargetError(f"--header {name.strip()}: the value holds a character that a header cannot carry")
    return name.strip(), value.strip()


def _plain(text: str) -> str:
    without_user = re.sub(r"//.*@", "//", text, flags=re.DOTALL)
    return "".join(c if c.isprintable() else "?" for c in without_user)[:200] or "an empty text"
