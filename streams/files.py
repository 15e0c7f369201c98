"""The output folder: every file whole or absent, and the same bytes however often it is written.

Files are written aside under temporary names, flushed to disk together and renamed. Lists (`*.jsonl`)
are extended with what they do not hold yet, so a run that is repeated after a crash ends with the
same list as one that was never interrupted.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from time import time
from typing import Any, Final, NamedTuple
from weakref import finalize

from pydantic_core import from_json, to_json

from streams.crash import point

_FEW: Final = 8  # more files than this are flushed by one call for all
_STALE_SECONDS: Final = 24 * 60 * 60
_BLOCK: Final = 256 * 1024  # bytes
_MANY: Final = 2_000  # so many are put in their place before the end


class File(NamedTuple):
    """A file to deliver: its path in the output folder and its content."""

    name: str
    content: bytes


class Delivery:
    """Files of one output folder that are put in their place together, by `finish`.

    From the first list to `finish` nobody else extends a list of the folder, also no other process.
    Raises OSError when the folder cannot be written; each file is old or new.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._end = f".{os.urandom(6).hex()}.part"  # processes of two containers may have one number
        self._pending: dict[str, str] = {}
        self._unflushed: list[str] = []  # those with nothing in them lose nothing
        self._names: dict[str, set[str]] = {}  # what stood in a folder at first, and what was written there
        self._lock: int | None = None
        # What never came to its place is removed, also when the program is stopped.
        finalize(self, _remove, self._pending.values())

    def write(self, files: Iterable[File]) -> None:
        """Write files aside, except those that stand there already."""
        for file in files:
            target = f"{self._out}/{file.name}"
            folder, _, name = target.rpartition("/")
            if name not in self._names_in(folder) or not _holds(target, file.content):
                self._write_aside(target, (file.content,))
        if len(self._pending) >= _MANY:
            self._put_in_place()

    def extend(self, name: str, key: str, objects: Iterable[dict[str, Any]]) -> None:
        """Add objects to a list, leaving out those whose `key` value it held before."""
        target = f"{self._out}/{name}"
        rest = iter(objects)
        first = tuple(islice(rest, 1))
        if not first and (target in self._pending or os.path.exists(target)):  # noqa: PTH110  # see below
            return
        self._hold_lists()
        begun = self._pending.get(target)
        held = {from_json(row)[key] for row in _rows(begun or target)}
        added = (_row(each) for each in chain(first, rest) if each[key] not in held)
        some = tuple(islice(added, 1))
        if begun:
            self._write_aside(target, _blocks(chain(some, added)), more=True)
        elif some or not os.path.exists(target):  # noqa: PTH110  # an empty list says that there was nothing
            self._write_aside(target, _blocks(chain(_rows(target), some, added)))

    def finish(self) -> None:
        """Put everything in its place; once this returns, it is on disk."""
        try:
            self._put_in_place()
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def _write_aside(self, target: str, blocks: Iterable[bytes], *, more: bool = False) -> None:
        """Write the content of a file aside, or `more` to what was written aside of it before."""
        folder, _, name = target.rpartition("/")
        self._names_in(folder).add(name)
        temporary = f"{folder}/.{name}{self._end}"
        how = os.O_APPEND if more else os.O_CREAT | os.O_TRUNC
        handle = os.open(temporary, os.O_WRONLY | os.O_CLOEXEC | how, 0o666)
        self._pending[target] = temporary
        size = os.fstat(handle).st_size if more else 0
        try:
            if sum([_written(handle, block) for block in blocks]):
                self._unflushed.append(temporary)
        except BaseException as error:
            if more:
                os.ftruncate(handle, size)
            else:
                _remove([self._pending.pop(target)])
            if isinstance(error, OSError):  # it names no file: a full disk is known by its folder
                raise OSError(error.errno, error.strerror, folder) from error
            raise
        finally:
            os.close(handle)
        point("file-written")

    def _names_in(self, folder: str) -> set[str]:
        names = self._names.get(folder)
        if names is None:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103  # a thousand paths cost more than their files
            names = self._names[folder] = _found_in(folder)
        return names

    def _put_in_place(self) -> None:
        if len(self._unflushed) > _FEW:
            os.sync()
        else:
            for temporary in self._unflushed:
                _flush(temporary)
        self._unflushed.clear()
        point("files-flushed")
        for target, temporary in self._pending.items():
            os.replace(temporary, target)  # noqa: PTH105  # idem
            point("file-renamed")
        if self._pending:
            for folder in sorted(self._names):
                _flush(folder)
        self._pending.clear()

    def _hold_lists(self) -> None:
        if self._lock is None:
            self._out.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self._out, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)


def _remove(temporaries: Iterable[str]) -> None:
    for temporary in temporaries:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108  # idem


def write_files(out: Path, files: Iterable[File]) -> None:
    """Write files whole. Raises OSError when the folder cannot be written; each file is old or new."""
    delivery = Delivery(out)
    delivery.write(files)
    delivery.finish()


def _found_in(folder: str) -> set[str]:
    """The names in a folder. What runs that were killed left half-written there, and nobody can be writing
    any more, is removed."""
    before = time() - _STALE_SECONDS
    names = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            names.add(entry.name)
            if entry.name.startswith(".") and entry.name.endswith(".part"):
                with suppress(FileNotFoundError):  # another run removed it
                    if entry.stat().st_mtime < before:
                        os.unlink(entry.path)  # noqa: PTH108  # idem
    return names


def _row(each: dict[str, Any]) -> bytes:
    return to_json(each) + b"\n"


def _rows(path: str) -> Iterator[bytes]:
    try:
        with Path(path).open("rb") as file:
            yield from file
    except FileNotFoundError:
        return


def _blocks(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Rows put together to what is worth a call; there may be more of them than memory holds."""
    block: list[bytes] = []
    size = 0
    for row in rows:
        block.append(row)
        size += len(row)
        if size >= _BLOCK:
            yield b"".join(block)
            block.clear()
            size = 0
    yield b"".join(block)


def _written(handle: int, block: bytes) -> int:
    """Write all of a block; its size."""
    left = memoryview(block)
    while left:
        left = left[os.write(handle, left) :]
    return len(block)


def _holds(target: str, content: bytes) -> bool:
    try:
        same_size = os.stat(target).st_size == len(content)  # noqa: PTH116  # idem
        return same_size and Path(target).read_bytes() == content
    except FileNotFoundError:
        return False


def _flush(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
