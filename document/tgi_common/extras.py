"""Packages that only some commands need, installed as extras of the wheel: `tgi-conformance[server]`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

WHAT: Final = {"server": "the reference server", "client": "the generator of clients", "load": "Locust"}
"""What each extra installs."""


class MissingExtraError(ImportError):
    """Packages of an extra are not installed; the message is one line that tells how to install them."""


@contextmanager
def needing(extra: str, who: str) -> Iterator[None]:
    """Import what an extra installs.

    Args:
        extra: The extra, one of `WHAT`.
        who: What needs it, a command or a fixture, for the message.

    Raises:
        MissingExtraError: When a package is missing that is not ours.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("tgi_"):
            raise
        raise MissingExtraError(
            f"{who} needs {WHAT[extra]}: pip install 'tgi-conformance[{extra}]'"
        ) from None
