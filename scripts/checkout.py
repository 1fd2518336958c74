"""Let the scripts find the packages of a checkout that is not installed; its dependencies must be."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent

if find_spec("tgi_client_generator") is None:
    sys.path += [str(SCRIPTS / "client_generator"), str(SCRIPTS.parent / "document")]
