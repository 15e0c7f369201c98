"""Small changes to a document, harmless and harmful, each aimed at one element."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Final, NamedTuple

from lxml import etree

from tests.schemas.documents import XSI, document, namespaces
from tests.schemas.model import Element, all_elements
from tests.schemas.texts import edge, hostile, plain

_POOL: Final = 40


class Target(NamedTuple):
    """The element to change, what the schema says about it, and what may be drawn from."""

    node: etree._Element
    declared: Element
    workshop: Workshop

    @property
    def parent(self) -> etree._Element | None:
        """The enclosing element, None for the root."""
        return self.node.getparent()


Mutation = Callable[[Target, Random], None]


class Workshop:
    """Makes changed documents of one message. `other` is the same message in the other domain."""

    def __init__(self, model: Element, other: Element, rng: Random) -> None:
        self.rng = rng
        self.declared = {element.path: element for element in all_elements(model)}
        self.names = sorted({element.name for element in self.declared.values()})
        self.types = sorted({element.type_name for element in self.declared.values()} - {""})
        self.foreign = {element.path: element for element in all_elements(other)}
        self.spaces = (*namespaces(model), *namespaces(other), namespaces(model)[0].replace("3_2", "3_1"), "")
        self.pool: list[etree._Element] = []
        self.places: dict[str, list[tuple[int, int]]] = {path: [] for path in self.declared}
        for number in range(_POOL):
            root, declared = document(model, rng, (0.0, 1.0, 0.3, 0.8)[number % 4])
            self.pool.append(root)
            for position, element in enumerate(declared):
                self.places[element.path].append((number, position))

    def changed(self, path: str) -> etree._Element:
        """A document in which an element at this path was changed, now and then something else as well."""
        number, position = self.rng.choice(self.places[path])
        root = deepcopy(self.pool[number])
        nodes = list(root.iter())
        if self.rng.random() < 0.15:
            self.mutate(self.rng.choice(nodes))
        self.mutate(nodes[position], self.declared[path])
        return root

    def mutate(self, node: etree._Element, declared: Element | None = None) -> None:
        """Change one element in place; without a declaration only its surroundings are known."""
        if declared is None:
            mutation: Mutation = self.rng.choice((_comment, _attribute, _blank, _duplicate))
            declared = next(iter(self.declared.values()))
        elif declared.value is not None and self.rng.random() < 0.7:
            mutation = self.rng.choice((_retext, _retext_edge, _retext_edge, _retext_hostile))
        else:
            mutation = self.rng.choice(STRUCTURAL)
        mutation(Target(node, declared, self), self.rng)


def _retext(target: Target, rng: Random) -> None:
    assert target.declared.value is not None
    target.node.text = plain(target.declared.value, rng)


def _retext_edge(target: Target, rng: Random) -> None:
    assert target.declared.value is not None
    target.node.text = edge(target.declared.value, rng)


def _retext_hostile(target: Target, rng: Random) -> None:
    assert target.declared.value is not None
    foreign = target.workshop.foreign[target.declared.path].value
    target.node.text = hostile(target.declared.value, rng, foreign.allowed if foreign else ())


def _delete(target: Target, rng: Random) -> None:
    if target.parent is not None:
        target.parent.remove(target.node)


def _empty(target: Target, rng: Random) -> None:
    for child in list(target.node):
        target.node.remove(child)
    target.node.text = rng.choice((None, "", " ", "\n"))


def _duplicate(target: Target, rng: Random) -> None:
    if target.parent is not None:
        for _ in range(rng.choice((1, 1, 2, 20))):
            target.node.addnext(deepcopy(target.node))


def _swap(target: Target, rng: Random) -> None:
    following = target.node.getnext()
    if following is not None:
        following.addnext(target.node)


def _move(target: Target, rng: Random) -> None:
    """To the end of its parent, or to another place in the document."""
    root = target.node.getroottree().getroot()
    inside = set(target.node.iter())
    if target.parent is not None:
        places = [target.parent, *(place for place in root.iter("*") if place not in inside)]
        places[rng.choice((0, rng.randrange(len(places))))].append(target.node)


def _rename(target: Target, rng: Random) -> None:
    name = etree.QName(target.node)
    tag = rng.choice((
        f"{{{name.namespace}}}{name.localname.lower()}",
        f"{{{name.namespace}}}{name.localname}s",
        f"{{{name.namespace}}}{name.localname[:-1]}",
        rng.choice(target.workshop.names),
        "Onbekend",
    ))  # fmt: skip
    target.node.tag = tag


def _other_namespace(target: Target, rng: Random) -> None:
    """Of the element alone, or of the element and everything below it."""
    space = rng.choice(target.workshop.spaces)
    for node in target.node.iter("*") if rng.random() < 0.3 else (target.node,):
        local = etree.QName(node).localname
        node.tag = f"{{{space}}}{local}" if space else local


def _attribute(target: Target, rng: Random) -> None:
    message = target.workshop.spaces[0]
    name, value = rng.choice((
        ("id", "1"), ("xmlns_", ""), ("{http://www.w3.org/XML/1998/namespace}lang", "nl"),
        (f"{{{message}}}code", "x"), (f"{{{XSI}}}nil", "true"), (f"{{{XSI}}}nil", "false"),
        (f"{{{XSI}}}nil", "1"), (f"{{{XSI}}}nil", "yes"), (f"{{{XSI}}}schemaLocation", "odd"),
        (f"{{{XSI}}}schemaLocation", f"{message} nowhere.xsd"),
        (f"{{{XSI}}}noNamespaceSchemaLocation", "nowhere.xsd"),
        (f"{{{XSI}}}unknown", "1"),
    ))  # fmt: skip
    target.node.set(name, value)


def _type(target: Target, rng: Random) -> None:
    """xsi:type: its own type is fine, almost everything else is not."""
    own = target.declared.type_name or rng.choice(target.workshop.types)
    name = etree.QName(rng.choice((own, own, rng.choice(target.workshop.types))))
    prefix = "m" if name.namespace == target.workshop.spaces[0] else "b"
    built_in = rng.choice(("xs:string", "xs:anyType", "xs:integer", "b:LDT_Onbekend", "z:Tijd", ""))
    target.node.set(f"{{{XSI}}}type", rng.choice((f"{prefix}:{name.localname}", built_in)))


def _loose_text(target: Target, rng: Random) -> None:
    text = rng.choice(("los", "0", "\u00a0", "\u200b", "\n  x"))
    if len(target.node) and rng.random() < 0.5:
        target.node[-1].tail = text
    else:
        target.node.text = (target.node.text or "") + text


def _blank(target: Target, rng: Random) -> None:
    """Blanks around an element: harmless between elements."""
    text = rng.choice((" ", "\n", "\t\n  ", "\r"))
    if target.parent is not None:
        target.node.tail = text
    if len(target.node):
        target.node.text = text


def _comment(target: Target, rng: Random) -> None:
    """A comment or processing instruction inside the element, in the middle of its text if it has one."""
    note = rng.choice((etree.Comment("x"), etree.ProcessingInstruction("x", "y")))
    text = target.node.text or ""
    middle = rng.randint(0, len(text))
    target.node.text = text[:middle]
    note.tail = text[middle:]
    target.node.insert(0, note)


def _unknown_child(target: Target, rng: Random) -> None:
    name = rng.choice(
        ("Onbekend", rng.choice(target.workshop.names), f"{{{target.workshop.spaces[0]}}}Extra")
    )
    target.node.insert(rng.randint(0, len(target.node)), etree.Element(name))


def _transplant(target: Target, rng: Random) -> None:
    """Its place is taken by an element of another document."""
    if target.parent is not None:
        donor = rng.choice(list(rng.choice(target.workshop.pool).iter()))
        target.parent.replace(target.node, deepcopy(donor))


STRUCTURAL: Final = (
    _delete, _delete, _empty, _duplicate, _swap, _move, _rename, _other_namespace, _attribute, _attribute,
    _type, _type, _loose_text, _blank, _blank, _blank, _comment, _comment, _comment, _unknown_child,
    _transplant,
)  # fmt: skip
