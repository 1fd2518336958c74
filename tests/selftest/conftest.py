"""The table at the end of the self-test, and the record of what each requirement catches."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tests.selftest import matrix

if TYPE_CHECKING:
    import pytest

SUMMED = ("requests", "tokens", "seconds")
Proofs = dict[str, list[dict[str, Any]]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add options for adding or changing a requirement."""
    group = parser.getgroup("selftest", "the self-test of tgi-conformance")
    group.addoption(
        "--requirement",
        default="",
        metavar="ID",
        help="check only this requirement, against each fault that is expected to break it",
    )
    group.addoption(
        "--renew",
        action="store_true",
        help="remove from docs/fault-matrix.json which faults a requirement no longer catches",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, and add to the matrix what passing tests caught."""
    proofs = _proofs(terminalreporter)
    if not proofs:
        return
    terminalreporter.section("self-test")
    terminalreporter.write_line(f"{'':22}{'passed':>10}{'requests':>12}{'tokens':>10}{'seconds':>10}")
    for kind, checked in proofs.items():
        count = f"{sum(bool(one['passed']) for one in checked)}/{len(checked)}"
        requests, tokens, seconds = (sum(float(one[name]) for one in checked) for name in SUMMED)
        terminalreporter.write_line(f"{kind:22}{count:>10}{requests:>12.0f}{tokens:>10.0f}{seconds:>10.0f}")
    faults = [one for one in proofs["faults caught"] if one["passed"]]
    if faults:
        matrix.write(
            {one["name"]: one["caught_by"] for one in faults}, {one["name"]: one["lost"] for one in faults}
        )


def _proofs(reporter: pytest.TerminalReporter) -> Proofs:
    """What the tests recorded, by kind."""
    proofs: Proofs = defaultdict(list)
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "proof":
                    proofs[value["kind"]].append({**value, "passed": outcome == "passed"})
    return proofs
