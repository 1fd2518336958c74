"""Settings of a file, the environment and flags, in rising precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from tgi_conformance.cli.main import main

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


def test_a_file_sets_everything(folder: Path) -> None:
    (folder / "tgi-conformance.toml").write_text(
        f'url = "{URL}"\ndepth = "smoke"\nonly = ["info", "/health"]\n'
    )

    assert planned().startswith("3 requirements at depth smoke")


def test_pyproject_has_a_table(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.tgi-conformance]\ndepth = "smoke"\nonly = ["info"]\n')
    assert planned(URL).startswith("2 requirements at depth smoke")
    (folder / "tgi-conformance.toml").write_text('only = ["info", "health"]\n')
    assert "at depth standard" in planned(URL)


def test_a_pyproject_without_the_table_sets_nothing(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.other]\ndepth = "smoke"\n')

    assert "at depth standard" in planned(URL)


def test_precedence_rises_from_file_to_environment_to_flag(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "tgi-conformance.toml").write_text('depth = "smoke"\nonly = ["info"]\n')
    monkeypatch.setenv("TGI_CONFORMANCE_DEPTH", "load")
    monkeypatch.setenv("TGI_CONFORMANCE_URL", URL)
    assert "at depth load" in planned()
    assert "at depth exhaustive" in planned("--depth", "exhaustive")
    monkeypatch.setenv("TGI_CONFORMANCE_ONLY", "info health")
    assert planned("--depth", "smoke").startswith("3 requirements")


def test_headers_in_the_environment_are_separated_by_lines(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TGI_CONFORMANCE_HEADER", "X-A: b c\nX-D: e")
    assert "at depth standard" in planned(URL)
    monkeypatch.setenv("TGI_CONFORMANCE_HEADER", "X-A b c")
    assert "--header" in wrong()


def test_paths_are_relative_to_the_folder_of_the_settings(folder: Path) -> None:
    (folder / "own.yaml").write_text("nonsense")
    (folder / "tgi-conformance.toml").write_text('deviations = "own.yaml"\n')

    assert "own.yaml: expected a list of deviations" in wrong()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('deptt = "smoke"', "unknown setting 'deptt'; did you mean 'depth'?"),
        ("api-key_env2 = 1", "did you mean 'api-key-env'?"),
        ('fail-onn = "must"', "did you mean 'fail-on'?"),
        ("plan = true", "unknown setting 'plan'"),
        ('depth = "deep"', "deep"),
        ('depth = ["smoke"]', "expected a single value"),
        ("only = [[1]]", "expected a list of values"),
        ("seed = -1", "-1"),
        ("level = ", "tgi-conformance.toml: cannot be read"),
    ],
)
def test_an_invalid_setting_is_a_one_line_error(folder: Path, text: str, complaint: str) -> None:
    (folder / "tgi-conformance.toml").write_text(text)

    assert complaint in wrong()
