"""Keep a message with very many faults from costing minutes and gigabytes.

The validator cannot stop at a first fault. It lists all of them, and for each it counts the siblings
before it, so its work grows with the square of the faults: 2 MB of empty lines take minutes. Large
messages are therefore looked at first, and those that seem to be full of faults are read again piece
by piece, up to the first piece that is wrong. Being suspect never changes an outcome, only the way to it.
"""

from __future__ import annotations

import zlib
from copy import deepcopy
from itertools import accumulate
from random import Random
from typing import Final

from lxml import etree

from schemas.xml.parser import growing_parser, screening_parser

_SMALL: Final = 128 * 1024
_LARGE: Final = 1024 * 1024
_PIECE: Final = 128 * 1024
_SAMPLE: Final = 100
# A line with its smallest possible elements takes about 550 bytes, a client 45 more.
_BYTES_OF_LINE: Final = 250


def is_suspect(root: etree._Element, data: bytes, schema: etree.XMLSchema) -> bool:
    """True when the message may hold so many faults that validating it as a whole would take long.

    Small messages never are. Of a large 323 some lines are tried; which ones follows from its bytes.
    """
    if len(data) < _SMALL:
        return False
    try:
        clients = [*root[1][4]]
        sizes = [len(client[1]) if len(client) == 2 else 0 for client in clients]
    except IndexError:
        return True
    lines = sum(sizes)
    if lines == 0 or (lines + len(sizes)) * _BYTES_OF_LINE > len(data):
        return True
    return len(data) >= _LARGE and not schema.validate(
        _sample(root, clients, sizes, zlib.crc32(data[-_SMALL:]))
    )


def broken_start(data: bytes, schema: etree.XMLSchema) -> etree._Element | None:
    """The tree of the start of the message up to a piece that is wrong, None when no piece is."""
    screening = screening_parser(schema)
    for begin in range(0, len(data), _PIECE):
        end = begin + _PIECE
        screening.feed(data[begin:end])
        if len(screening.feed_error_log):
            return _tree_of(data[:end])
    return None


def _tree_of(start: bytes) -> etree._Element | None:
    growing = growing_parser()
    growing.feed(start)
    return next((root for _, root in growing.read_events() if isinstance(root, etree._Element)), None)


def _sample(
    root: etree._Element, clients: list[etree._Element], sizes: list[int], seed: int
) -> etree._Element:
    """A small message: the header and the declaration, and some lines each with its client."""
    header, body = root[0], root[1]
    sample = etree.Element(root.tag)
    sample.append(deepcopy(header))
    declaration = etree.SubElement(sample, body.tag)
    declaration.extend(deepcopy(body[n]) for n in range(4))
    container = etree.SubElement(declaration, body[4].tag)
    ends = list(accumulate(sizes))
    picks = sorted(Random(seed).sample(range(ends[-1]), min(_SAMPLE, ends[-1])))
    client = 0
    for pick in picks:
        while ends[client] <= pick:
            client += 1
        whole = clients[client]
        thin = etree.SubElement(container, whole.tag)
        thin.append(deepcopy(whole[0]))
        lines = etree.SubElement(thin, whole[1].tag)
        lines.append(deepcopy(whole[1][pick - ends[client]]))
    return sample
