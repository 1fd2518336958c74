"""What is shown while a run is under way, on a terminal and elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from tests.conformance.reports.samples import result

from tgi_conformance.engine.progress import Progress
from tgi_conformance.reports import progress_bar
from tgi_conformance.reports.progress_bar import may_animate, watching
from tgi_conformance.results.levels import Outcome


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def watched(stream: io.StringIO, names: tuple[str, ...] = ("http://h.test",), total: int = 200) -> str:
    with watching(names, stream) as watch:
        for done in range(1, total + 1):
            outcome = Outcome.FAILED if done % 50 == 0 else Outcome.PASSED
            for name in names:
                watch(name, Progress(result(f"n{done}", outcome), done, total, done * 10, done * 20))
    return stream.getvalue()


def test_a_pipe_gets_a_line_a_quarter_of_the_way() -> None:
    assert (
        "http://h.test: 50 of 200 requirements, 500 requests, 1,000 tokens, 1 failed\n"
        "http://h.test: 100 of 200 requirements, 1,000 requests, 2,000 tokens, 2 failed\n"
        "http://h.test: 150 of 200 requirements, 1,500 requests, 3,000 tokens, 3 failed\n"
    ) == watched(io.StringIO())


def test_a_slow_run_gets_a_line_every_half_minute_too(monkeypatch: pytest.MonkeyPatch) -> None:
    now, stream = [0.0], io.StringIO()
    monkeypatch.setattr(progress_bar, "monotonic", lambda: now[0])
    with watching(("http://h.test",), stream) as watch:
        for done in range(1, 11):
            now[0] += 10
            watch("http://h.test", Progress(result("passes", Outcome.PASSED), done, 1000, done, done))

    assert ["3", "6", "9"] == re.findall(r"(\d+) of 1000", stream.getvalue())


def test_several_targets_have_lines_each() -> None:
    lines = watched(io.StringIO(), ("a.test", "b.test")).splitlines()

    assert ["a.test", "b.test"] * 3 == [line.partition(":")[0] for line in lines]


def test_a_few_requirements_give_no_line() -> None:
    assert "" == watched(io.StringIO(), total=1)


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_a_log_gets_no_escape_codes_though_it_says_that_it_is_a_terminal(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert not may_animate(Terminal())
    assert "\x1b" not in watched(Terminal())


def test_a_terminal_gets_a_bar_with_route_usage_and_failures() -> None:
    text = watched(Terminal())

    assert "\x1b[" in text
    for part in ("generate", "200/200", "2,000 requests, 4,000 tokens", "4 failed"):
        assert part in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert set(re.findall(r"\x1b\[[0-9;]*m", watched(Terminal()))) <= {"\x1b[0m", "\x1b[1m"}


def test_several_targets_have_a_bar_each() -> None:
    text = watched(Terminal(), ("a.test", "b.test"))

    assert "a.test generate" in text
    assert "b.test generate" in text


def test_a_hostile_name_is_inert() -> None:
    assert "\x1b" not in watched(io.StringIO(), ("http://h.test/\x1b[31m",))
