"""Tell what changed between two documents: `tgi-conformance client diff`, from a checkout."""

from __future__ import annotations

import sys

import checkout  # noqa: F401 (before what it finds)
from tgi_client_generator.commands.command import run_as_script
from tgi_client_generator.commands.diff import diff_command

if __name__ == "__main__":
    sys.exit(run_as_script(diff_command, "scripts/diff_spec.py"))
