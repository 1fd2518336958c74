"""Every target has reports of its own, whatever it is called and wherever they are written."""

from __future__ import annotations

import pytest

from tgi_conformance.reports.names import report_names


def test_reports_are_called_as_their_targets() -> None:
    assert {"eu-west.7b": "eu-west.7b", "b": "b"} == report_names(["eu-west.7b", "b"])


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (["fleet", "matrix", "Fleet"], ["fleet-2", "matrix-2", "Fleet-3"]),
        (["A", "a", "a-2"], ["A", "a-2", "a-2-2"]),
        (["CON", "nul.eu", "COM1", "console"], ["target-CON", "target-nul.eu", "target-COM1", "console"]),
    ],
)
def test_no_report_replaces_another_or_a_page(targets: list[str], names: list[str]) -> None:
    found = report_names(targets)

    assert names == list(found.values())
    assert len(targets) == len({name.casefold() for name in names})
