"""Extract the schemas of some Kubernetes kinds, without descriptions.

    python scripts/extract_schemas.py crd CRD.yaml KIND [MEMBER…]
    python scripts/extract_schemas.py kubernetes swagger.json KIND…

The first prints the schema of a CRD, of `spec` only the members that are named (`predictor.minReplicas`),
or all; the second the definitions of Kubernetes that the kinds need. See tests/data/schemas/README.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

PREFIX = "#/definitions/"


def main(what: str, file: str, *names: str) -> None:
    """Print what is asked for."""
    text = Path(file).read_text("utf-8")
    found = of_crd(text, *names) if what == "crd" else of_kubernetes(json.loads(text), names)
    sys.stdout.write(json.dumps(found, separators=(",", ":"), sort_keys=True) + "\n")


def of_crd(text: str, kind: str, *kept: str) -> Any:
    """Return the schema of a kind, with these members of `spec` alone if any are named."""
    (crd,) = [one for one in yaml.safe_load_all(text) if one and one["spec"]["names"]["kind"] == kind]
    (version,) = [one for one in crd["spec"]["versions"] if one["storage"]]
    schema = without_descriptions(version["schema"]["openAPIV3Schema"])
    if kept:
        restrict(schema["properties"]["spec"], [path.split(".") for path in kept])
    return schema


def restrict(schema: Any, paths: list[list[str]]) -> None:
    """Leave out the members that no path leads to; one that ends a path stays whole."""
    schema = schema["items"] if schema.get("type") == "array" else schema
    names = dict.fromkeys(path[0] for path in paths)
    schema["properties"] = {name: schema["properties"][name] for name in names}
    for name in names:
        below = [path[1:] for path in paths if path[0] == name]
        if all(below):
            restrict(schema["properties"][name], below)


def of_kubernetes(document: dict[str, Any], kinds: tuple[str, ...]) -> Any:
    """Return the definitions that these kinds need."""
    every = document["definitions"]
    waiting = [name for name in every if name.rpartition(".")[2] in kinds and is_stored(every[name], kinds)]
    needed: dict[str, Any] = {}
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = without_descriptions(every[name])
            waiting += references(needed[name])
    return {"definitions": needed}


def is_stored(definition: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    """Whether a definition is that of one of the kinds, and not of another with the same last name."""
    groups = definition.get("x-kubernetes-group-version-kind", [])
    return any(one["kind"] in kinds and one["group"] in {"", "apps", "batch"} for one in groups)


def references(value: Any) -> list[str]:
    """Name the definitions that a schema refers to."""
    if isinstance(value, dict):
        own = [value["$ref"].removeprefix(PREFIX)] if isinstance(value.get("$ref"), str) else []
        return own + [name for one in value.values() for name in references(one)]
    return [name for one in value for name in references(one)] if isinstance(value, list) else []


def without_descriptions(value: Any) -> Any:
    """Leave out descriptions; a property that is called so stays."""
    if isinstance(value, dict):
        return {
            name: without_descriptions(one)
            for name, one in value.items()
            if not (name == "description" and isinstance(one, str))
        }
    return [without_descriptions(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main(*sys.argv[1:])
