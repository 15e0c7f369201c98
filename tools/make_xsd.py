"""Write our XSDs of iJw and iWmo from schemas/xsd/basis.yaml and messages.yaml.

Run `python -m tools.make_xsd`; a test refuses schemas that differ from their source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from lxml import etree

from schemas.standard import MESSAGE_TYPES, RELEASE, Domain, MessageType

XSD_FOLDER: Final = Path(__file__).parents[1] / "schemas" / "xsd"
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_BOUNDS: Final = {"length": ("minLength", "maxLength"), "range": ("minInclusive", "maxInclusive")}
_OCCURS: Final = {"?": {"minOccurs": "0"}, "+": {"maxOccurs": "unbounded"}}


def schema_files() -> Iterator[tuple[str, bytes]]:
    """Path below schemas/xsd and content of every schema: one basis.xsd per domain, one per message."""
    basis = yaml.safe_load((XSD_FOLDER / "basis.yaml").read_text("utf-8"))
    messages = yaml.safe_load((XSD_FOLDER / "messages.yaml").read_text("utf-8"))["messages"]
    for domain in Domain:
        base_namespace = MESSAGE_TYPES[f"{domain.value.upper()}323"].base_namespace
        yield f"{domain.value}/basis.xsd", _basis(basis, domain, base_namespace)
    for message_type in MESSAGE_TYPES.values():
        path = f"{message_type.domain.value}/{message_type.name}.xsd"
        yield path, _message(messages[message_type.number], message_type)


def _basis(basis: Mapping[str, Any], domain: Domain, namespace: str) -> bytes:
    schema = _schema("basis.yaml", f"What all messages of i{domain.value} {RELEASE} share", {"b": namespace})
    for name, facets in basis["values"].items():
        _add_value(schema, name, facets, domain)
    for name, elements in basis["groups"].items():
        _add_group(schema, name, elements)
    return _text(schema)


def _message(message: Mapping[str, Any], message_type: MessageType) -> bytes:
    title = f"{message_type.name}. {message['means']}"
    namespaces = {"m": message_type.namespace, "b": message_type.base_namespace}
    schema = _schema("messages.yaml", title, namespaces)
    _add(schema, "import", namespace=message_type.base_namespace, schemaLocation="basis.xsd")
    _add(schema, "element", name="Bericht", type="m:Root")
    for name, elements in message["types"].items():
        _add_group(schema, name, elements, message_type.code)
    return _text(schema)


def _schema(source: str, title: str, namespaces: dict[str, str]) -> etree._Element:
    """An empty schema for the first of the namespaces."""
    schema = etree.Element(
        f"{_XS}schema",
        {"targetNamespace": next(iter(namespaces.values())), "elementFormDefault": "qualified"},
        nsmap={"xs": _XS[1:-1], **namespaces},
    )
    schema.append(etree.Comment(f" {title}. Written by tools/make_xsd.py from {source}. "))
    return schema


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _XS + tag, attributes)


def _add_value(schema: etree._Element, name: str, facets: Mapping[str, Any], domain: Domain) -> None:
    """A simple type. Cheap facets come first: the validator tests them in this order."""
    simple_type = _add(schema, "simpleType", name=name)
    _add(_add(simple_type, "annotation"), "documentation").text = facets["means"]
    restriction = _add(simple_type, "restriction", base=f"xs:{facets['is']}")
    for kind, names in _BOUNDS.items():
        for facet, bound in zip(names, facets.get(kind, "..").split(".."), strict=True):
            if bound:
                _add(restriction, facet, value=bound)
    allowed = facets.get("one_of", "")
    for value in (allowed if isinstance(allowed, str) else allowed[domain.value]).split():
        _add(restriction, "enumeration", value=value)
    if "pattern" in facets:
        _add(restriction, "pattern", value=facets["pattern"])


def _add_group(schema: etree._Element, name: str, elements: Mapping[str, str], code: str = "") -> None:
    """A complex type: a sequence of elements, nothing else."""
    sequence = _add(_add(schema, "complexType", name=name), "sequence")
    for key, value in elements.items():
        type_name, _, pattern = value.partition(" ~ ")
        qualified = ("b:" if type_name.startswith(("LDT_", "CDT_")) else "m:") + type_name
        element = _add(sequence, "element", name=key.rstrip("?+"))
        if pattern:
            restriction = _add(_add(element, "simpleType"), "restriction", base=qualified)
            _add(restriction, "pattern", value=pattern.replace("{code}", code))
        else:
            element.set("type", qualified)
        for attribute, occurs in _OCCURS.get(key[-1], {}).items():
            element.set(attribute, occurs)


def _text(schema: etree._Element) -> bytes:
    return etree.tostring(schema, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def main() -> None:
    """Write every schema."""
    for path, text in schema_files():
        file = XSD_FOLDER / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text)


if __name__ == "__main__":
    main()
