"""The one way to make an XML parser. Nothing else in the product may configure one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, TypedDict, cast

from lxml import etree


class _Options(TypedDict):
    encoding: str
    resolve_entities: bool
    no_network: bool
    load_dtd: bool
    dtd_validation: bool
    attribute_defaults: bool
    huge_tree: bool
    recover: bool
    remove_comments: bool
    remove_pis: bool
    collect_ids: bool


# Comments and processing instructions are dropped while reading, so that a value split by one is read
# whole. The encoding is fixed, so that nothing in the document can make the parser guess another one.
_HARDENED: Final[_Options] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
}


class _Nothing:
    """What a parser builds for which nothing is to be built: it needs no more than an end."""

    def close(self) -> None:
        """It is finished."""


def _nothing() -> etree.ParserTarget:
    return cast("etree.ParserTarget", _Nothing())


def parser(*, keep_blank_text: bool = False) -> etree.XMLParser:
    """A parser that fetches nothing, expands nothing and repairs nothing.

    White space between elements is dropped, which saves a third of the memory. With `keep_blank_text`
    it stays: needed when a comment or CDATA section could stand beside blanks that belong to a value.
    """
    return etree.XMLParser(remove_blank_text=not keep_blank_text, **_HARDENED)


def screening_parser(schema: etree.XMLSchema) -> etree.XMLParser:
    """A parser to be fed piece by piece, that lists faults against `schema` as it goes, and makes no tree.

    Only its `feed_error_log` may be used: with a schema it overlooks a document that ends too early.
    """
    return etree.XMLParser(target=_nothing(), schema=schema, **_HARDENED)


def check_wellformed(pieces: Iterable[bytes]) -> None:
    """Parse a document piece by piece and make no tree. Raises XMLSyntaxError."""
    checking = etree.XMLParser(target=_nothing(), **_HARDENED)
    for piece in pieces:
        checking.feed(piece)
    checking.close()


def growing_parser() -> etree.XMLPullParser:
    """A parser to be fed piece by piece, whose first event gives the root `Bericht` of the tree so far."""
    return etree.XMLPullParser(events=("start",), tag="{*}Bericht", **_HARDENED)


def reading_parser(schema: etree.XMLSchema, tags: Collection[str]) -> etree.XMLPullParser:
    """A parser to be fed piece by piece, that lists faults against `schema` in its `feed_error_log` and gives
    each element of these tags as it ends. Blank text stays: it may be the part of a value before the end of
    a piece."""
    return etree.XMLPullParser(events=("end",), tag=tags, schema=schema, **_HARDENED)
