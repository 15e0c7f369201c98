"""The output folder: whole files, lists that grow without doubles."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from streams.files import Delivery, File, write_files


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
    name = "0384/rejections.jsonl"
    first = [{"message_sha256": "a", "n": 1}, {"message_sha256": "a", "n": 2}]
    delivery = Delivery(tmp_path)
    delivery.extend(name, "message_sha256", first)
    delivery.finish()
    delivery.extend(name, "message_sha256", [*first, {"message_sha256": "b", "n": 3}])
    delivery.extend(
        name, "message_sha256", [{"message_sha256": "b", "n": 4}, {"message_sha256": "c", "n": 5}]
    )
    delivery.extend(name, "message_sha256", [])
    delivery.finish()
    rows = [json.loads(row) for row in (tmp_path / name).read_text().splitlines()]
    assert [row["n"] for row in rows] == [1, 2, 3, 5]


def test_a_list_of_nothing_is_there_and_empty(tmp_path: Path) -> None:
    for _ in range(2):
        delivery = Delivery(tmp_path)
        delivery.extend("0384/signals.jsonl", "message_sha256", [])
        delivery.finish()
        assert (tmp_path / "0384" / "signals.jsonl").read_bytes() == b""


def test_a_long_list_grows_in_order(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path)
    rows = [{"message_sha256": str(number // 3), "text": "x" * 900} for number in range(1_200)]
    for begin in (0, 300, 600, 900):
        delivery.extend("a.jsonl", "message_sha256", iter(rows[begin : begin + 300]))
        if begin == 300:
            delivery.finish()
    delivery.finish()
    found = (tmp_path / "a.jsonl").read_text().splitlines()
    assert len("".join(found)) > 1024 * 1024 and [json.loads(row) for row in found] == rows


def test_rows_that_cannot_be_made_leave_a_list_as_it_was(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, str]]:
        yield {"message_sha256": "b"}
        raise LookupError

    delivery = Delivery(tmp_path)
    delivery.extend("a.jsonl", "message_sha256", [{"message_sha256": "a"}])
    delivery.finish()
    with pytest.raises(LookupError):
        delivery.extend("a.jsonl", "message_sha256", rows())
    delivery.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
    assert (tmp_path / "a.jsonl").read_text() == '{"message_sha256":"a"}\n'
    delivery.extend("a.jsonl", "message_sha256", [{"message_sha256": "c"}])
    with pytest.raises(LookupError):
        delivery.extend("a.jsonl", "message_sha256", rows())
    delivery.finish()
    assert (tmp_path / "a.jsonl").read_text() == '{"message_sha256":"a"}\n{"message_sha256":"c"}\n'


def test_two_who_extend_a_list_lose_nothing_of_each_other(tmp_path: Path) -> None:
    def extend(number: int) -> None:
        delivery = Delivery(tmp_path)
        delivery.extend("0384/signals.jsonl", "message_sha256", [{"message_sha256": str(number)}])
        delivery.finish()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(extend, range(40)))
    rows = (tmp_path / "0384" / "signals.jsonl").read_text().splitlines()
    assert sorted(int(json.loads(row)["message_sha256"]) for row in rows) == list(range(40))


def test_many_files_are_in_their_place_before_the_end(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path)
    delivery.write(File(f"{number}.xml", b"x") for number in range(2_000))
    assert len(list(tmp_path.glob("*.xml"))) == 2_000
    delivery.write([File("last.xml", b"x")])
    assert not (tmp_path / "last.xml").exists()
    delivery.finish()
    assert (tmp_path / "last.xml").exists()


def test_what_a_killed_run_left_is_removed_once_nobody_can_be_writing_it(tmp_path: Path) -> None:
    old, young = tmp_path / ".a.xml.0123456789ab.part", tmp_path / ".b.xml.ba9876543210.part"
    others = [tmp_path / ".hidden", tmp_path / "c.part"]
    for path in (old, young, *others):
        path.write_bytes(b"half")
    for path in (old, *others):
        os.utime(path, (0, 0))
    write_files(tmp_path, [File("new.xml", b"x")])
    assert sorted(tmp_path.iterdir()) == sorted([young, *others, tmp_path / "new.xml"])


def test_a_disk_that_takes_no_more_is_known_by_its_folder(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(OSError, match="File too large") as full:
            write_files(tmp_path / "0384", [File("a.xml", b"x" * 100)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.value.filename == str(tmp_path / "0384")
    assert [*(tmp_path / "0384").iterdir()] == []


def test_what_never_came_to_its_place_is_removed(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path)
    delivery.write([File("a.xml", b"x"), File("b.xml", b"y")])
    assert len([*tmp_path.iterdir()]) == 2
    del delivery
    assert [*tmp_path.iterdir()] == []


def test_a_program_that_is_stopped_leaves_nothing_half_written(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from streams.files import Delivery, File\n"
        "delivery = Delivery(Path(sys.argv[1])); delivery.write([File('a.xml', b'x')])\n"
        "assert os.listdir(sys.argv[1]); os.kill(os.getpid(), signal.SIGINT); signal.pause()"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, check=False)
    assert b"KeyboardInterrupt" in done.stderr
    assert [*tmp_path.iterdir()] == []
