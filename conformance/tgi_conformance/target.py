"""The deployment under test: where it is, how to be let in, and what must never be shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from attrs import field, frozen

HIDDEN = "***"
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
    """A deployment's base URL (a path prefix included, no slash at its end) and what is sent with each request."""

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
        """Every value given by the user that must not appear in any output, longest first."""
        values = {value for _, value in self.headers} | {self.key.value if self.key else ""}
        values |= set(urlsplit(self.url).netloc.rpartition("@")[0].split(":"))
        return tuple(sorted((v for v in values if len(v) >= SHORTEST_SECRET), key=len, reverse=True))

    def scrub(self, value: Any) -> Any:
        """Give the value (text, or JSON holding texts) with every secret in it hidden, case aside."""
        if isinstance(value, str):
            for secret in self.secrets:
                value = re.sub(re.escape(secret), HIDDEN, value, flags=re.IGNORECASE)
            return value
        if isinstance(value, dict):
            return {self.scrub(name): self.scrub(member) for name, member in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.scrub(item) for item in value]
        return value


def parse_url(text: str) -> str:
    """Check a base URL and take the slash off its end; raises TargetError."""
    parts = urlsplit(text)
    try:
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise TargetError(f"{_plain(text)}: the port is no number below 65536") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise TargetError(f"{_plain(text)}: expected a URL such as http://127.0.0.1:3000")
    if parts.query or parts.fragment:
        raise TargetError(f"{_plain(text)}: expected a base URL, without a query or fragment")
    return text.rstrip("/")


def parse_header(text: str) -> tuple[str, str]:
    """Split `Name: value`; raises TargetError, naming only what stands before the colon."""
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()):
        raise TargetError("--header: expected 'Name: value' with a legal field name before the colon")
    if re.search(r"[\r\n\0]", value) or not value.strip().isascii():
        raise TargetError(f"--header {name.strip()}: the value holds a character that a header cannot carry")
    return name.strip(), value.strip()


def _plain(text: str) -> str:
    without_user = re.sub(r"//[^/@]*@", "//", text)
    return "".join(c if c.isprintable() else "?" for c in without_user)[:200] or "an empty text"
