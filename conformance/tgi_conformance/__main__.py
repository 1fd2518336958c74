"""`python -m tgi_conformance` is `tgi-conformance`, where no folder of scripts is on the path."""

from __future__ import annotations

import sys

from tgi_conformance.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
