"""What a run is asked to do: routes by name or path, depths, runs that are broken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conformance.hostile import answer, answering, hostile
from tests.conformance.making import NOWHERE

from tgi_conformance import routes
from tgi_conformance.levels import Depth, Verdict
from tgi_conformance.options import Options, UsageError, route_name
from tgi_conformance.requirement import Catalogue
from tgi_conformance.routes import requirements
from tgi_conformance.runner import run
from tgi_conformance.target import Target

if TYPE_CHECKING:
    from tgi_conformance.progress import Progress
    from tgi_conformance.report import Result


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


def test_a_deeper_run_holds_what_a_shallower_one_does() -> None:
    for shallow, deep in ((Depth.SMOKE, Depth.STANDARD), (Depth.STANDARD, Depth.EXHAUSTIVE)):
        chosen = {
            depth: {one.id for one in requirements() if Options(NOWHERE, depth).selects(one)}
            for depth in (shallow, deep)
        }

        assert chosen[shallow] <= chosen[deep]
        assert chosen[shallow]


def test_a_run_that_is_interrupted_reports_what_it_held() -> None:
    held: list[Result] = []

    def interrupt(progress: Progress) -> None:
        held.append(progress.result)
        if len(held) == 2:
            raise KeyboardInterrupt

    with hostile(answering(answer(b"{}"))) as server:
        report = run(Options(Target(server.url), Depth.SMOKE), interrupt)

    assert (Verdict.COULD_NOT_TELL, "the run was interrupted") == (report.verdict, report.reason)
    assert tuple(held) == report.requirements


def test_a_file_of_requirements_that_does_not_load_is_no_interruption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> tuple[Catalogue, ...]:
        raise ImportError("half a file")

    monkeypatch.setattr("tgi_conformance.items.catalogues", broken)
    with hostile(answering(answer(b"{}"))) as server, pytest.raises(RuntimeError, match="half a file"):
        run(Options(Target(server.url), Depth.SMOKE))


def test_two_requirements_do_not_share_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = routes.catalogues()[:1] * 2
    monkeypatch.setattr(routes, "catalogues", lambda: twice)

    with pytest.raises(ValueError, match="share an id"):
        routes.requirements()


@pytest.mark.parametrize("words", ["", "Upper", "a_b", "a b", "-a", "a--b", "a."])
def test_ids_are_words(words: str) -> None:
    catalogue = Catalogue("module", "info", "GET /info")

    with pytest.raises(ValueError, match="no requirement id"):
        catalogue.add(words, "statement", source="#/paths")(lambda _: None)
