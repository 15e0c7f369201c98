"""Messages as the store keeps them: packed, which takes a tenth to a fortieth of their room.

Writing less than that costs more time than packing does. Zstandard packs best and takes thirty microseconds
to begin; so a small message, where these are most of it, is packed by LZ4.
"""

from __future__ import annotations

from typing import Final

from cramjam import lz4, zstd

_SMALL: Final = 32 * 1024
_LARGE: Final = 1024 * 1024
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"  # how one of its frames begins, and no XML does
_LZ4: Final = b"\0"  # put before a block, which has no beginning of its own
_LEVEL: Final = 1  # a higher one packs these messages no better


def pack(body: bytes) -> bytes:
    """The form in which the bytes of a message are kept."""
    if len(body) < _SMALL:
        return _LZ4 + bytes(lz4.compress_block(body))
    return bytes(zstd.compress(body, level=_LEVEL))


def pack_large(body: bytes) -> bytes:
    """The form in which what leaves the house is kept: a database takes several times its room to write or
    read a large one, for each of the others packing costs more than it saves."""
    return pack(body) if len(body) >= _LARGE else body


def unpack(kept: bytes) -> bytes:
    """The bytes that were kept, packed or as they came: no XML or JSON begins as what is packed does."""
    if kept.startswith(_LZ4):
        return bytes(lz4.decompress_block(kept[len(_LZ4) :]))
    return bytes(zstd.decompress(kept)) if kept.startswith(_ZSTANDARD) else kept
