"""Category Z: archives. `data` is the ZIP; an admitted case holds only messages that are admitted."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO, RawIOBase
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

from tests.hostile.base import VALID, Case

_DATA = VALID.encode()
_OTHER = VALID.replace("B900", "B901").replace("D900", "D901").encode()


def cases() -> Iterator[Case]:
    """The cases of Z."""
    for number, (sentence, data, reason) in enumerate(_archives(), 1):
        outcome = "quarantined" if reason else "admitted"
        yield Case(f"Z{number:02}", "Z", sentence, data, outcome, reason)


def archive(files: Sequence[tuple[str | ZipInfo, bytes]], method: int = ZIP_DEFLATED) -> bytes:
    """A ZIP of these files."""
    buffer = BytesIO()
    with warnings.catch_warnings(), ZipFile(buffer, "w", method) as writer:
        warnings.simplefilter("ignore")  # equal names are what some cases are about
        for name, content in files:
            writer.writestr(name, content, method)
    return buffer.getvalue()


def _archives() -> Iterator[tuple[str, bytes, str | None]]:
    one = archive([("a.xml", _DATA)])
    yield "one message, deflated", one, None
    yield "one message, stored", archive([("a.xml", _DATA)], ZIP_STORED), None
    yield "two messages", archive([("a.xml", _DATA), ("b.xml", _OTHER)]), None
    yield "written to a pipe, sizes behind the data", _piped(), None
    yield "no entries", archive([]), "zip-count"
    yield "1001 entries", archive([(f"{n}.xml", b"") for n in range(1001)]), "zip-count"
    for name, reason in _NAMES:
        yield f"an entry named {name!a}", archive([(name, _DATA)]), reason
    yield "an entry with a password", _flagged(one, 0x1), "zip-password"
    yield "a link to another file", archive([(_info("a.xml", 0o120777), b"/etc/passwd")]), "zip-link"
    yield "a device", archive([(_info("a.xml", 0o020666), b"")]), "zip-link"
    yield "a folder", archive([(_info("a", 0o040755), b"")]), "zip-folder"
    yield "26 MiB of zeros", archive([("a.xml", bytes(26 * 1024 * 1024))]), "zip-size"
    yield "ten bytes claimed, thousands inside", _claiming(one, 10), "zip-bad"
    yield "a wrong checksum", _patched(one, 16, b"\0\0\0\0"), "zip-bad"
    yield "two entries over each other", _overlapping(), "zip-bad"
    yield "bzip2", archive([("a.xml", _DATA)], ZIP_BZIP2), "zip-method"
    yield "LZMA", archive([("a.xml", _DATA)], ZIP_LZMA), "zip-method"
    yield "an archive in an archive", archive([("a.zip", one)]), "compressed"
    yield "no archive but XML", _DATA, "zip-bad"
    yield "XML before an archive", _DATA + one, "zip-bad"
    yield "an archive before XML", one + _DATA, "zip-bad"
    yield "the same name twice", archive([("a.xml", _DATA), ("a.xml", _OTHER)]), "zip-duplicate"
    yield (
        "names that differ in capitals only",
        archive([("a.xml", _DATA), ("A.XML", _OTHER)]),
        "zip-duplicate",
    )
    yield "a directory that is cut off", one[:-30] + one[-22:], "zip-bad"
    yield "a count of 65,535", one[:-14] + b"\xff\xff\xff\xff" + one[-10:], "zip-count"
    yield "cut off in the middle", one[: len(one) // 2], "zip-bad"
    yield "a good message beside a bad name", archive([("a.xml", _DATA), ("../b.xml", _OTHER)]), "zip-path"


_NAMES = (
    ("a/b.xml", "zip-folder"),
    ("a\\b.xml", "zip-folder"),
    ("a/", "zip-folder"),
    ("../../etc/cron.d/x", "zip-path"),
    ("/etc/passwd", "zip-path"),
    ("C:\\x", "zip-path"),
    ("\\\\host\\share", "zip-path"),
    ("a/../../b", "zip-path"),
    ("..", "zip-path"),
    ("a\nb.xml", "zip-path"),
    ("a.xml:stream", "zip-path"),
    ("$(reboot).xml", None),
)


class _Pipe(RawIOBase):
    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        octets = bytes(data)
        self.written += octets
        return len(octets)


def _piped() -> bytes:
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as writer:
        writer.writestr("a.xml", _DATA)
        writer.writestr("b.xml", _OTHER)
    return bytes(pipe.written)


def _info(name: str, mode: int) -> ZipInfo:
    info = ZipInfo(name)
    info.external_attr = mode << 16
    return info


def _patched(data: bytes, place: int, octets: bytes) -> bytes:
    """The archive with these octets at a place of its first directory entry."""
    start = data.index(b"PK\x01\x02") + place
    return data[:start] + octets + data[start + len(octets) :]


def _flagged(data: bytes, flag: int) -> bytes:
    return _patched(data, 8, struct.pack("<H", flag))


def _claiming(data: bytes, size: int) -> bytes:
    return _patched(data, 24, struct.pack("<L", size))


def _overlapping() -> bytes:
    """Two names for the same bytes."""
    data = archive([("a.xml", _DATA), ("b.xml", _DATA)])
    second = data.rindex(b"PK\x01\x02")
    return data[: second + 42] + b"\0\0\0\0" + data[second + 46 :]
