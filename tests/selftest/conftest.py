"""What the self-test proves, as numbers at the end of the run; and the matrix, where all of it was run."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.selftest.expectations import MATRIX, expected

if TYPE_CHECKING:
    import pytest

SUMMED = ("requests", "tokens", "seconds")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table; write the matrix if every fault was held and caught."""
    proofs: dict[str, list[dict[str, object]]] = defaultdict(list)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "proof":
                    proofs[value["kind"]].append({**value, "passed": outcome == "passed"})
    if not proofs:
        return
    terminalreporter.section("what the self-test proves")
    terminalreporter.write_line(f"{'':22}{'held':>10}{'requests':>12}{'tokens':>10}{'seconds':>10}")
    for kind, held in proofs.items():
        count = f"{sum(bool(one['passed']) for one in held)}/{len(held)}"
        requests, tokens, seconds = (sum(float(str(one[name])) for one in held) for name in SUMMED)
        terminalreporter.write_line(f"{kind:22}{count:>10}{requests:>12.0f}{tokens:>10.0f}{seconds:>10.0f}")
    matrix = {str(one["name"]): one["caught_by"] for one in proofs["faults caught"] if one["passed"]}
    if set(matrix) == {name for name, patterns in expected().items() if patterns}:
        MATRIX.write_text(json.dumps(matrix, indent=1, sort_keys=True) + "\n", "utf-8")
