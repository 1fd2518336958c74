"""A file is replaced as a whole, or stays as it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tgi_document.errors import DocumentError
from tgi_document.files import replace_file


def test_writes_a_new_file_with_the_usual_permissions(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    file = tmp_path / "new"
    replace_file(file, b"new")
    assert b"new" == file.read_bytes()
    assert plain.stat().st_mode == file.stat().st_mode


def test_keeps_permissions_and_links(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (b"new", 0o640) == (file.read_bytes(), stat.S_IMODE(file.stat().st_mode))


def test_leaves_the_old_file_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def no_space(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(DocumentError, match=r"file: cannot be written \(No space left on device\)"):
        replace_file(file, b"new")
    assert [file] == list(tmp_path.iterdir())
    assert b"old" == file.read_bytes()


def test_refuses_a_file_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everything
    with pytest.raises(DocumentError, match=r"cannot be written \(Permission denied\)"):
        replace_file(file, b"new")
    assert b"old" == file.read_bytes()


def test_refuses_a_folder_and_a_file_in_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be written"):
        replace_file(tmp_path, b"new")
    with pytest.raises(DocumentError, match="cannot be written"):
        replace_file(tmp_path / "absent" / "file", b"new")


def test_writes_to_a_device_instead_of_replacing_it() -> None:
    device = Path(os.devnull)
    replace_file(device, b"new")
    assert not device.is_file()
