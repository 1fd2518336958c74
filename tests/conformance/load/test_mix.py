"""A mix comes from a file, and what is wrong with it is told in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.load.mix import FORMS, Mix, label_of, read_mix

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_says_who_asks_what(tmp_path: Path) -> None:
    file = tmp_path / "mix.yaml"
    file.write_text("users: {generate: 3, streamed-root: 1}\ncharacters: 8\ntexts: 64\n")

    assert Mix({"generate": 3, "streamed-root": 1}, 8, 64) == read_mix(file)


def test_what_is_not_said_is_usual(tmp_path: Path) -> None:
    file = tmp_path / "mix.yaml"
    file.write_text("characters: 12\n")

    assert Mix(characters=12) == read_mix(file)
    assert set(Mix().users) < set(FORMS)


def test_every_form_has_a_label_of_its_own() -> None:
    assert {label: label for label in FORMS} == {label: label_of(form) for label, form in FORMS.items()}
    assert 10 == len(FORMS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- 1", "expected `users:` with a weight for each route"),
        ("user: 1", "unknown setting 'user'; did you mean 'users'?"),
        ("users: []", "users: expected a weight for each route, such as `generate: 3`"),
        ("users: {generat: 1}", "users: unknown route 'generat'; did you mean 'generate'?"),
        ("users: {generate: -1}", "users: generate = -1: expected a whole number from 0 to 1,000,000"),
        ("users: {generate: yes}", "users: generate = True: expected a whole number from 0 to 1,000,000"),
        ("users: {generate: 0}", "users: every weight is 0; expected one that is not"),
        ("characters: 1", "characters = 1: expected a whole number from 4 to 200"),
        ("texts: 1", "texts = 1: expected a whole number from 2 to 1,000,000"),
        ("users: [", "cannot be read: while parsing a flow node"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(text: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "mix.yaml"
    file.write_text(text)

    with pytest.raises(UsageError) as error:
        read_mix(file)

    assert str(error.value).startswith(f"{file}: {expected}") or f"{file}: {expected}" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml: cannot be read"):
        read_mix(tmp_path / "nowhere.yaml")
