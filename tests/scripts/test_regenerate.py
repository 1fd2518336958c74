"""The command makes a client from any document, or prints one line that says why not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regenerate import main
from tgi_client_generator import generate as generation
from tgi_client_generator.render.metadata import wheel_version
from tgi_document.pinned import pinned_path

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data"
RELEASES = sorted((DATA / "interface").glob("*.json"))
OTHERS = sorted((DATA / "documents").glob("*.json"))
OPERATIONS = {
    "tgi-1.0.3": 6,
    "tgi-1.4.5": 9,
    "tgi-2.0.4": 9,
    "tgi-2.4.1": 12,
    "tgi-3.0.0": 12,
    "tgi-3.3.7": 12,
    "fastapi-library": 10,
    "utoipa-jobs": 6,
}
SMALL: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": ""}}}}},
}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The clients of all documents, each in a folder of its own."""
    folders = {path.stem: tmp_path_factory.mktemp(path.stem) for path in (*RELEASES, *OTHERS)}
    for path in (*RELEASES, *OTHERS):
        assert 0 == main(["--quiet", "--spec", str(path), "--out", str(folders[path.stem])])
    return folders


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(SMALL))
    return path


def test_every_operation_of_every_release_comes_out(clients: dict[str, Path]) -> None:
    found = {
        name: len([path for path in folder.glob("tgi_client/api/*/*.py") if path.name != "__init__.py"])
        for name, folder in clients.items()
    }
    assert OPERATIONS == found


def test_every_release_streams_what_it_streams(clients: dict[str, Path]) -> None:
    found = {
        name: {
            path.stem for path in folder.glob("tgi_client/api/*/*.py") if "def astream(" in path.read_text()
        }
        for name, folder in clients.items()
    }
    assert {"compat_generate", "generate_stream"} == found["tgi-1.0.3"] == found["tgi-1.4.5"]
    assert {*found["tgi-1.0.3"], "chat_completions", "completions"} == found["tgi-2.0.4"]
    assert {*found["tgi-2.0.4"], "sagemaker_compatibility"} == found["tgi-2.4.1"] == found["tgi-3.3.7"]


def test_every_client_passes_strict_types(clients: dict[str, Path], tmp_path: Path) -> None:
    for name, folder in clients.items():
        # Imports inside the package are relative, so it may have any name.
        shutil.copytree(folder / "tgi_client", tmp_path / name.replace("-", "_").replace(".", "_"))
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10", "--no-incremental"]
    done = subprocess.run(  # noqa: S603 (our own)
        [*command, "--config-file", "", "."], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "" == done.stderr
    assert done.stdout.startswith("Success"), done.stdout


def test_every_client_can_be_imported_whole(clients: dict[str, Path]) -> None:
    program = (
        "import importlib, pkgutil, tgi_client\n"
        "for item in pkgutil.walk_packages(tgi_client.__path__, 'tgi_client.'):\n"
        "    importlib.import_module(item.name)\n"
        "from tgi_client.models import *\n"
        "import sys; print(tgi_client.__file__)"
    )
    for folder in clients.values():
        command = [
            sys.executable,
            "-W",
            "error",
            "-c",
            f"import sys; sys.path.insert(0, {str(folder)!r})\n{program}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 (our own)
        assert str(folder) in done.stdout


def test_the_committed_client_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["--check", "--quiet"])
    assert "the client is what its document gives\n" == capsys.readouterr().out


def test_two_runs_give_the_same_bytes(clients: dict[str, Path], tmp_path: Path) -> None:
    path = DATA / "interface" / "tgi-3.3.7.json"
    for _ in range(2):
        assert 0 == main(["--quiet", "--spec", str(path), "--out", str(tmp_path / "again")])
    first, again = (
        {path.relative_to(folder): path.read_bytes() for path in _files(folder)}
        for folder in (clients["tgi-3.3.7"], tmp_path / "again")
    )
    assert first == again


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def test_the_order_of_hashes_makes_no_difference(small: Path, tmp_path: Path) -> None:
    spec = str(DATA / "documents" / "utoipa-jobs.json")
    out = str(tmp_path / "out")
    for seed in ("1", "2"):
        arguments = ["--spec", spec, "--out", out, *(["--check"] if seed == "2" else [])]
        command = [sys.executable, str(ROOT / "scripts" / "regenerate.py"), "--quiet", *arguments]
        done = subprocess.run(  # noqa: S603 (our own)
            command, env={"PYTHONHASHSEED": seed, "PATH": ""}, cwd=tmp_path, capture_output=True, check=False
        )
        assert 0 == done.returncode, done.stdout + done.stderr


def test_a_stale_client_is_shown_as_a_diff(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    main(["--quiet", "--spec", str(small), "--out", str(out)])
    (out / "tgi_client" / "errors.py").write_text("edited\n")
    (out / "tgi_client" / "api" / "default" / "a.py").unlink()
    (out / "tgi_client" / "extra.py").write_text("")
    before = sorted(out.rglob("*"))
    capsys.readouterr()
    assert 1 == main(["--check", "--quiet", "--spec", str(small), "--out", str(out)])
    shown = capsys.readouterr()
    assert "--- there/tgi_client/errors.py\n+++ fresh/tgi_client/errors.py\n" in shown.out
    assert "-edited\n" in shown.out
    assert str(tmp_path) not in shown.out
    assert len(shown.out.splitlines()) < 300
    assert "the client is stale: run scripts/regenerate.py\n" == shown.err
    assert before == sorted(out.rglob("*"))


def test_old_generated_files_are_removed_and_others_stay(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    main(["--quiet", "--spec", str(small), "--out", str(out)])
    (out / "tgi_client" / "old.py").write_text("")
    (out / "mine.txt").write_text("mine")
    assert 0 == main(["--quiet", "--spec", str(small), "--out", str(out)])
    assert not (out / "tgi_client" / "old.py").exists()
    assert {"README.md", "mine.txt", "pyproject.toml", "tgi_client"} == {path.name for path in out.iterdir()}


@pytest.mark.parametrize("name", ["README.md", "pyproject.toml", "tgi_client"])
def test_other_files_are_not_replaced(
    name: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    place = out / name / "__init__.py" if name == "tgi_client" else out / name
    place.parent.mkdir(exist_ok=True)
    place.write_text("mine")
    assert 2 == main(["--quiet", "--spec", str(small), "--out", str(out)])
    assert "mine" == place.read_text()
    assert [name] == [path.name for path in out.iterdir()]
    message = f"regenerate.py: {out / name}: not made by this command, expected a folder without it\n"
    assert message == capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>", "HTML"),
        (b'{"openapi": "3.0', "truncated"),
        (b'{"swagger": "2.0"}', "OpenAPI 2"),
        (b"openapi: 3.0.0", "#/paths"),
        (b"openapi: [3.0.0", "not YAML"),
        (b"[]", "expected an OpenAPI document"),
        (b'{"openapi": "3.0.3", "paths": {}}', "#/paths"),
        (None, "cannot be read"),
    ],
)
def test_a_bad_document_is_a_one_line_error(
    content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, out = tmp_path / "spec.json", tmp_path / "out"
    if content is not None:
        spec.write_bytes(content)
    assert 2 == main(["--spec", str(spec), "--out", str(out)])
    shown = capsys.readouterr().err
    assert message in shown
    assert str(spec) in shown
    assert 1 == shown.count("\n")
    assert not out.exists()


def test_a_file_in_place_of_the_folder_is_an_error(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("mine")
    assert 2 == main(["--quiet", "--spec", str(small), "--out", str(tmp_path / "out")])
    assert "not a folder" in capsys.readouterr().err
    assert "mine" == (tmp_path / "out").read_text()


def test_a_missing_operation_is_an_error_and_nothing_is_written(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "_written", lambda _: 0)
    assert 1 == main(["--quiet", "--spec", str(small), "--out", str(tmp_path / "out")])
    assert "only 0 of 1 operations came out" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_log_is_a_summary_of_ten_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["--spec", str(pinned_path()), "--out", str(tmp_path / "out")])
    lines = capsys.readouterr().err.splitlines()
    assert "document: Text Generation Inference 3.3.6-dev0, OpenAPI 3.0.3, 12 operations" == lines[0]
    assert lines[1].startswith("repairs and names: 80 (string-example 26, ")
    assert "corrections: 63 applied, the whole set" == lines[2]
    assert "losses: none" == lines[3]
    assert len(lines) <= 10


def test_each_change_is_told_to_who_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["-v", "--spec", str(pinned_path()), "--out", str(tmp_path / "out")])
    shown = capsys.readouterr().err
    for line in (
        'string-default: #/components/schemas/GenerateParameters/properties/details: default "true" is true',
        "allof-around-oneof: #/components/schemas/Message: allOf around a oneOf is a oneOf of 2 allOf",
        "correction: #/components/schemas/ToolChoice/oneOf: The name of a tool chooses it.",
    ):
        assert line in shown


@pytest.mark.parametrize(
    ("contract", "wheel"),
    [
        ("3.3.6-dev0", "3.3.6.dev0"),
        ("1.0", "1.0"),
        ("v2", "2"),
        ("", "0"),
        ("2024-01-01; rm", "0+2024.01.01.rm"),
        ("\u202e\"'", "0"),
    ],
)
def test_the_version_of_the_contract_is_that_of_the_wheel(contract: str, wheel: str) -> None:
    assert wheel == wheel_version(contract)
