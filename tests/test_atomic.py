from __future__ import annotations

import errno
import os

import pytest

from hwcalc.atomic import replacing, write_whole


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "a.bin"
    write_whole(path, b"one")
    write_whole(path, b"two", lasting=False)
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def fail():
        with replacing(path) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_by_the_name_of_the_file(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    path = tmp_path / "a.bin"
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole(path, b"x")
    assert caught.value.filename == str(path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no disk that is always full")
def test_a_full_device_is_told_by_its_name():
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole("/dev/full", b"x")
    assert caught.value.filename == "/dev/full"


def test_a_missing_folder_is_told_by_the_name_of_the_file(tmp_path):
    path = tmp_path / "no" / "a.bin"
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(path, b"x")
    assert caught.value.filename == str(path)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_and_permissions_stay(tmp_path):
    path, link = tmp_path / "a.bin", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no devices here")
def test_a_device_is_not_replaced():
    write_whole(os.devnull, b"x", lasting=False)
    assert not os.path.isfile(os.devnull)
