"""Bodies decompressed in steps that a bomb cannot blow up; httpx would decompress a whole read at once."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP = 64 * 1024
"""Bytes that a piece of a body may become at a time."""

_GZIP_WINDOW = zlib.MAX_WBITS | 16


class EncodingError(ValueError):
    """A content encoding that nobody asked for, or a body that is not what its encoding says."""


def decoder(content_encoding: str | None) -> Identity | Gunzip:
    """Give what undoes the content encoding of an answer: none, or gzip.

    Raises:
        EncodingError: When it is another one.
    """
    name = (content_encoding or "").strip().lower()
    if name in {"", "identity"}:
        return Identity()
    if name in {"gzip", "x-gzip"}:
        return Gunzip()
    raise EncodingError(f"a content encoding that was not asked for: {name[:40]!r}")


class Identity:
    """Gives a body as it comes."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what came."""
        yield data

    def finish(self) -> None:
        """Do nothing: a body that ends is whole."""


class Gunzip:
    """Decompresses a body piece by piece."""

    def __init__(self) -> None:
        self._unzip = zlib.decompressobj(wbits=_GZIP_WINDOW)
        self._began = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what a piece becomes, a bounded step at a time; raises EncodingError where it is not gzip."""
        self._began = True
        try:
            yield self._unzip.decompress(data, _STEP)
            while self._unzip.unconsumed_tail:
                yield self._unzip.decompress(self._unzip.unconsumed_tail, _STEP)
        except zlib.error:
            raise EncodingError("the body is not gzip, as its content-encoding promises") from None

    def finish(self) -> None:
        """Raise EncodingError unless the body ended where its gzip does; an empty body is nothing."""
        if self._began and (not self._unzip.eof or self._unzip.unused_data):
            raise EncodingError("the body does not end where its gzip does")
