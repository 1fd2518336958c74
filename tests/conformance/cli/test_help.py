"""The examples at the end of each command's --help: they are there, and the commands take them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from tgi_conformance.cli.main import main
from tgi_conformance.requirements import load_requirements, requirements
from tgi_reference.injection.catalogues import all_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the path of each command that is no group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name)


def named(path: tuple[str, ...]) -> click.Command:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None, name
        command = found
    return command


def examples_of(*path: str) -> list[str]:
    done = CliRunner().invoke(main, [*path, "--help"], terminal_width=80)
    assert 0 == done.exit_code, done.output
    _, _, text = done.output.partition("Examples:\n")
    return [line.strip() for line in text.splitlines()]


EVERY = sorted(commands(main))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_each_command_shows_examples(path: tuple[str, ...], snapshot: SnapshotAssertion) -> None:
    assert snapshot == examples_of(*path)


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_each_example_is_taken(
    path: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    examples = examples_of(*path)

    assert examples
    for example in examples:
        program, *words = shlex.split(example.partition(" >")[0])
        command = named(path)
        assert ["tgi-conformance", *path] == [program, *words[: len(path)]]
        command.make_context(path[-1], words[len(path) :])


def test_the_names_in_examples_are_there() -> None:
    text = "\n".join(line for path in EVERY for line in examples_of(*path))
    faults = set(re.findall(r"--fault (\S+)", text))
    ids = set(re.findall(r"explain (\S+)", text))

    assert faults
    assert set() == faults - {fault.name for fault in all_faults()}
    assert ids
    assert set() == ids - {one.id for every in (requirements(), load_requirements()) for one in every}


def test_the_package_is_a_command_too() -> None:

    done = subprocess.run(
        [sys.executable, "-m", "tgi_conformance", "--version"], capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr
    assert "version" in done.stdout
