"""The settings of a server, validated when they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen
from attrs.validators import instance_of

from tgi_common.access import can_be_sent
from tgi_reference.fidelity import DOCUMENTED, TGI, Fidelity
from tgi_reference.releases import NEWEST
from tgi_reference.wire.requests import AS_DOCUMENTED, Shapes, shapes

if TYPE_CHECKING:
    from attrs import Attribute

    from tgi_reference.releases import Release

LARGEST_PORT: Final = 65535


class SettingsError(ValueError):
    """Settings that contradict each other or are out of range; the message is one line."""


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _at_least(low: int) -> Any:
    def check(_: Settings, attribute: Attribute[int], value: int) -> None:
        if value < low:
            raise SettingsError(f"{_flag(attribute.name)} must be at least {low}, and it is {value}")

    return check


def _port(_: Settings, __: Attribute[int], value: int) -> None:
    if not 0 <= value <= LARGEST_PORT:
        raise SettingsError(f"--port must be between 0 and {LARGEST_PORT}, and it is {value}")


def _usable_key(_: Settings, __: Attribute[str | None], value: str | None) -> None:
    if value is not None and (not value.strip() or not can_be_sent(value)):
        raise SettingsError("--api-key must be printable ASCII text that is not blank")


@frozen(kw_only=True)
class Settings:
    """The router's flags, and those of this server. Limits count tokens, requests or bytes.

    The defaults are the router's own, except for the sizes of the context, which suit the tiny model. What
    ``faults`` and ``variants`` name is looked up when the server is composed.

    Raises:
        SettingsError: a limit is out of range, or two contradict each other.
    """

    host: str = "127.0.0.1"
    port: int = field(default=0, validator=_port)
    api_key: str | None = field(default=None, validator=_usable_key, repr=False)
    model_id: str = field(default="reference-model", validator=instance_of(str))
    max_concurrent_requests: int = field(default=128, validator=_at_least(1))
    max_best_of: int = field(default=2, validator=_at_least(1))
    max_stop_sequences: int = field(default=4, validator=_at_least(0))
    max_top_n_tokens: int = field(default=5, validator=_at_least(0))
    max_input_tokens: int = field(default=512, validator=_at_least(1))
    max_total_tokens: int = field(default=1024, validator=_at_least(2))
    max_client_batch_size: int = field(default=4, validator=_at_least(1))
    payload_limit: int = field(default=2_000_000, validator=_at_least(1))
    workers: int = field(default=1, validator=_at_least(1))
    disable_grammar_support: bool = False
    failure_prompts: bool = False
    backend_down: bool = False
    token_latency: float = 0.0
    noise: float = 0.0
    fidelity: Fidelity = TGI
    release: Release = NEWEST
    no_tokenizer: bool = False
    quiet: bool = False
    faults: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    fault_seed: int = 0

    def __attrs_post_init__(self) -> None:
        """Refuse limits that leave no room for an answer."""
        if self.max_input_tokens >= self.max_total_tokens:
            raise SettingsError(
                "--max-input-tokens must be less than --max-total-tokens, "
                f"and they are {self.max_input_tokens} and {self.max_total_tokens}"
            )
        if self.token_latency < 0:
            raise SettingsError("--token-latency-ms must not be negative")
        if not 0 <= self.noise < float("inf"):
            raise SettingsError(f"--noise must be a number from 0 on, and it is {self.noise}")
        if self.fidelity is DOCUMENTED and self.release is not NEWEST:
            raise SettingsError(f"--as documented needs --release {NEWEST.name}, not {self.release.name}")
        if self.no_tokenizer and not self.release.does_without_tokenizer:
            raise SettingsError(f"--no-tokenizer needs --release 2.0.4: {self.release.name} always has one")

    @property
    def fingerprint(self) -> str:
        """The ``system_fingerprint`` of OpenAI-style answers."""
        return f"{self.release.version}-native"

    @property
    def shapes(self) -> Shapes:
        """The bodies that the routes read."""
        return shapes(AS_DOCUMENTED) if self.fidelity is DOCUMENTED else self.release.shapes
