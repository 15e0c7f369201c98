"""The output folder: whole files, lists that grow without doubles."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import pytest

from streams.files import File, extend_list, write_files


def test_files_are_written_whole_and_leave_nothing_else(tmp_path: Path) -> None:
    files = [File(f"0384/answers/{n:016x}.xml", bytes([n]) * n) for n in range(20)]
    write_files(tmp_path, files)
    write_files(tmp_path, files[:3])
    found = {str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == dict(files)


def test_a_file_with_other_content_is_replaced(tmp_path: Path) -> None:
    write_files(tmp_path, [File("a.xml", b"old")])
    write_files(tmp_path, [File("a.xml", b"new")])
    assert (tmp_path / "a.xml").read_bytes() == b"new"


def test_a_list_takes_each_message_once(tmp_path: Path) -> None:
    path = tmp_path / "0384" / "rejections.jsonl"
    first = [{"message_sha256": "a", "n": 1}, {"message_sha256": "a", "n": 2}]
    extend_list(path, "message_sha256", first)
    extend_list(path, "message_sha256", [*first, {"message_sha256": "b", "n": 3}])
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    assert [row["n"] for row in rows] == [1, 2, 3]


def test_a_disk_that_takes_no_more_is_known_by_its_folder(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(OSError, match="File too large") as full:
            write_files(tmp_path / "0384", [File("a.xml", b"x" * 100)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.value.filename == str(tmp_path / "0384")
