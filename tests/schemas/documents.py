"""Valid documents of a message, written from what its schema says."""

from __future__ import annotations

from random import Random

from lxml import etree

from tests.schemas.model import XS, Element
from tests.schemas.texts import plain

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def document(model: Element, rng: Random, fullness: float) -> tuple[etree._Element, list[Element]]:
    """A valid document and the declaration of each of its elements, in document order.

    `fullness` is the chance that an optional element is there: 0 gives the smallest document, 1 the fullest.
    """
    message, base = namespaces(model)
    root = etree.Element(model.name, nsmap={"m": message, "b": base, "xs": XS[1:-1], "xsi": XSI})
    declared = [model]
    _fill(root, model, rng, fullness, declared)
    return root, declared


def namespaces(model: Element) -> tuple[str, str]:
    """Namespace of the message and of its base schema."""
    message = model.name[1:].partition("}")[0]
    family = message.rsplit("/", 2)[0]
    return message, f"{family}/basisschema/schema"


def _fill(
    node: etree._Element, model: Element, rng: Random, fullness: float, declared: list[Element]
) -> None:
    if model.value is not None:
        node.text = plain(model.value, rng)
    for child in model.children:
        times = int(child.required or rng.random() < fullness)
        if child.repeats and 0 < fullness < 1:
            times += rng.randint(0, 1)
        for _ in range(times):
            declared.append(child)
            _fill(etree.SubElement(node, child.name), child, rng, fullness, declared)
