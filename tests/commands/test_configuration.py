"""Settings of a file, the environment and flags, in rising precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from tgi_conformance.cli import main

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:9"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("URL", "LEVEL", "ONLY", "HEADER", "STRICT"):
        monkeypatch.delenv(f"TGI_CONFORMANCE_{name}", raising=False)
    return tmp_path


def planned(*words: str) -> str:
    return CliRunner().invoke(main, ["run", "--plan", *words]).output


def wrong(*words: str) -> str:
    done: Result = CliRunner().invoke(main, ["run", "--plan", URL, *words])
    assert 2 == done.exit_code
    (line,) = done.stderr.splitlines()
    return line


def test_a_file_names_everything(folder: Path) -> None:
    (folder / "tgi-conformance.toml").write_text(
        f'url = "{URL}"\nlevel = "smoke"\nonly = ["info", "/health"]\n'
    )

    assert planned().startswith("3 requirements at level smoke")


def test_pyproject_has_a_table(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.tgi-conformance]\nlevel = "smoke"\nonly = ["info"]\n')
    assert planned(URL).startswith("2 requirements at level smoke")
    (folder / "tgi-conformance.toml").write_text('only = ["info", "health"]\n')
    assert "at level standard" in planned(URL)


def test_another_pyproject_means_nothing(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.other]\nlevel = "smoke"\n')

    assert "at level standard" in planned(URL)


def test_precedence_rises_from_file_to_environment_to_flag(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "tgi-conformance.toml").write_text('level = "smoke"\nonly = ["info"]\n')
    monkeypatch.setenv("TGI_CONFORMANCE_LEVEL", "load")
    monkeypatch.setenv("TGI_CONFORMANCE_URL", URL)
    assert "at level load" in planned()
    assert "at level exhaustive" in planned("--level", "exhaustive")
    monkeypatch.setenv("TGI_CONFORMANCE_ONLY", "info health")
    assert planned("--level", "smoke").startswith("3 requirements")


def test_headers_of_the_environment_stand_on_lines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TGI_CONFORMANCE_HEADER", "X-A: b c\nX-D: e")
    assert "at level standard" in planned(URL)
    monkeypatch.setenv("TGI_CONFORMANCE_HEADER", "X-A b c")
    assert "--header" in wrong()


def test_files_are_meant_from_the_folder_of_the_settings(folder: Path) -> None:
    (folder / "own.yaml").write_text("nonsense")
    (folder / "tgi-conformance.toml").write_text('deviations = "own.yaml"\n')

    assert "own.yaml: expected a list of deviations" in wrong()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('leval = "smoke"', "unknown setting 'leval'; did you mean 'level'?"),
        ("api-key_env2 = 1", "did you mean 'api-key-env'?"),
        ('fail-onn = "must"', "did you mean 'fail-on'?"),
        ("plan = true", "unknown setting 'plan'"),
        ('level = "deep"', "deep"),
        ('level = ["smoke"]', "expected one value"),
        ("only = [[1]]", "expected a list of words"),
        ("seed = -1", "-1"),
        ("level = ", "tgi-conformance.toml: cannot be read"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(folder: Path, text: str, complaint: str) -> None:
    (folder / "tgi-conformance.toml").write_text(text)

    assert complaint in wrong()
