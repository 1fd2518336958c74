"""Images in prompts, as a router before a model that sees takes them: out of the text, for a token each.

An image stands in a prompt as ``![](ADDRESS)``, wherever that came from. Only a PNG in a ``data:`` address is
read; this server fetches nothing, and refuses an address of the web as a router does that cannot reach it.
Source: what TGI 3.3.6 before a model of the family ``idefics`` answered; see
``tests/reference/generation/test_images.py``.
"""

from __future__ import annotations

import base64
import binascii
import copy
import re
import struct
import zlib
from typing import TYPE_CHECKING, Final

from tgi_reference.engine.utf8 import character_spans
from tgi_reference.engine.values import Encoding
from tgi_reference.generation.errors import ParameterError

if TYPE_CHECKING:
    from tgi_reference.engine.vocabulary import Vocabulary

IMAGE_TOKEN: Final = "<image>"  # noqa: S105  # no secret
_IMAGE: Final = re.compile(r"!\[\]\(([^)]*)\)")
_ENCODING: Final = "base64,"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK: Final = struct.Struct(">I4s")  # length and kind; data and a checksum of four bytes follow
_SIZE: Final = struct.Struct(">II")
_MOST_PIXELS: Final = 16_000_000
_PARTS: Final = 2  # of a `data:` address: media type and content


def with_image_tokens(text: str) -> str:
    """The prompt as the tokenizer sees it.

    Raises:
        ParameterError: an image cannot be read.
    """
    return _IMAGE.sub(lambda found: _token(found[0], found[1]), text)


def seeing(vocabulary: Vocabulary) -> Vocabulary:
    """The same tokens, for a model that sees."""
    plain_ids, other = vocabulary.ids, copy.copy(vocabulary)

    def ids(text: str) -> list[int]:
        return plain_ids(with_image_tokens(text))

    def encode(text: str) -> Encoding:
        # As on TGI the places are those of the text with the tokens, and lead into the text without them.
        numbers, data = ids(text), text.encode()
        spans = character_spans(
            with_image_tokens(text).encode(), [len(vocabulary.bytes[number]) for number in numbers]
        )
        texts = tuple(data[start:stop].decode("utf-8", "replace") for start, stop in spans)
        return Encoding(tuple(numbers), texts, tuple(spans))

    other.__dict__.update(ids=ids, encode=encode)
    return other


def _token(whole: str, address: str) -> str:
    if address.startswith(("http://", "https://")):
        raise ParameterError(f"Could not fetch image: error sending request for url ({address})")
    if not address.startswith("data:"):
        raise ParameterError(f"invalid image content: {whole}")
    content = address.removeprefix("data:")
    parts = content.split(";")
    if len(parts) != _PARTS:
        raise ParameterError(f"invalid image content: {content}")
    if not parts[1].startswith(_ENCODING):
        raise ParameterError(f"invalid image content: {parts[1]}")
    try:
        data = base64.b64decode(parts[1].removeprefix(_ENCODING), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ParameterError(f"base64 encoding is invalid: {error}") from None
    problem = png_problem(data)
    if problem:
        raise ParameterError(f"invalid image: {problem}")
    return IMAGE_TOKEN


def png_problem(data: bytes) -> str | None:
    """Why bytes are no PNG that can be read; None where they are one."""
    if not data.startswith(_SIGNATURE):
        return "Format error decoding Png: Invalid PNG signature."
    place, header, pixels = len(_SIGNATURE), b"", b""
    while True:
        if place + _CHUNK.size > len(data):
            return "unexpected end of file"
        length, kind = _CHUNK.unpack_from(data, place)
        start = place + _CHUNK.size
        body, checksum = data[start : start + length], data[start + length : start + length + 4]
        if len(checksum) != 4:  # noqa: PLR2004  # bytes
            return "unexpected end of file"
        if zlib.crc32(kind + body) != int.from_bytes(checksum, "big"):
            return f"Format error decoding Png: CRC error in {kind.decode('latin-1')}"
        header = header or body
        pixels += body if kind == b"IDAT" else b""
        place = start + length + 4
        if kind == b"IEND":
            return _picture_problem(header, pixels)


def _picture_problem(header: bytes, pixels: bytes) -> str | None:
    width, height = _SIZE.unpack_from(header) if len(header) >= _SIZE.size else (0, 0)
    if not 0 < width * height <= _MOST_PIXELS:
        return "Format error decoding Png: no size that can be read"
    try:
        rows = zlib.decompressobj().decompress(pixels, height * (1 + 8 * width))
    except zlib.error:
        return "Format error decoding Png: Corrupt deflate stream"
    return None if len(rows) >= height else "unexpected end of file"
