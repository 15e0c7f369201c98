"""The output folder: every file whole or absent, and the same bytes however often it is written.

A file is written under a temporary name, flushed to disk and renamed. Lists (`*.jsonl`) are
extended with what they do not hold yet, so a run that is repeated after a crash ends with the
same list as one that was never interrupted.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from streams.crash import point

_AT_ONCE = 8  # more files than this are flushed together


class File(NamedTuple):
    """A file to deliver: its path in the output folder and its content."""

    name: str
    content: bytes


def write_files(out: Path, files: Sequence[File]) -> None:
    """Write files whole. Raises OSError when the folder cannot be written; each file is old or new."""
    together, end = len(files) > _AT_ONCE, f".{os.getpid()}.part"
    pending: list[tuple[str, str]] = []
    folders: set[str] = set()
    for file in files:
        target = f"{out}/{file.name}"
        if _holds(target, file.content):
            continue
        folder, _, name = target.rpartition("/")
        if folder not in folders:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103  # a thousand paths cost more than their files
            folders.add(folder)
        temporary = f"{folder}/.{name}{end}"
        _write(temporary, file.content, flush=not together)
        pending.append((temporary, target))
        point("file-written")
    if pending and together:
        os.sync()
    point("files-flushed")
    for temporary, target in pending:
        os.replace(temporary, target)  # noqa: PTH105  # idem
        point("file-renamed")
    for folder in folders:
        _flush_folder(folder)


def _write(path: str, content: bytes, *, flush: bool) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
        if flush:
            os.fsync(handle)
    except OSError as error:  # the system names no file here: a full disk is known by its folder
        raise OSError(error.errno, error.strerror, os.path.dirname(path)) from error  # noqa: PTH120
    finally:
        os.close(handle)


def extend_list(path: Path, key: str, objects: Sequence[dict[str, Any]]) -> None:
    """Add objects to a list file, leaving out those whose `key` value the file held before."""
    if not objects and path.exists():
        return
    with _locked(path):
        before = path.read_bytes() if path.exists() else b""
        held = {json.loads(row)[key] for row in before.splitlines()}
        added = [_row(each) for each in objects if each[key] not in held]
        if added:
            write_files(path.parent, [File(path.name, before + b"".join(added))])
        elif not before:
            path.touch()  # an empty list says that there was nothing; losing it loses nothing


def _row(each: dict[str, Any]) -> bytes:
    return json.dumps(each, ensure_ascii=False).encode() + b"\n"


def _holds(target: str, content: bytes) -> bool:
    try:
        same_size = os.stat(target).st_size == len(content)  # noqa: PTH116  # idem
        return same_size and Path(target).read_bytes() == content
    except FileNotFoundError:
        return False


def _flush_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time extends the lists of a folder, also over processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
