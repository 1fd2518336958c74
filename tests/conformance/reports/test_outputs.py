"""Files that a run writes: whole or not at all, and found unwritable before anything is sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tgi_conformance.reports.files import check_writable, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

not_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere"
)


def test_a_new_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    check_writable(path)

    assert [] == list(tmp_path.iterdir())
    write_atomically(path, "naïve\n")
    assert "naïve\n" == path.read_text("utf-8")
    assert [path] == list(tmp_path.iterdir())


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(path, "new")

    assert "new" == path.read_text("utf-8")
    assert 0o640 == path.stat().st_mode & 0o777


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "new \ud800")
    assert "old" == path.read_text("utf-8")
    assert [path] == list(tmp_path.iterdir())


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="expected a file"):
        check_writable(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere/report\.json.*does not exist"):
        check_writable(tmp_path / "nowhere" / "report.json")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")

    with pytest.raises(FileNotFoundError, match="does not exist"):
        check_writable(tmp_path / "file" / "report.json")


@not_root
def test_a_read_only_folder_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PermissionError, match="cannot be written"):
            check_writable(tmp_path / "report.json")
    finally:
        tmp_path.chmod(0o700)
