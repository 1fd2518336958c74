"""What a deployment offers, as the probes found."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from packaging.version import InvalidVersion, Version

from tgi_conformance.protocol.forms import STREAMED, UNSTREAMED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.session.repeatability import RepeatableOpening

GENERATION = tuple(dict.fromkeys(form.operation for form in (*UNSTREAMED, *STREAMED)))
FORMER_NAMES = {"max_input_tokens": "max_input_length"}  # in 1.x and 2.0
LONGEST_VERSION = 100  # characters


@frozen
class Capabilities:
    """What the probes found.

    Attributes:
        info: The body of `/info`; empty if it is not a JSON object.
        documented: The release that the served document names; empty if none.
        absent: The evidence, in one line, for each operation or capability that is not offered.
        foreign: Evidence that something other than TGI answers, or None.
        locked: Evidence that the API key was refused or is missing, or None.
        unreachable: Evidence that nothing answers, or None.
        unrecognizable: Evidence that no answer looks like one of TGI; empty otherwise.
        repeatable_opening: An opening after which answers repeat, if decoding is not exact; None if decoding
            is exact, and if answers do not repeat at all.
    """

    info: Mapping[str, Any] = field(factory=dict)
    documented: str = ""
    absent: Mapping[str, str] = field(factory=dict)
    foreign: str | None = None
    locked: str | None = None
    unreachable: str | None = None
    unrecognizable: str = ""
    repeatable_opening: RepeatableOpening | None = None

    @property
    def version(self) -> Version | None:
        """The release that `/info` states, or else the served document; None if neither does."""
        return release_of(self.info.get("version")) or release_of(self.documented)

    @property
    def generates(self) -> bool:
        """Whether any generation route is offered."""
        return any(operation not in self.absent for operation in GENERATION)

    def limit(self, name: str) -> int | None:
        """A limit from `/info`; None if it is not there."""
        value = self.info.get(name, self.info.get(FORMER_NAMES.get(name, "")))
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def release_of(claimed: Any) -> Version | None:
    """Parse a release; None if it is not one."""
    text = str(claimed) if claimed else ""
    return _release(text) if len(text) <= LONGEST_VERSION else None


@lru_cache(maxsize=64)
def _release(text: str) -> Version | None:
    """Parse once what every requirement of a run asks for."""
    try:
        return Version(text)
    except InvalidVersion:
        return None
