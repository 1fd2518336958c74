"""Several deployments to check in one run: URLs, or a YAML file with names and settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml
from attrs import evolve, fields_dict, frozen

from tgi_common.access import AccessError
from tgi_common.suggestion import unknown
from tgi_conformance.config.file import FORMER
from tgi_conformance.config.settings import Settings, run_config_of
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tgi_conformance.config.run_config import RunConfig

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LISTS = {
    "header": "headers",
    "only": "only",
    "skip": "skip",
    "id": "ids",
    "profile": "profile",
    "require": "require",
}
PATHS = {"deviations", "ca"}
KINDS: dict[str, type | tuple[type, ...]] = {
    "seed": int,
    "concurrency": int,
    "strict": bool,
    "rate": (int, float),
    "max_seconds": (int, float),
    "max_requests": int,
    "max_tokens": int,
    "gentle": bool,
    "timeout": (int, float),
    "no_proxy_env": bool,
    "insecure": bool,
    "wait": (int, float),
}


@frozen
class NamedConfig:
    """What to do with a deployment, and the name by which reports call it."""

    name: str
    config: RunConfig


def configs_of_urls(urls: Iterable[str], settings: Settings) -> tuple[NamedConfig, ...]:
    """Name each deployment by its host, port and path; raises AccessError or UsageError."""
    return _distinct([NamedConfig(_name_of(url), run_config_of(evolve(settings, url=url))) for url in urls])


def configs_of_file(path: Path, settings: Settings) -> tuple[NamedConfig, ...]:
    """Read a list of targets, each with a `url` and any flag of `run`; raises UsageError or AccessError."""
    try:
        entries = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{path}: expected a list of targets, each with a url")
    return _distinct([_named(path, n, entry, settings) for n, entry in enumerate(entries, 1)])


def _named(path: Path, number: int, entry: Any, settings: Settings) -> NamedConfig:
    where = f"{path}, target {number}"
    if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
        raise UsageError(f"{where}: expected a url and settings")
    name = entry.get("name", _name_of(entry["url"]))
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise UsageError(f"{where}: name = {name!r}: expected letters, digits, '.', '_' and '-'")
    changes = dict(_setting(where, path.parent, *item) for item in entry.items() if item[0] != "name")
    try:
        return NamedConfig(name, run_config_of(evolve(settings, **changes)))
    except (AccessError, UsageError) as error:
        raise UsageError(f"{where}: {error}") from None


def _setting(where: str, folder: Path, key: Any, value: Any) -> tuple[str, Any]:
    name = FORMER.get(str(key), str(key)).replace("-", "_")
    if name in LISTS:
        values = value if isinstance(value, list) else [value]
        return LISTS[name], tuple(_of(where, key, item, str) for item in values)
    known = set(fields_dict(Settings)) - set(LISTS.values())
    if name not in known:
        names = sorted(word.replace("_", "-") for word in (*known, *LISTS, "name"))
        raise UsageError(f"{where}: {unknown('setting', str(key), names)}")
    if name in PATHS:
        return name, folder / _of(where, key, value, str)
    if name == "depth" and value not in {depth.value for depth in Depth}:
        raise UsageError(f"{where}: depth = {value!r}: expected {', '.join(depth.value for depth in Depth)}")
    return name, _of(where, key, value, KINDS.get(name, str))


def _of(where: str, key: Any, value: Any, kind: type | tuple[type, ...]) -> Any:
    wanted = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise UsageError(f"{where}: {key} = {value!r}: expected {' or '.join(k.__name__ for k in wanted)}")
    if isinstance(value, (int, float)) and value < 0:
        raise UsageError(f"{where}: {key} = {value!r}: expected a number of at least 0")
    return value


def _name_of(url: str) -> str:
    parts = urlsplit(url)
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", parts.netloc.rpartition("@")[2] + parts.path)
    return words.strip("-._")[:64] or "target"


def _distinct(named: list[NamedConfig]) -> tuple[NamedConfig, ...]:
    names = [target.name for target in named]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise UsageError(f"two targets have the name {twice!r}; give each its own name")
    return tuple(named)
