"""From a body's bytes to a typed request, or to the refusal that a client gets instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.wire.complaints import DecodeError
from tgi_reference.wire.containers import ANYTHING
from tgi_reference.wire.reader import Reader

if TYPE_CHECKING:
    from tgi_reference.wire.shape import Shape

_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_JSON_TYPE: Final = re.compile(
    rf"application/(?:json|{_NAME}\+json)(?:\s*;\s*{_NAME}=(?:{_NAME}|\"[^\"]*\"))*\s*;?\s*", re.IGNORECASE
)


class BodyError(Exception):
    """A body that never reached the API: ``status`` with ``text`` in plain text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def require_json(content_type: str | None) -> None:
    """Refuse anything but JSON: ``application/json`` or ``application/…+json``, any parameters.

    Raises:
        BodyError: 415.
    """
    if content_type is None or not _JSON_TYPE.fullmatch(content_type):
        raise BodyError(415, "Expected request with `Content-Type: application/json`")


def too_large() -> BodyError:
    """The refusal of a body above the payload limit."""
    return BodyError(413, "Failed to buffer the request body: length limit exceeded")


def decode(body: bytes, shape: Shape) -> Any:
    """The request in ``body``; text after the JSON value is not looked at.

    Raises:
        BodyError: 400 for a syntax error, 422 for a wrong type or a missing member.
    """
    try:
        return shape.read(Reader(body))
    except DecodeError as error:
        if error.data:
            raise BodyError(
                422, f"Failed to deserialize the JSON body into the target type: {error}"
            ) from None
        raise BodyError(400, f"Failed to parse the request body as JSON: {error}") from None


def parse_json(text: str, shape: Shape = ANYTHING) -> Any:
    """A whole JSON text, as the router parses one by itself (a schema given as a string, a tool call).

    Raises:
        DecodeError: without a path; its text is what clients see.
    """
    reader = Reader(text.encode("utf-8", "surrogatepass"))
    try:
        value = shape.read(reader)
        reader.finish()
    except DecodeError as error:
        error.path = ()
        raise
    return value
