"""Types that models and operations share."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, BinaryIO, Final, Generic, Literal, TypeVar

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    import httpx

    Timeout: TypeAlias = "httpx.Timeout | float | Unset | None"
    """Seconds, or several kinds of them; None waits for ever, `UNSET` as long as the client says."""

    Headers: TypeAlias = "Mapping[str, str] | None"

T = TypeVar("T")


class Unset(Enum):
    """The type of `UNSET`, which stands for a member that is absent. Null is `None`."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        """Absent counts as false."""
        return False

    def __repr__(self) -> str:
        """Show the name under which it is imported."""
        return "UNSET"


UNSET: Final = Unset.UNSET


@frozen
class File:
    """A file to upload."""

    payload: BinaryIO | bytes
    file_name: str = "file"
    mime_type: str = "application/octet-stream"


@frozen
class Response(Generic[T]):
    """An answer whose status is documented: what was read from it, and what else came with it.

    `repr` shows neither the headers nor the bytes, in which a server may repeat a key.
    """

    status_code: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)
    parsed: T
    request_id: str | None = None


__all__ = ["UNSET", "File", "Response", "Unset"]
