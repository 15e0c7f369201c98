"""Where messages come from on a command line: files, folders and ZIPs, in order."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import Final, NamedTuple

from schemas.numbers import without_bsn
from schemas.xml.fault import Fault, quarantined
from schemas.xml.gate import LARGEST_MESSAGE
from schemas.xml.zip import messages_in_zip

_ZIP_BYTES: Final = 16 * LARGEST_MESSAGE
_CHUNK: Final = 2**20


class Source(NamedTuple):
    """One message as it was found, its name without citizen numbers.

    With a `fault` it was unusable before anybody could read it.
    """

    name: str
    content: bytes
    sha256: str = ""
    fault: Fault | None = None


def files_below(paths: Iterable[Path]) -> list[Path]:
    """Every file named or below a folder named, folders in order of path.

    Raises FileNotFoundError, and another OSError where it cannot look: no message is passed over.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(_below(path))
        elif path.exists():
            found.append(path)
        else:
            raise FileNotFoundError(path)
    return found


def _below(folder: Path) -> Iterator[Path]:
    """The files below a folder, links followed, each folder once; a link to nothing is among them, to be told
    of when it is read."""

    def refuse(error: OSError) -> None:
        raise error

    seen = set()
    for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        status = Path(place).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        paths = (Path(place, name) for name in names)
        yield from (path for path in paths if path.is_file() or not path.exists())


def read_sources(files: Iterable[Path]) -> Iterator[Source]:
    """The messages of these files; a ZIP gives one source per message in it."""
    for path in files:
        name = without_bsn(_name(path))
        is_zip = name[-4:].lower() == ".zip"
        most = _ZIP_BYTES if is_zip else LARGEST_MESSAGE
        with FileIO(path) as stream:
            status = os.fstat(stream.fileno())
            size = status.st_size if S_ISREG(status.st_mode) else most  # a pipe does not know its size
            content = _read(stream, size, min(size, most) + 1)  # no room for more: getting it takes its time
            if len(content) > most:
                sha256 = _hash(content, stream)
                too_large = quarantined("too-large", f"{size} bytes", f"<= {LARGEST_MESSAGE} bytes")
                yield Source(name, content[:_CHUNK], sha256, too_large)
                continue
        if is_zip:
            yield from _unpack(name, content)
        else:
            yield Source(name, content)


def _name(path: Path) -> str:
    """The path of a file as text, also where its bytes are none: those are told by their numbers."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _unpack(name: str, content: bytes) -> Iterator[Source]:
    messages = messages_in_zip(content)
    if isinstance(messages, Fault):
        yield Source(name, content, hashlib.sha256(content).hexdigest(), messages)
        return
    for number, message in messages:
        yield Source(f"{name}#{number}", message)


def _read(stream: FileIO, size: int, most: int) -> bytes:
    """The `size` bytes of a file; of one that has more, or of a pipe that gives them in pieces, `most` of all
    there are."""
    pieces: list[bytes] = []
    while most and (piece := stream.read(most)):
        pieces.append(piece)
        most -= len(piece)
        if len(piece) == size:  # all of it: asking whether there is more takes its time
            break
    return b"".join(pieces)


def _hash(read: bytes, rest: FileIO) -> str:
    """The hash of a whole file of which a part was read already."""
    digest = hashlib.sha256(read)
    while chunk := rest.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
