"""A gentle run leaves out what others of a shared deployment may feel, and says what that was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve
from tests.conformance.reports.samples import BAD

from tgi_conformance.http.client import Client
from tgi_conformance.library import run
from tgi_conformance.protocol.hazards import may_raise
from tgi_conformance.reports.html_report import write_html
from tgi_conformance.reports.json_report import write_json
from tgi_conformance.reports.markdown import write_markdown
from tgi_conformance.reports.read_json import read_report
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Depth, Outcome
from tgi_conformance.results.report import LEFT_OUT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_reference.server import Running

KINDS = {"broken grammars", "cut connections", "oversized bodies", "overload"}
LARGEST = 1_000_000  # bytes


def test_every_kind_of_disturbance_has_a_requirement() -> None:
    assert KINDS == {requirement.hurts for requirement in requirements()} - {""}
    assert [] == [one.id for one in requirements() if one.depth is Depth.LOAD and not one.hurts]


def test_nothing_that_disturbs_is_sent(tgi_server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Request] = []
    send = Client.send

    def watched(self: Client, request: Request, **how: bool) -> Exchange:
        sent.append(request)
        return send(self, request, **how)

    monkeypatch.setattr(Client, "send", watched)
    report = run(tgi_server.url, only=("generate",), gentle=True)
    left_out = {result.id for result in report.requirements if result.reason.startswith(LEFT_OUT)}

    assert () == report.having(Outcome.FAILED)
    assert [] == [request for request in sent if may_raise(request) or len(request.content or b"") > LARGEST]
    assert {"generate.oversized-body-is-a-client-error", "generate.impossible-grammar-is-refused"} <= left_out
    assert {Outcome.UNSUPPORTED} == {r.outcome for r in report.requirements if r.id in left_out}


def test_a_required_route_does_not_fail_if_left_out(tgi_server: Running) -> None:
    assert () == run(tgi_server.url, only=("tokenize",), require=("tokenize",), gentle=True).having(
        Outcome.FAILED
    )


def test_reports_say_what_was_left_out(tmp_path: Path) -> None:
    results = [
        evolve(BAD.requirements[0], id=f"generate.x-{n}", outcome=Outcome.UNSUPPORTED, reason=LEFT_OUT + what)
        for n, what in enumerate(("overload", "overload", "broken grammars"))
    ]
    report = evolve(BAD, requirements=(*BAD.requirements, *results), gentle=True)
    message = "3 requirements left out by --gentle: overload (2), broken grammars (1)"
    file = tmp_path / "report.json"
    file.write_text(write_json(report), "utf-8")

    assert message == report.left_out_summary
    assert message in write_markdown(report)
    assert message in write_html(report)
    assert json.loads(file.read_text("utf-8"))["gentle"] is True
    assert read_report(file).gentle


def test_other_runs_leave_nothing_out() -> None:
    assert "" == BAD.left_out_summary
    assert "--gentle" not in write_markdown(BAD)
