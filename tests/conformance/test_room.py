"""A prompt longer than a deployment takes breaks no promise; another one that is refused does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.making import make_requirement, make_setting

from tgi_conformance.api import CHAT, COMPLETIONS, GENERATE
from tgi_conformance.judge import judge
from tgi_conformance.levels import Outcome
from tgi_conformance.probes import Facts
from tgi_conformance.target import Target
from tgi_conformance.verify import expect_answer
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_conformance.api import Form
    from tgi_conformance.report import Result
    from tgi_conformance.trial import Trial

LIMITS = {"max_input_tokens": 480, "max_total_tokens": 512}
LONG = "naïve 日本 " * 200


def outcome(form: Form, prompt: str, **asked: Any) -> Result:
    def check(trial: Trial) -> None:
        expect_answer(form, trial.send(form.ask(prompt, **asked)))

    with running(Settings(quiet=True, max_input_tokens=480, max_total_tokens=512)) as server:
        return judge(make_requirement(check), make_setting(Target(server.url), facts=Facts(info=LIMITS)))[0]


@pytest.mark.parametrize("form", [GENERATE, CHAT, COMPLETIONS])
def test_a_prompt_beyond_the_limit_is_counted_and_excused(form: Form) -> None:
    result = outcome(form, LONG)

    assert Outcome.UNSUPPORTED is result.outcome
    assert "is beyond the deployment's max_input_tokens of 480" in result.reason


@pytest.mark.parametrize("form", [GENERATE, CHAT, COMPLETIONS])
def test_a_limit_beyond_the_context_is_counted_and_excused(form: Form) -> None:
    result = outcome(form, "What?", tokens=511)

    assert Outcome.UNSUPPORTED is result.outcome
    assert "and 511 asked for is beyond the deployment's max_total_tokens of 512" in result.reason


@pytest.mark.parametrize("form", [GENERATE, CHAT, COMPLETIONS])
def test_a_short_prompt_that_is_refused_is_a_break(form: Form) -> None:
    assert Outcome.FAIL is outcome(form, "What?", top_p=2.0).outcome
