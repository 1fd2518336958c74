"""The requirement that CONTRIBUTING shows is one that the suite takes, and it asks what it says."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tgi_conformance.protocol.forms import ROOT, Form
from tgi_conformance.requirements import Requirement, _declaration
from tgi_conformance.requirements._verify import expect_status
from tgi_conformance.session.context import Context
from tgi_document.pinned import pinned_document
from tgi_document.walk import resolve

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Request

CONTRIBUTING = Path(__file__).parents[1] / "CONTRIBUTING.md"


class SentError(Exception):
    """Ends a check at the moment it sends, so that no server is needed here."""

    def __init__(self, request: Request) -> None:
        self.request = request


class Outbox:
    """Stands where a context would be, and sends nothing."""

    def send(self, request: Request) -> None:
        raise SentError(request)


@pytest.fixture
def shown_requirement(monkeypatch: pytest.MonkeyPatch) -> Requirement:
    code = re.search(
        r"^       @requirement.*?(?=^   \S)", CONTRIBUTING.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert code
    registry: dict[str, Requirement] = {}
    monkeypatch.setattr(_declaration, "REGISTRY", registry)
    names = {
        "requirement": _declaration.requirement,
        "ROOT": ROOT,
        "Context": Context,
        "Form": Form,
        "expect_status": expect_status,
    }
    exec(textwrap.dedent(code[0]), names)  # noqa: S102 (our own page)
    (shown,) = registry.values()
    return shown


def test_shown_requirement_is_one(shown_requirement: Requirement) -> None:
    assert "root.null-stream-is-refused" == shown_requirement.id
    assert resolve(pinned_document(), shown_requirement.source)


def test_shown_requirement_sends_what_it_is_about(shown_requirement: Requirement) -> None:
    outbox: Any = Outbox()
    with pytest.raises(SentError) as stop:
        shown_requirement.check(outbox)
    sent = stop.value.request

    assert ("POST", "/") == (sent.method, sent.path)
    assert json.loads(sent.content or b"{}")["stream"] is None
