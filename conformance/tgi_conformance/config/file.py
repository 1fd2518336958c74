"""Settings from a file: `tgi-conformance.toml`, or the table `tool.tgi-conformance` of `pyproject.toml`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tgi_common.suggestion import unknown
from tgi_conformance.config.usage_error import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OWN_FILE = "tgi-conformance.toml"
SHARED_FILE = "pyproject.toml"
TABLE = "tgi-conformance"
FORMER = {"level": "depth"}  # names that settings had
PATHS = {"deviations", "ca", "baseline", "targets"}  # relative to the file's folder


def read_configuration(folder: Path, known: Mapping[str, Any]) -> dict[str, Any]:
    """Read the settings of a folder.

    `known` maps the name of each setting to whether it takes several values. `tgi-conformance.toml` takes
    precedence over `pyproject.toml`. Raises UsageError with a one-line message.
    """
    for name in (OWN_FILE, SHARED_FILE):
        path = folder / name
        if path.is_file():
            document = _read(path)
            table = document if name == OWN_FILE else document.get("tool", {}).get(TABLE)
            if table is not None:
                return _checked(path, table, known)
    return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path.name}: cannot be read: {' '.join(str(error).split())}") from None


def _checked(path: Path, table: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise UsageError(f"{path.name}: tool.{TABLE} is not a table")
    settings = {}
    for key, value in table.items():
        name = FORMER.get(key, str(key)).replace("-", "_")
        if name not in known:
            names = sorted(one.replace("_", "-") for one in known)
            problem = unknown("setting", key, names, f"expected one of {', '.join(names)}")
            raise UsageError(f"{path.name}: {problem}")
        settings[name] = _value(path, key, name, value, many=known[name])
    return settings


def _value(path: Path, key: str, name: str, value: Any, *, many: bool) -> Any:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(item, (dict, list)) for item in values) or (isinstance(value, list) and not many):
        raise UsageError(
            f"{path.name}: {key} = {value!r}: expected {'a list of values' if many else 'a single value'}"
        )
    if name in PATHS:
        return str(path.parent / str(value))
    return values if many else value
