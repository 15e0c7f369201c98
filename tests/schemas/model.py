"""What an XSD says, as a tree of elements: enough to write documents that it accepts or refuses.

Reads schemas of the shape both ours and the official ones have: named types, sequences, one import.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

XS: Final = "{http://www.w3.org/2001/XMLSchema}"


class Value(NamedTuple):
    """A simple type. Bounds are those of a length for a string, of the number for an integer."""

    base: str
    least: int | None
    most: int | None
    allowed: tuple[str, ...]
    patterns: tuple[str, ...]


class Element(NamedTuple):
    """A declared element. `name` and `type_name` are qualified; `path` starts below the root."""

    name: str
    path: str
    type_name: str
    required: bool
    repeats: bool
    value: Value | None
    children: tuple[Element, ...]


def all_elements(element: Element) -> list[Element]:
    """The element and everything below it, in document order."""
    return [element, *(found for child in element.children for found in all_elements(child))]


def read_model(path: Path) -> Element:
    """The root element that a message schema declares, with everything below it."""
    reader = _Reader(path)
    (root,) = etree.parse(path).getroot().findall(f"{XS}element")
    return reader.element(root, "")


class _Reader:
    def __init__(self, path: Path) -> None:
        message = etree.parse(path).getroot()
        location = message.find(f"{XS}import")
        assert location is not None
        base = etree.parse(path.parent / location.get("schemaLocation", "")).getroot()
        self.types: dict[str, etree._Element] = {}
        for schema in (message, base):
            for child in schema.iterchildren(f"{XS}complexType", f"{XS}simpleType"):
                self.types[f"{{{schema.get('targetNamespace')}}}{child.get('name')}"] = child

    def element(self, node: etree._Element, parent_path: str) -> Element:
        local = node.get("name", "")
        path = f"{parent_path}/{local}"
        type_name = _qualified(node, node.get("type"))
        declared = self.types[type_name] if type_name else node.find(f"{XS}simpleType")
        assert declared is not None
        simple = declared.tag == f"{XS}simpleType"
        sequence = declared.find(f"{XS}sequence")
        return Element(
            name=f"{{{node.getroottree().getroot().get('targetNamespace')}}}{local}",
            path=path,
            type_name=type_name,
            required=node.get("minOccurs") != "0",
            repeats=node.get("maxOccurs") == "unbounded",
            value=self.value(declared) if simple else None,
            children=() if sequence is None else tuple(self.element(child, path) for child in sequence),
        )

    def value(self, simple_type: etree._Element) -> Value:
        restriction = simple_type.find(f"{XS}restriction")
        assert restriction is not None
        base = _qualified(restriction, restriction.get("base"))
        inherited = Value(base.removeprefix(XS), None, None, (), ())
        if base in self.types:
            inherited = self.value(self.types[base])
        facets = {facet.tag.removeprefix(XS): facet.get("value", "") for facet in restriction}
        least = facets.get("minLength", facets.get("minInclusive"))
        most = facets.get("maxLength", facets.get("maxInclusive"))
        return Value(
            inherited.base,
            inherited.least if least is None else int(least),
            inherited.most if most is None else int(most),
            inherited.allowed + tuple(v.get("value", "") for v in restriction.iter(f"{XS}enumeration")),
            inherited.patterns + tuple(p.get("value", "") for p in restriction.iter(f"{XS}pattern")),
        )


def _qualified(node: etree._Element, name: str | None) -> str:
    if name is None:
        return ""
    prefix, _, local = name.rpartition(":")
    return f"{{{node.nsmap[prefix or None]}}}{local}"
