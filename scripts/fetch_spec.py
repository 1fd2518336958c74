"""Fetch the document that a server serves: `tgi-conformance client fetch`, from a checkout."""

from __future__ import annotations

import sys

import checkout  # noqa: F401 (before what it finds)
from tgi_client_generator.commands.command import run_as_script
from tgi_client_generator.commands.fetch import fetch_command

if __name__ == "__main__":
    sys.exit(run_as_script(fetch_command, "scripts/fetch_spec.py"))
