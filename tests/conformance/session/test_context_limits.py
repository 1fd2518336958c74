"""A refusal of a prompt that exceeds the deployment's limits is no failure; another refusal is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.factories import make_requirement, make_session

from tgi_conformance.engine.execute import execute
from tgi_conformance.http.target import Target
from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, GENERATE
from tgi_conformance.requirements._verify import expect_answer
from tgi_conformance.results.levels import Outcome
from tgi_conformance.session.capabilities import Capabilities
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.results.report import Result
    from tgi_conformance.session.context import Context

LIMITS = {"max_input_tokens": 480, "max_total_tokens": 512}
LONG = "naïve 日本 " * 200


def outcome(form: Form, prompt: str, **asked: Any) -> Result:
    def check(context: Context) -> None:
        expect_answer(form, context.send(form.ask(prompt, **asked)))

    with running(Settings(quiet=True, max_input_tokens=480, max_total_tokens=512)) as server:
        return execute(
            make_requirement(check), make_session(Target(server.url), capabilities=Capabilities(info=LIMITS))
        ).result


@pytest.mark.parametrize("form", [GENERATE, CHAT, COMPLETIONS])
def test_a_prompt_that_exceeds_the_limit_is_unsupported(form: Form) -> None:
    result = outcome(form, LONG)

    assert Outcome.UNSUPPORTED is result.outcome
    assert "exceeds the deployment's max_input_tokens of 480" in result.reason


@pytest.mark.parametrize("form", [GENERATE, CHAT, COMPLETIONS])
def test_a_token_limit_that_exceeds_the_context_is_unsupported(form: Form) -> None:
    result = outcome(form, "What?", tokens=511)

    assert Outcome.UNSUPPORTED is result.outcome
    assert "plus 511 requested exceeds the deployment's max_total_tokens of 512" in result.reason


@pytest.mark.parametrize("form", [GENERATE, CHAT, COMPLETIONS])
def test_a_refused_short_prompt_fails(form: Form) -> None:
    assert Outcome.FAILED is outcome(form, "What?", top_p=2.0).outcome
