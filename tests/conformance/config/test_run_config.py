"""What a run is asked to do: routes by name or path, depths, runs that are broken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conformance.factories import NOWHERE
from tests.conformance.hostile import answer, answering, hostile

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.config.selection import route_name
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.engine.run import run
from tgi_conformance.http.target import Target
from tgi_conformance.protocol.routes import INFO, Route
from tgi_conformance.requirements import requirements
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.results.levels import Depth, Verdict

if TYPE_CHECKING:
    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.results.report import Result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("generate", "generate"),
        ("/generate", "generate"),
        ("/", "root"),
        ("/v1/chat/completions", "chat-completions"),
        ("authentication", "authentication"),
    ],
)
def test_routes_are_named_by_name_or_path(text: str, expected: str) -> None:
    assert expected == route_name(text)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("generat", "generate"),
        ("Generate", "generate"),
        ("chat-tokenise", "chat-tokenize"),
        ("/v1/completion", "/v1/completions"),
    ],
)
def test_the_nearest_route_is_named(text: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean '{near}'"):
        route_name(text)


def test_every_route_is_named_where_none_is_near() -> None:
    with pytest.raises(UsageError) as caught:
        route_name("xyzzy")

    assert "did you mean" not in str(caught.value)
    assert [] == [one.route for one in requirements() if one.route not in str(caught.value)]


def test_a_deeper_run_includes_shallower_ones() -> None:
    for shallow, deep in ((Depth.SMOKE, Depth.STANDARD), (Depth.STANDARD, Depth.EXHAUSTIVE)):
        chosen = {
            depth: {one.id for one in requirements() if RunConfig(NOWHERE, depth).selects(one)}
            for depth in (shallow, deep)
        }

        assert chosen[shallow] <= chosen[deep]
        assert chosen[shallow]


def test_an_interrupted_run_reports_what_it_checked() -> None:
    checked: list[Result] = []

    def interrupt(progress: Progress) -> None:
        checked.append(progress.result)
        if len(checked) == 2:
            raise KeyboardInterrupt

    with hostile(answering(answer(b"{}"))) as server:
        report = run(RunConfig(Target(server.url), Depth.SMOKE), interrupt)

    assert (Verdict.COULD_NOT_TELL, "the run was interrupted") == (report.verdict, report.reason)
    assert tuple(checked) == report.requirements


def test_two_requirements_cannot_share_an_id() -> None:
    taken = requirements()[0]
    route = Route(taken.route, taken.operation)

    with pytest.raises(ValueError, match="share the id"):
        requirement(taken.id.partition(".")[2], "statement", route=route, source="#/paths", category="tests")(
            lambda _: None
        )


@pytest.mark.parametrize("words", ["", "Upper", "a_b", "a b", "-a", "a--b", "a."])
def test_ids_are_words(words: str) -> None:
    declare = requirement(words, "statement", route=INFO, source="#/paths", category="tests")

    with pytest.raises(ValueError, match="expected a requirement id"):
        declare(lambda _: None)
