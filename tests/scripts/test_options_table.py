"""The page of the reference server lists every option of `serve`, and its example of fixtures works."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click
import pytest

from options_table import PAGE, options_table, with_options
from tgi_reference.cli import serve

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]
TEXT = PAGE.read_text("utf-8")


def test_the_page_lists_the_options_of_serve() -> None:
    # If this fails, run scripts/options_table.py.
    assert with_options(TEXT, serve) == TEXT


def test_each_option_has_a_row() -> None:
    table = options_table(serve)
    flags = {flag for option in serve.params if isinstance(option, click.Option) for flag in option.opts}

    assert flags == {flag for row in table.splitlines()[2:] for flag in re.findall(r"`(--[\w-]+)", row)[:1]}
    assert "| `--max-input-tokens INTEGER` | `512` |" in table
    assert "| `--quiet` |  | Do not log requests. |" in table
    assert "In the environment: `API_KEY`." in table
    assert "UNSET" not in table


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        with_options("# A page\n", serve)


def test_the_example_of_fixtures_runs(pytester: pytest.Pytester, tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    client = """
import httpx
from types import SimpleNamespace

def my_client(url):
    body = {"parameters": {"max_new_tokens": 3}}
    post = lambda text: httpx.post(f"{url}/generate", json={"inputs": text, **body}).json()
    return SimpleNamespace(ask=lambda text: post(text)["generated_text"])

def test_small(small):
    assert 64 == httpx.get(f"{small.url}/info").json()["max_total_tokens"]
"""
    pytester.makepyfile(f"{code}\n{client}")

    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
