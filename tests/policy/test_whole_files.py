"""A file is written whole or stays what it was, and nothing is left beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devopslint.policy.whole_files import whole_text, write_whole


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(str(path), "one\r\n\udce9")
    assert path.read_bytes() == b"one\r\n\\udce9"
    path.chmod(0o640)
    write_whole(str(path), "zwei\n", "utf-16-le")
    assert path.read_bytes() == "zwei\n".encode("utf-16-le")
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["a"]


def break_off(path: Path, error: BaseException) -> None:
    with whole_text(str(path)) as file:
        file.write("half of it")
        file.flush()
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "no space left on device")])
@pytest.mark.parametrize("before", [None, "as it was\n"])
def test_what_is_broken_off_leaves_nothing(tmp_path: Path, error: BaseException, before: str | None) -> None:
    path = tmp_path / "a"
    if before is not None:
        path.write_text(before)
    with pytest.raises((KeyboardInterrupt, OSError)):
        break_off(path, error)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == ({} if before is None else {"a": before})


def test_a_link_and_a_pipe_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("a much longer text than the new one\n")
    os.symlink("target", tmp_path / "link")
    write_whole(str(tmp_path / "link"), "new\n")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new\n"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        write_whole(str(tmp_path / "pipe"), "through\n")
        assert os.read(reader, 100) == b"through\n"
        os.close(reader)


def test_a_link_in_the_place_of_the_new_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("as it was\n")
    os.symlink("kept", tmp_path / f"a.{os.getpid()}.tmp")
    write_whole(str(tmp_path / "a"), "new\n")
    assert (tmp_path / "kept").read_text() == "as it was\n"
    assert (tmp_path / "a").read_text() == "new\n"
    assert not (tmp_path / "a").is_symlink()
