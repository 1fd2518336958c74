"""Make the typed client of a server from its document.

    regenerate.py [--spec FILE] [--out DIR] [--check]

The package is written to DIR/tgi_client, with what builds a wheel of it. Exit codes: 0 when done, or when
--check finds nothing stale; 1 when it does, or when operations are missing; 2 when a document or a folder
will not do.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tgi_client_generator.generate import generate
from tgi_client_generator.output import difference, install
from tgi_client_generator.overlay import load_overlay
from tgi_document.errors import DocumentError
from tgi_document.load import load_document
from tgi_document.pinned import corrections_path, pinned_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_client_generator.generate import Generated
    from tgi_document.repairs import Change

_GENERATED = Path(__file__).resolve().parent.parent / "generated"

_MOST_OF_A_RULE = 20
"""Changes by one rule that are logged one by one. TGI's document has 28 of one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options.spec, options.out, check=options.check, quiet=options.quiet)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has seen enough
        return 1
    except DocumentError as error:
        print(f"regenerate.py: {error}", file=sys.stderr)
        return 2


def _run(spec: Path, out: Path, *, check: bool, quiet: bool) -> int:
    document, overlay = load_document(spec), load_overlay(corrections_path())
    with tempfile.TemporaryDirectory(prefix="regenerate-") as name:
        fresh = Path(name)
        generated = generate(document, overlay, fresh)
        if not quiet:
            _log(generated.changes)
        if generated.operations_in != generated.operations_out:
            return _tell_of_missing(generated)
        return _check(fresh, out) if check else _install(fresh, out, generated)


def _check(fresh: Path, out: Path) -> int:
    stale = difference(fresh, out)
    if not stale:
        print("the client is what its document gives")
        return 0
    print("\n".join(stale))
    print("the client is stale: run scripts/regenerate.py", file=sys.stderr)
    return 1


def _install(fresh: Path, out: Path, generated: Generated) -> int:
    install(fresh, out)
    print(f"{generated.operations_out} of {generated.operations_in} operations, in {out / 'tgi_client'}")
    return 0


def _tell_of_missing(generated: Generated) -> int:
    counts = f"{generated.operations_out} of {generated.operations_in}"
    print(f"regenerate.py: only {counts} operations came out, nothing was written", file=sys.stderr)
    return 1


def _log(changes: list[Change]) -> None:
    seen: Counter[str] = Counter()
    for change in changes:
        seen[change.rule] += 1
        if seen[change.rule] <= _MOST_OF_A_RULE or change.rule == "correction":
            print(change, file=sys.stderr)
    for rule, count in seen.items():
        if count > _MOST_OF_A_RULE and rule != "correction":
            print(f"{rule}: and {count - _MOST_OF_A_RULE} more", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Make the typed client of a server from its document.")
    parser.add_argument("--spec", type=Path, default=pinned_path(), help="the document (the pinned one)")
    parser.add_argument("--out", type=Path, default=_GENERATED, help="the folder of the client")
    parser.add_argument("--check", action="store_true", help="write nothing, show what is stale")
    parser.add_argument("--quiet", action="store_true", help="do not log what was repaired and corrected")
    return parser


if __name__ == "__main__":
    sys.exit(main())
