"""Where messages are written: a file each, or the many small ones together in ZIPs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Final
from zipfile import ZipFile, ZipInfo

MESSAGES_PER_ZIP: Final = 1_000


class MessageFiles:
    """A folder of messages. Packed, the 301s, 305s and 307s go into ZIPs, in the order in which they
    come: a million small files are slow to make and slow to be rid of. 323s stay files.

    Raises OSError when it cannot write.
    """

    def __init__(self, folder: Path, *, packed: bool) -> None:
        self._folder, self._packed = folder, packed
        self._made: set[str] = set()
        self._archives: dict[str, ZipFile] = {}
        self._packed_of: Counter[str] = Counter()

    def __enter__(self) -> MessageFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for archive in self._archives.values():
            archive.close()

    def write(self, name: str, content: bytes) -> None:
        """Write one message under its path below the folder, or in a ZIP of its kind."""
        if self._packed and not name.startswith("0002-"):
            kind, _, entry = name.partition("/")
            self._archive(kind).writestr(ZipInfo(entry.replace("/", "-")), content)
        else:
            with open(self._path(name), "wb", buffering=0) as file:  # noqa: PTH123  # Path is a third slower
                file.write(content)

    def _path(self, name: str) -> str:
        folder = f"{self._folder}/{name.rpartition('/')[0]}"
        if folder not in self._made:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        return f"{self._folder}/{name}"

    def _archive(self, kind: str) -> ZipFile:
        number, place = divmod(self._packed_of[kind], MESSAGES_PER_ZIP)
        self._packed_of[kind] += 1
        if place == 0:
            if number:
                self._archives[kind].close()
            self._archives[kind] = ZipFile(self._path(f"{kind}/{number + 1:06d}.zip"), "w")
        return self._archives[kind]
