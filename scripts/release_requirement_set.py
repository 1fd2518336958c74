"""Release a set of requirements: what `run --set NAME` scores by, from then on and for good.

Writes conformance/tgi_conformance/requirement_sets/NAME.json with every requirement of the suite as it is
now, and adds the digest of the set to those that a test compares.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from tgi_conformance.config.requirement_set import FOLDER, released, set_names
from tgi_conformance.reports.files import write_atomically
from tgi_conformance.requirements import requirements

ROOT = Path(__file__).parents[1]
SETS = ROOT / "conformance" / "tgi_conformance" / FOLDER
DIGESTS = ROOT / "tests" / "conformance" / "config" / "golden" / "requirement_sets.json"
NAME = re.compile(r"[0-9]+\.[0-9]+")


@click.command()
@click.argument("name")
def main(name: str) -> None:
    """Release the requirements of the suite as the set NAME, such as 1.1; a released set is not replaced."""
    if not NAME.fullmatch(name):
        raise click.UsageError(f"{name!r}: expected two numbers, such as 1.1")
    if name in set_names():
        raise click.UsageError(f"{name} is released, and a released set never changes")
    new = released(name, requirements())
    digests = json.loads(DIGESTS.read_text("utf-8")) if DIGESTS.exists() else {}
    write_atomically(SETS / f"{name}.json", json.dumps(new, indent=1, ensure_ascii=False) + "\n")
    write_atomically(DIGESTS, json.dumps({**digests, name: new["digest"]}, indent=1) + "\n")
    print(f"released {name}: {len(new['requirements'])} requirements, {new['digest']}")


if __name__ == "__main__":
    main()
