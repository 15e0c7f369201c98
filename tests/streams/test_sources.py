"""Sources: every file is found or told of; what is behind them never sees a citizen number in a name."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from schemas.numbers import without_bsn
from store.progress import Place
from streams.kafka.records import Record, envelope_of, source_of
from streams.sources import files_below, read_sources


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("999990019.xml", "*********.xml"),
        ("in/a999990019b/999990019_2.xml", "in/a*********b/*********_2.xml"),
        ("999990018.xml", "999990018.xml"),
        ("9999900190.xml", "9999900190.xml"),
        ("20260408.xml", "20260408.xml"),
    ],
)
def test_citizen_numbers_are_masked(name: str, shown: str) -> None:
    assert without_bsn(name) == shown


def test_sources_have_names_without_citizen_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "999990019"
    folder.mkdir()
    (folder / "999990019.xml").write_bytes(b"<a/>")
    (folder / "999990019-broken.zip").write_bytes(b"PK")
    with zipfile.ZipFile(folder / "999990019.zip", "w") as made:
        made.writestr("a.xml", b"<a/>")
    names = [source.name for source in read_sources(sorted(folder.iterdir()))]
    assert [name.removeprefix(str(tmp_path)) for name in names] == [
        "/*********/*********-broken.zip",
        "/*********/*********.xml",
        "/*********/*********.zip#0",
    ]


def test_a_name_that_is_no_text_is_told_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff\xe9.xml")).write_bytes(b"<a/>")
    (source,) = read_sources(tmp_path.iterdir())
    assert source.name == f"{tmp_path}/a\\xff\\xe9.xml"


def test_every_file_below_a_folder_is_found_once_links_followed(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    for name in ("in/b.xml", "in/sub/a.xml", "elsewhere/c.xml"):
        (tmp_path / name).write_bytes(b"<a/>")
    (tmp_path / "in" / "sub" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "in" / "pipe")
    found = [str(path.relative_to(tmp_path)) for path in files_below([tmp_path / "in"])]
    assert found == ["in/b.xml", "in/linked/c.xml", "in/sub/a.xml"]


def test_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<a/>")
    (tmp_path / "b.xml").symlink_to(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError):
        list(read_sources(files_below([tmp_path])))


def test_a_folder_that_cannot_be_read_is_not_passed_over() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "a.xml").write_bytes(b"<a/>")
        (folder / "closed").mkdir()
        (folder / "closed").chmod(0)
        with _as_nobody(), pytest.raises(PermissionError):
            files_below([folder])


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Without the rights of the administrator, who may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_record_has_a_name_without_citizen_numbers_whoever_sent_it() -> None:
    record = Record(Place("received.v1", 3), 7, "0384|41410001", b"<a/>", [("file", b"999990019.xml")])
    envelope, fault = envelope_of(record)
    assert source_of(record, envelope, fault).name == "*********.xml"
    unnamed = record._replace(headers=[])
    assert source_of(unnamed, *envelope_of(unnamed)).name == "received.v1/3/7"
