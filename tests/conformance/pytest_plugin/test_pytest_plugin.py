"""The suite under a user's pytest: `pytest --pyargs tgi_conformance --tgi-url URL`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conformance.hostile import JSON, answer, answering, hostile

from tgi_conformance.config.profiles import profiles_of
from tgi_conformance.config.selection import Selection
from tgi_conformance.requirements import requirements
from tgi_conformance.results.levels import Depth
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_reference.server import Running

pytest_plugins = ["pytester"]

EVERY = requirements()  # pytester forgets modules that are first imported within its runs
SUITE = ["--pyargs", "tgi_conformance", "-p", "no:cacheprovider", "-p", "no:randomly"]
SMOKE = [*SUITE, "--tgi-depth", "smoke"]


def test_without_a_deployment_it_is_a_usage_error(pytester: pytest.Pytester) -> None:
    done = pytester.runpytest_inprocess(*SUITE)

    assert pytest.ExitCode.USAGE_ERROR == done.ret
    assert "expected the base URL of a deployment, --tgi-url URL" in done.stderr.str()


def test_a_good_deployment_passes(pytester: pytest.Pytester, tgi_server: Running) -> None:
    done = pytester.runpytest_inprocess(*SMOKE, "--strict-markers", "-rx", "--tgi-url", tgi_server.url)
    outcomes = done.parseoutcomes()

    assert pytest.ExitCode.OK == done.ret
    assert {"passed", "xfailed"} == set(outcomes) - {"warnings", "skipped"}
    assert sum(requirement.depth is Depth.SMOKE for requirement in EVERY) == sum(outcomes.values())
    done.stdout.fnmatch_lines(["XFAIL *models.answer-fits-the-document* - known deviation: *"])


def test_only_and_skip_select_requirements(pytester: pytest.Pytester, tgi_server: Running) -> None:
    words = ("--tgi-only", "info", "--tgi-only", "health.*", "--tgi-skip", "*limit*")
    done = pytester.runpytest_inprocess(*SMOKE, *words, "--collect-only", "-q", "--tgi-url", tgi_server.url)
    selection = Selection(only=("info", "health.*"), skip=("*limit*",))
    smoke = [one for one in EVERY if one.depth is Depth.SMOKE and selection.includes(one)]

    assert smoke
    done.stdout.fnmatch_lines([f"*{one.id}*" for one in smoke])
    done.stdout.fnmatch_lines([f"{len(smoke)} tests collected*"])


@pytest.mark.parametrize("words", [("-m", "profile_openai_tgi"), ("--tgi-profile", "openai-tgi")])
def test_a_profile_is_a_marker_and_an_option(
    words: tuple[str, ...], pytester: pytest.Pytester, tgi_server: Running
) -> None:
    flags = ("--strict-markers", "--collect-only", "-q", "--tgi-url", tgi_server.url)
    done = pytester.runpytest_inprocess(*SMOKE, *words, *flags)
    every = [one for one in EVERY if one.depth is Depth.SMOKE]
    included = [one for one in every if "openai-tgi" in profiles_of(one)]
    count = str(len(included)) if words[0] != "-m" else f"{len(included)}/{len(every)}"

    assert included
    done.stdout.fnmatch_lines([f"*{one.id}*" for one in included])
    done.stdout.fnmatch_lines([f"{count} tests collected*"])


def test_a_word_that_selects_nothing_is_a_usage_error(pytester: pytest.Pytester, tgi_server: Running) -> None:
    done = pytester.runpytest_inprocess(*SMOKE, "--tgi-only", "inof", "--tgi-url", tgi_server.url)

    assert pytest.ExitCode.USAGE_ERROR == done.ret
    assert "unknown route, category or requirement 'inof'; did you mean 'info'?" in done.stderr.str()


def test_k_and_m_select_requirements(pytester: pytest.Pytester, tgi_server: Running) -> None:
    done = pytester.runpytest_inprocess(
        *SMOKE, "-v", "-k", "health or info.limits", "-m", "must", "--tgi-url", tgi_server.url
    )

    done.assert_outcomes(passed=2, deselected=done.parseoutcomes()["deselected"])
    done.stdout.fnmatch_lines(["*healthy-server-says-so PASSED*", "*limits-fit-together PASSED*"])


BROKEN = answer(b'{"you are": "\x1b[31mred sesame-open-now", "and": "team-header"}', JSON)


def test_a_broken_deployment_fails_and_x_stops_at_the_first(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sesame-open-now")
    given = ["--tgi-api-key-env", "MY_KEY", "--tgi-header", "X-Team: team-header"]
    with hostile(answering(BROKEN)) as server:
        chosen = ["-k", "answer-fits-the-document and not metrics"]  # their findings show the body
        done = pytester.runpytest_inprocess(*SMOKE, *chosen, "-x", "--tgi-url", server.url, *given)
    text = done.stdout.str() + done.stderr.str()

    assert pytest.ExitCode.TESTS_FAILED == done.ret
    assert 1 == done.parseoutcomes()["failed"]
    done.stdout.fnmatch_lines(
        ["MUST *: *", "*source: *", "*expected: *", "*actual: *red*", "*curl *$MY_KEY*"]
    )
    assert "Traceback" not in text
    assert "\x1b" not in text
    assert "sesame" not in text
    assert "team-header" not in text


def no_deployment(pytester: pytest.Pytester, *arguments: str) -> str:
    done = pytester.runpytest_inprocess(*SMOKE, *arguments)
    errors = [line for line in done.stderr.lines if line]

    assert pytest.ExitCode.USAGE_ERROR == done.ret
    assert 1 == len(errors)
    return errors[0]


def test_a_deployment_that_cannot_be_tested_is_a_one_line_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "wrong-key-1")
    with running(Settings(api_key="sesame", quiet=True)) as locked:
        refused = no_deployment(pytester, "--tgi-url", locked.url, "--tgi-api-key-env", "MY_KEY")

    assert "the key in $MY_KEY was refused" in refused
    assert "cannot be reached" in no_deployment(pytester, "--tgi-url", locked.url)
    assert "expected a URL" in no_deployment(pytester, "--tgi-url", "nothing")
    assert "not set" in no_deployment(pytester, "--tgi-url", locked.url, "--tgi-api-key-env", "NO_SUCH")


def test_other_tests_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): pass")
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    done.assert_outcomes(passed=1)
