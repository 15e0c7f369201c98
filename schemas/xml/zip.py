"""The ZIP channel: the messages of an archive, all of them or none."""

from __future__ import annotations

import re
import stat
import struct
import zlib
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from schemas.xml.fault import Fault, quarantined
from schemas.xml.gate import LARGEST_MESSAGE

_LOCAL_HEADER: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_END_LENGTH: Final = 22
_LONGEST_COMMENT: Final = 65_535
_MOST_ENTRIES: Final = 1000
_LARGEST_TOTAL: Final = 10 * LARGEST_MESSAGE
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_PATCH: Final = 0x20
_LOCAL_LENGTH: Final = 30
_SEPARATOR: Final = re.compile(r"[/\\]")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f:]")


def messages_in_zip(data: bytes) -> list[tuple[int, bytes]] | Fault:
    """The files of a ZIP archive, each with its place in it, or why nothing of it is taken.

    No folders, passwords, links, paths, equal names or other methods than stored and deflate; at most
    1000 files of at most 25 MiB. Sizes are counted, never believed. Names are judged and forgotten.
    """
    count = _count(data)
    if count is None:
        return quarantined("zip-bad")
    if not 0 < count <= _MOST_ENTRIES:
        return quarantined("zip-count", f"{count} ⟨files⟩", f"1 ⟨up_to⟩ {_MOST_ENTRIES} ⟨files⟩")
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries, directory = archive.infolist(), archive.start_dir
        if len(entries) != count:
            return quarantined("zip-bad")
        return _entries_fault(entries) or _unpacked(data, entries, directory)
    except (BadZipFile, NotImplementedError, ValueError, struct.error, zlib.error):  # broken inside
        return quarantined("zip-bad")


def _count(data: bytes) -> int | None:
    """The number of entries by the end record, None when this is no plain archive from start to end."""
    end = data.rfind(_END, max(0, len(data) - _END_LENGTH - _LONGEST_COMMENT))
    if end < 0 or len(data) < end + _END_LENGTH:
        return None
    disk, first_disk, here, total, size, offset, comment = struct.unpack_from("<4H2LH", data, end + 4)
    whole = end + _END_LENGTH + comment == len(data) and offset + size == end
    if disk or first_disk or here != total or not whole or (total and not data.startswith(_LOCAL_HEADER)):
        return None
    return int(total)


def _entries_fault(entries: list[ZipInfo]) -> Fault | None:
    names = set()
    for entry in entries:
        name, mode = entry.orig_filename, entry.external_attr >> 16
        if entry.flag_bits & _ENCRYPTED:
            return quarantined("zip-password")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            return quarantined("zip-link")
        if _leads_outside(name):
            return quarantined("zip-path")
        if _SEPARATOR.search(name) or stat.S_ISDIR(mode):
            return quarantined("zip-folder")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or entry.flag_bits & _PATCH:
            return quarantined("zip-method")
        if name.casefold() in names:
            return quarantined("zip-duplicate")
        names.add(name.casefold())
    return None


def _leads_outside(name: str) -> bool:
    parts = _SEPARATOR.split(name)
    return parts[0].strip(". ") == "" or ".." in parts or _UNPRINTABLE.search(name) is not None


def _unpacked(data: bytes, entries: list[ZipInfo], directory: int) -> list[tuple[int, bytes]] | Fault:
    """The contents, when the entries lie one behind the other from the first byte to the directory."""
    messages = []
    total = free = 0
    for position, entry in sorted(enumerate(entries), key=lambda item: item[1].header_offset):
        begin, end = _span(data, entry)
        if entry.header_offset != free or end > directory:
            return quarantined("zip-bad")
        content = _content(data[begin:end], entry.compress_type)
        total += len(content)
        if len(content) > LARGEST_MESSAGE or total > _LARGEST_TOTAL:
            return quarantined("zip-size", f"⟨more_than⟩ {LARGEST_MESSAGE} bytes", f"{LARGEST_MESSAGE} bytes")
        if zlib.crc32(content) != entry.CRC or len(content) != entry.file_size:
            return quarantined("zip-bad")
        messages.append((position, content))
        free = end + _descriptor_length(data, entry, end)
    return sorted(messages) if free == directory else quarantined("zip-bad")


def _span(data: bytes, entry: ZipInfo) -> tuple[int, int]:
    """Where the packed bytes of an entry begin and end. Raises BadZipFile without a local header."""
    start = entry.header_offset
    if data[start : start + 4] != _LOCAL_HEADER:
        raise BadZipFile
    names, extras = struct.unpack_from("<2H", data, start + _LOCAL_LENGTH - 4)
    begin = start + _LOCAL_LENGTH + names + extras
    return begin, begin + entry.compress_size


def _content(packed: bytes, method: int) -> bytes:
    """The unpacked bytes, cut off just beyond the largest message. Raises BadZipFile or zlib.error."""
    if method == ZIP_STORED:
        return packed
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    content = stream.decompress(packed, LARGEST_MESSAGE + 1)
    if len(content) <= LARGEST_MESSAGE and (not stream.eof or stream.unused_data):
        raise BadZipFile
    return content


def _descriptor_length(data: bytes, entry: ZipInfo, end: int) -> int:
    """Bytes of the data descriptor behind an entry that was written without knowing its size."""
    if not entry.flag_bits & 0x8:
        return 0
    signature = 4 if data[end : end + 4] == b"PK\x07\x08" else 0
    sizes = struct.pack("<2L", entry.compress_size, entry.file_size)
    return signature + (12 if data[end + signature + 4 : end + signature + 12] == sizes else 20)
