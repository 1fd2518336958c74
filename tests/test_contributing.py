"""The requirement and the fault that CONTRIBUTING shows work: the one catches the other, and nothing else."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.factories import make_session
from tests.selftest.altered import altered

from tgi_conformance.engine.execute import execute
from tgi_conformance.http.target import Target
from tgi_conformance.protocol.forms import ROOT, Form
from tgi_conformance.requirements import Requirement, _declaration
from tgi_conformance.requirements._verify import expect_status
from tgi_conformance.results.levels import Outcome
from tgi_conformance.session.context import Context
from tgi_document.pinned import pinned_document
from tgi_document.walk import resolve
from tgi_reference.injection.call import GENERATE, Call
from tgi_reference.injection.hooks import Catalogue
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_reference.injection.hooks import Injection

PAGE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text("utf-8")


def shown(decorator: str, names: dict[str, Any]) -> None:
    """Execute the code of the page that begins with a decorator."""
    code = re.search(rf"^       @{decorator}.*?(?=^   \S)", PAGE, re.DOTALL | re.MULTILINE)
    assert code
    exec(textwrap.dedent(code[0]), names)  # noqa: S102 (our own page)


@pytest.fixture
def requirement(monkeypatch: pytest.MonkeyPatch) -> Requirement:
    registry: dict[str, Requirement] = {}
    monkeypatch.setattr(_declaration, "REGISTRY", registry)
    names = {"ROOT": ROOT, "Context": Context, "Form": Form, "expect_status": expect_status}
    shown("requirement", {"requirement": _declaration.requirement, **names})
    (one,) = registry.values()
    return one


@pytest.fixture
def fault() -> Injection:
    catalogue = Catalogue("fault")
    shown("FAULT", {"FAULT": catalogue, "GENERATE": GENERATE, "Call": Call})
    (one,) = catalogue
    return one


def test_the_requirement_has_an_id_and_a_source(requirement: Requirement) -> None:
    assert "root.null-stream-is-refused" == requirement.id
    assert resolve(pinned_document(), requirement.source)


def test_the_page_names_the_fault(fault: Injection) -> None:
    assert f"serve --port 8080 --fault {fault.name} &" in PAGE
    assert f"nox -s faults -- -k {fault.name}\n" in PAGE


@pytest.mark.parametrize(("broken", "outcome"), [(False, Outcome.PASSED), (True, Outcome.FAILED)])
def test_the_requirement_fails_only_with_the_fault(
    requirement: Requirement, fault: Injection, *, broken: bool, outcome: Outcome
) -> None:
    with altered([fault] if broken else [], Settings(quiet=True)) as url:
        result = execute(requirement, make_session(Target(url))).result

    assert outcome is result.outcome
