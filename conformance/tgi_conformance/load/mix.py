"""Who asks what: the mix of users of a load run, as a file gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from attrs import field, frozen

from tgi_common.suggestion import unknown
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.protocol.forms import STREAMED, UNSTREAMED, Form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FEWEST_CHARACTERS, MOST_CHARACTERS = 4, 200
FEWEST_TEXTS = 2
HEAVIEST = 1_000_000


def label_of(form: Form) -> str:
    """Name a form as mixes, reports and Locust's tables do: its route, after `streamed-` if it has both."""
    return f"streamed-{form.name}" if form.is_switched else form.name


FORMS: Mapping[str, Form] = {label_of(form): form for form in (*UNSTREAMED, *STREAMED)}
USUAL = (
    "generate",
    "generate-stream",
    "chat-completions",
    "streamed-chat-completions",
    "completions",
    "streamed-completions",
)


@frozen
class Mix:
    """Who asks what.

    Attributes:
        users: The weight of each form's users, by its label.
        characters: How long the text of an answer is that a grammar leaves, in characters.
        texts: How many different texts are asked for; None: each request asks for its own. A deployment that
            is slow to compile a grammar keeps a few in its cache.
    """

    users: Mapping[str, int] = field(factory=lambda: dict.fromkeys(USUAL, 1))
    characters: int = 5
    texts: int | None = None


def read_mix(path: Path) -> Mix:
    """Read a mix from a YAML file; raises UsageError, whose message is one line."""
    try:
        value = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None
    return mix_of(value, str(path))


def mix_of(value: Any, where: str) -> Mix:
    """Check a mix that came from a file; raises UsageError."""
    if not isinstance(value, dict):
        raise UsageError(f"{where}: expected `users:` with a weight for each route")
    members = {"users", "characters", "texts"}
    for name in value:
        if name not in members:
            raise UsageError(f"{where}: {unknown('setting', str(name), members)}")
    usual = Mix()
    texts = value.get("texts")
    return Mix(
        users=_users(value["users"], where) if "users" in value else usual.users,
        characters=_whole(
            value.get("characters", usual.characters),
            f"{where}: characters",
            FEWEST_CHARACTERS,
            MOST_CHARACTERS,
        ),
        texts=None if texts is None else _whole(texts, f"{where}: texts", FEWEST_TEXTS, HEAVIEST),
    )


def _users(value: Any, where: str) -> dict[str, int]:
    if not isinstance(value, dict) or not value:
        raise UsageError(f"{where}: users: expected a weight for each route, such as `generate: 3`")
    users = {}
    for name, weight in value.items():
        if name not in FORMS:
            raise UsageError(f"{where}: users: {unknown('route', str(name), FORMS)}")
        users[str(name)] = _whole(weight, f"{where}: users: {name}", 0, HEAVIEST)
    if not any(users.values()):
        raise UsageError(f"{where}: users: every weight is 0; expected one that is not")
    return users


def _whole(value: Any, where: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise UsageError(f"{where} = {value!r}: expected a whole number from {least} to {most:,}")
    return value
