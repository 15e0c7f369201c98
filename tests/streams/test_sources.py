"""Names of sources: what is behind them never sees a citizen number."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from store.progress import Place
from streams.kafka.records import Record, envelope_of, source_of
from streams.sources import read_sources, without_bsn


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


def test_a_record_has_a_name_without_citizen_numbers_whoever_sent_it() -> None:
    record = Record(Place("received.v1", 3), 7, "0384|41410001", b"<a/>", [("file", b"999990019.xml")])
    envelope, fault = envelope_of(record)
    assert source_of(record, envelope, fault).name == "*********.xml"
    unnamed = record._replace(headers=[])
    assert source_of(unnamed, *envelope_of(unnamed)).name == "received.v1/3/7"
