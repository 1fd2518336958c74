"""The deployment under test: its URL, its credentials, and the secrets that no output may contain."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tgi_common.access import key_from_environment, shown_url
from tgi_common.redaction import Secrets

if TYPE_CHECKING:
    from pathlib import Path

    import httpx


@frozen
class Key:
    """An API key and the environment variable that it came from."""

    name: str
    value: str = field(repr=False)


@frozen(slots=False)
class Target:
    """A deployment's base URL, with its path prefix but no trailing slash, and what each request needs.

    Connections go through `proxy`, or directly if it is None. If `insecure`, any certificate is accepted.
    """

    url: str = field(repr=False)
    key: Key | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca: Path | None = None
    insecure: bool = False
    proxy: httpx.Proxy | None = field(default=None, repr=False, eq=False)

    @property
    def shown_url(self) -> str:
        """The URL without user name, password, query and fragment."""
        return shown_url(self.url)

    @cached_property
    def secrets(self) -> Secrets:
        """Every value given by the user that must not appear in any output."""
        return Secrets.of(self.url, self.key.value if self.key else None, self.headers)

    def scrub(self, value: Any) -> Any:
        """Hide every secret in a value (text, or JSON that contains text), ignoring case."""
        return self.secrets.scrub(value)

    def scrub_bytes(self, data: bytes) -> bytes:
        """Hide every secret in bytes."""
        return self.secrets.scrub_bytes(data)


def key_from(name: str) -> Key:
    """Read the API key from an environment variable; raises AccessError, which names only the variable."""
    return Key(name, key_from_environment(name))
