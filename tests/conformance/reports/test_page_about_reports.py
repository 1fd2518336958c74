"""docs/reports.md: its flags exist, its pictures are there and small, its program runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from tgi_conformance.cli.compare import compare_command
from tgi_conformance.cli.main import main
from tgi_conformance.cli.run import run_command

if TYPE_CHECKING:
    from tgi_reference.server import Running

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "reports.md").read_text("utf-8")
ELSEWHERE = {"--ctrf", "--tgi-url", "--pyargs"}  # pytest's


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_flags_exist() -> None:
    params = [*run_command.params, *compare_command.params]
    flags = {option for param in params for option in param.opts}

    assert set() == set(re.findall(r"`(--[a-z-]+)", PAGE)) - flags - ELSEWHERE


def test_pictures_are_there_and_small() -> None:
    pictures = re.findall(r"!\[[^]]+\]\((images/[\w-]+\.png)\)", PAGE)

    assert 3 == len(pictures)
    assert [] == [name for name in pictures if not 10_000 < (DOCS / name).stat().st_size < 300_000]


def test_the_commands_about_requirements_run() -> None:
    for line in blocks("sh")[0].splitlines():
        done = CliRunner().invoke(main, line.split()[1:])
        assert (0, True) == (done.exit_code, len(done.output) > 100), line


def test_the_program_runs(tgi_server: Running) -> None:
    (program,) = blocks("python")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program.replace("http://127.0.0.1:8080", tgi_server.url)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ("conforms []\n", "") == (done.stdout, done.stderr)


def test_completion_is_what_click_gives() -> None:
    (line,) = blocks("sh")[-1].splitlines()
    (variable,) = re.findall(r"(_\w+)=bash_source", line)
    done = CliRunner().invoke(main, [], prog_name="tgi-conformance", env={variable: "bash_source"})

    assert "_tgi_conformance_completion" in done.output
