"""What a user gave in confidence, hidden in whatever is shown: a server may say it back."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN = "***"
SHORTEST_SECRET = 3  # characters; shorter values would blot out whole words of a report

_CUT = re.compile(r"['\"]*(?:… \(\d+ characters\))?$")  # how texts end that were cut off


@frozen
class Secrets:
    """Secrets, in every way that they may be written in, longest first."""

    written: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, url: str, key: str | None, headers: Iterable[tuple[str, str]]) -> Secrets:
        """Give the secrets in what lets a user in: key, values of headers, user and password of the URL.

        The ways to write them in JSON, in HTML, in a URL and in Basic authentication are among them.
        """
        user = urlsplit(url).netloc.rpartition("@")[0]
        values = {value for _, value in headers} | {key or ""}
        values |= {b64encode(unquote_to_bytes(user)).decode(), *user.split(":"), *unquote(user).split(":")}
        written = {way for value in values for way in _ways_to_write(value)}
        return cls(tuple(sorted((v for v in written if len(v) >= SHORTEST_SECRET), key=len, reverse=True)))

    def scrub(self, value: Any) -> Any:
        """Give the value (text, or JSON holding texts) with every secret in it hidden, case aside."""
        if isinstance(value, str):
            for secret in self.written:
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
        for secret in self.written:
            data = re.sub(re.escape(secret.encode()), HIDDEN.encode(), data, flags=re.IGNORECASE)
        return data


def _ways_to_write(value: str) -> set[str]:
    return {value, json.dumps(value)[1:-1], repr(value)[1:-1], html.escape(value), quote(value, safe="")}


def _without_beginning(text: str, secret: str) -> str:
    """Hide the beginning of a secret where the text was cut off in the midst of it."""
    end = _CUT.search(text)
    kept, rest = (text[: end.start()], text[end.start() :]) if end else (text, "")
    for length in range(len(secret) - 1, SHORTEST_SECRET, -1):
        if kept.lower().endswith(secret[:length].lower()):
            return kept[:-length] + HIDDEN + rest
    return text
