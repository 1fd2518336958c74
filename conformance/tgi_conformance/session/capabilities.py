"""What a deployment offers, as the probes found it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from packaging.version import InvalidVersion, Version

from tgi_conformance.protocol.forms import STREAMED, UNSTREAMED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.session.repeatability import Steady

GENERATION = tuple(dict.fromkeys(form.operation for form in (*UNSTREAMED, *STREAMED)))
FORMERLY = {"max_input_tokens": "max_input_length"}  # names that 1.x and 2.0 had
LONGEST_VERSION = 100  # characters; a release that long is none


@frozen
class Capabilities:
    """What the probes found.

    Attributes:
        info: The body of `/info`; empty where it is no JSON object.
        documented: The release that the served document names; empty where it names none.
        absent: For each operation or ability that is not offered, the evidence in one line.
        foreign: Evidence that something else answers, or None.
        locked: Evidence that the key was refused, or None.
        unreachable: Evidence that nothing answers, or None.
        unrecognizable: Evidence that no answer is one that a TGI could give; empty where one is.
        steady: From where on answers repeat of a deployment whose decoding is not exact; None for one that
            is exact, and for one whose answers do not repeat at all.
    """

    info: Mapping[str, Any] = field(factory=dict)
    documented: str = ""
    absent: Mapping[str, str] = field(factory=dict)
    foreign: str | None = None
    locked: str | None = None
    unreachable: str | None = None
    unrecognizable: str = ""
    steady: Steady | None = None

    @property
    def version(self) -> Version | None:
        """The release that `/info` claims, or else the served document; None where neither does."""
        return release_of(self.info.get("version")) or release_of(self.documented)

    @property
    def generates(self) -> bool:
        """Whether any generation route is offered."""
        return any(operation not in self.absent for operation in GENERATION)

    def limit(self, name: str) -> int | None:
        """A limit that `/info` advertises; None where it advertises none."""
        value = self.info.get(name, self.info.get(FORMERLY.get(name, "")))
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def release_of(claimed: Any) -> Version | None:
    """Read a release, if that is what it is."""
    try:
        return Version(str(claimed)) if claimed and len(str(claimed)) <= LONGEST_VERSION else None
    except InvalidVersion:
        return None
