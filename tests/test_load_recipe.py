"""The manifest of the Locust operator fits its published schema, and Locust takes what it passes on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from tests.test_recipes import misspelled, strict

from tgi_conformance.cli.load import LOCUSTFILE
from tgi_conformance.load.mix import read_mix

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "examples" / "load"
SCHEMA = strict(json.loads((ROOT / "tests" / "data" / "schemas" / "locust-test.json").read_text("utf-8")))
MANIFEST = yaml.safe_load((FOLDER / "locust-test.yaml").read_text("utf-8"))
PAGE = (ROOT / "docs" / "scale.md").read_text("utf-8")


def problems(document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft7Validator(SCHEMA).iter_errors(document)]


def test_the_manifest_fits_the_schema_of_its_operator() -> None:
    assert [] == problems(MANIFEST)


def test_a_misspelled_member_does_not_fit() -> None:
    for broken, place in misspelled(MANIFEST):
        assert problems(broken), place


def taken_by_locust(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Let Locust read its command line, and end before it starts anything."""
    return subprocess.run(  # noqa: S603 - Locust
        [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *arguments, "--list"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_locust_takes_the_arguments_of_the_manifest() -> None:
    # What the operator adds stands before what is ours.
    done = taken_by_locust("--master", "--expect-workers=5", *MANIFEST["spec"]["master"]["extraArgs"])

    assert 0 == done.returncode, done.stderr
    assert {"GenerateUser", "StreamedChatUser", "HealthUser"} <= set(done.stdout.split())


def test_a_misspelled_argument_is_refused() -> None:
    done = taken_by_locust("--tgi-rat=5", "--tgi-replica", "many")

    assert 0 != done.returncode


def test_the_example_of_a_mix_can_be_read() -> None:
    mix = read_mix(FOLDER / "mix.yaml")

    assert (24, 500) == (mix.characters, mix.texts)
    assert 4 == mix.users["streamed-chat-completions"]


@pytest.mark.parametrize("name", ["locust-test.yaml", "locust.Containerfile", "mix.yaml"])
def test_the_page_shows_each_file_whole(name: str) -> None:
    blocks = re.findall(r"```(?:yaml|dockerfile)\n(.*?)```", PAGE, re.DOTALL)

    assert (FOLDER / name).read_text("utf-8") in blocks
