"""The schema of a message as regular expressions, for messages that are written in the usual form.

In the usual form there are elements, values of ASCII and white space between elements, and nothing else: no
attributes but declarations of the base namespace, comments, references, signs, leading zeros, or blanks where
a value begins. What such an expression matches is well-formed and valid; of what it does not match nothing
is known. What matched is never given back, so matching takes time in proportion to the text. Characters are
repeated possessively, groups inside an atomic group: before Python 3.11.5 a possessive group may match what
it does not describe (CPython gh-100061).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.resources import as_file, files
from typing import Final, NamedTuple

from lxml import etree

from schemas.standard import MessageType
from schemas.xml.parser import parser

# Between elements: new lines and tabs, then spaces, which takes half the time of any white space. So many of
# them, because a parser takes no text of more than ten million characters.
BLANKS: Final = "[\\t\\r\\n]{0,99}+ {0,999}+"
_VISIBLE: Final = "[!-%'-;?-~]"  # without & < > and =, of which the gate takes so many and no more
_VISIBLE_OR_BLANK: Final = "[ -%'-;?-~]"
_LONGEST: Final = "999"  # of a value that the schema does not limit
_MEANS: Final = {".": _VISIBLE, r"\S": _VISIBLE, "(": "(?:"}
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_A_DAY: Final = "2026-01-31"
_TOKEN: Final = re.compile(r"\\.|[.(]")


def optional(expression: str) -> str:
    """What may be there or not; once it matched it is not given back."""
    return f"(?>{expression}|)"


class Prefixes(NamedTuple):
    """How a document calls the namespaces of the message and of its base schema, each with its colon.

    No name for the base: each of its elements declares it, as a serializer does that was told of none.
    """

    message: str
    base: str | None


class Layout(NamedTuple):
    """How a document is laid out whose elements stand on lines of their own, or all on one."""

    new_line: str
    indent: str


class Halves(NamedTuple):
    """What stands before and after the elements that may be repeated, what those are and how deep they are.

    `close` is the end tag that comes first after them, as it is written.
    """

    before: str
    repeated: etree._Element
    after: str
    close: str
    depth: int


class Grammar:
    """Makes expressions of the elements of one message. Each value is a group, in document order; a value
    that may be repeated is a group together with its element and all others of the kind.

    Without a layout there may be any blanks between elements. Elements named in `without` are those that may
    be left out and are.
    """

    def __init__(
        self,
        message_type: MessageType,
        prefixes: Prefixes,
        layout: Layout | None = None,
        without: AbstractSet[str] = frozenset(),
    ) -> None:
        self._layout = layout
        self._schemas = _schemas(message_type)
        self._prefixes = dict(zip(self._schemas, prefixes, strict=True))
        self._without = without
        (self.root,) = self._schemas[message_type.namespace].findall(f"{_XS}element")

    def whole(self, element: etree._Element, depth: int = 0, *, inner: bool = False) -> str:
        """The element and everything in it, of which only values are repeated; with `inner`, without its own
        begin tag. The root has depth 0."""
        begin, end = self._tags(element)
        blanks, children = self._blanks(depth), self._children(element)
        if children is not None:
            inside = "".join(self.whole(child, depth + 1) for child in children) + blanks
        elif element.get("maxOccurs") == "unbounded":
            return f"((?>(?:{blanks}{begin}(?:{self._value(element)}){end})+))"
        else:
            inside = f"({self._value(element)})"
        text = inside + end if inner else f"{blanks}{begin}{inside}{end}"
        return optional(text) if element.get("minOccurs") == "0" else text

    def halves(self, element: etree._Element, depth: int = 0, *, inner: bool = False) -> Halves:
        """The element without the elements with children that are repeated in it; `inner` as of `whole`."""
        begin, end = self._tags(element)
        blanks, below = self._blanks(depth), depth + 1
        before = "" if inner else blanks + begin
        children = iter(self._children(element) or ())
        for child in children:
            if self._is_repeated(child) or self._repeats(child):
                after = "".join(self.whole(each, below) for each in children) + blanks + end
                if self._is_repeated(child):
                    return Halves(before, child, after, end, below)
                found = self.halves(child, below)
                return found._replace(before=before + found.before, after=found.after + after)
            before += self.whole(child, below)
        raise ValueError(f"nothing is repeated in {element.get('name')}")

    def _blanks(self, depth: int) -> str:
        if self._layout is None:
            return BLANKS
        return self._layout.new_line + self._layout.indent * depth

    def _is_repeated(self, element: etree._Element) -> bool:
        return element.get("maxOccurs") == "unbounded" and self._children(element) is not None

    def _repeats(self, element: etree._Element) -> bool:
        return any(
            self._is_repeated(child) or self._repeats(child) for child in self._children(element) or ()
        )

    def _tags(self, element: etree._Element) -> tuple[str, str]:
        space = element.getroottree().getroot().get("targetNamespace", "")
        name, prefix = element.get("name"), self._prefixes[space]
        if prefix is None:
            return f'<{name} xmlns="{re.escape(space)}">', f"</{name}>"
        return f"<{prefix}{name}>", f"</{prefix}{name}>"

    def _children(self, element: etree._Element) -> list[etree._Element] | None:
        """The elements of a sequence, None for an element with a value."""
        sequence = self._type_of(element).find(f"{_XS}sequence")
        return None if sequence is None else [e for e in sequence if e.get("name") not in self._without]

    def _type_of(self, element: etree._Element) -> etree._Element:
        name = element.get("type")
        found = element.find(f"{_XS}simpleType") if name is None else self._named(element, name)
        assert found is not None, "an element has a type"
        return found

    def _named(self, node: etree._Element, name: str) -> etree._Element | None:
        """A type by its qualified name, None for one of XML Schema itself."""
        prefix, _, local = name.rpartition(":")
        schema = self._schemas.get(node.nsmap[prefix or None])
        return None if schema is None else next(t for t in schema if t.get("name") == local)

    def _value(self, element: etree._Element) -> str:
        """What the type of the value looks like, behind what else is asked of it."""
        looks, others = "", ""
        for facets in self._restrictions(self._type_of(element)):
            patterns = facets.pop("pattern", [])
            looks = looks or _looks(facets)
            if facets["base"] != ["xs:date"]:
                others += "".join(f"(?=(?:{_within_value(pattern)})<)" for pattern in patterns)
            elif not all(re.fullmatch(pattern, _A_DAY) for pattern in patterns):
                raise ValueError("a pattern that tells days apart is not understood")
        return f"{others}(?:{looks})"

    def _restrictions(self, simple_type: etree._Element) -> Iterator[dict[str, list[str]]]:
        """The facets of a type and of those it is made from, the first of these first."""
        restriction = simple_type.find(f"{_XS}restriction")
        assert restriction is not None, "a simple type restricts another"
        base = restriction.get("base", "")
        earlier = self._named(restriction, base)
        if earlier is not None:
            yield from self._restrictions(earlier)
        facets: dict[str, list[str]] = {"base": [base]}
        for facet in restriction:
            facets.setdefault(str(facet.tag).removeprefix(_XS), []).append(facet.get("value", ""))
        yield facets


def _looks(facets: dict[str, list[str]]) -> str:
    """How a value of a basic type is written in the usual form."""
    (base,) = facets["base"]
    if "enumeration" in facets:
        return "|".join(map(re.escape, facets["enumeration"]))
    if base == "xs:string":
        shortest, longest = int(facets["minLength"][0]), int(facets.get("maxLength", [_LONGEST])[0])
        return f"{_VISIBLE}{_VISIBLE_OR_BLANK}{{{shortest - 1},{longest - 1}}}+"
    if base == "xs:date":
        return "[0-9]{4}-[0-9]{2}-[0-9]{2}"  # whether there is such a day, the reader finds out
    if base == "xs:integer" and facets["minInclusive"] == ["0"]:
        (most,) = facets["maxInclusive"]
        if not most.strip("9"):
            return f"0|[1-9][0-9]{{0,{len(most) - 1}}}+"
    raise ValueError(f"a value of {base} with {', '.join(facets)} has no usual form")


def _within_value(pattern: str) -> str:
    """A pattern of XML Schema that cannot look beyond the end of a value."""
    if "[^" in pattern or "[\\" in pattern:
        raise ValueError(f"the pattern {pattern} is not understood")
    return _TOKEN.sub(lambda token: _MEANS.get(token[0], token[0]), pattern)


@cache
def _schemas(message_type: MessageType) -> dict[str, etree._Element]:
    """The schema of a message and its base schema by namespace, in this order."""
    with as_file(files("schemas") / "xsd" / message_type.domain.value) as folder:
        names = {message_type.namespace: message_type.name, message_type.base_namespace: "basis"}
        return {
            space: etree.parse(folder / f"{name}.xsd", parser()).getroot() for space, name in names.items()
        }
