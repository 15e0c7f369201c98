"""Our schemas and the official ones accept and refuse the same documents.

The official schemas are not ours to hand out: ISTANDAARDEN_XSD_DIR names a folder that holds them in
`ijw/` and `iwmo/`. Without it these tests do not exist and one warning says so.
"""

from __future__ import annotations

import os
import warnings
from importlib.resources import files
from itertools import product
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from schemas.standard import MESSAGE_TYPES, Domain, MessageType
from schemas.xml.xsd import schema_for
from tests.schemas.model import XS, Element, all_elements, read_model
from tests.schemas.mutations import Workshop
from tests.schemas.texts import awkward

OFFICIAL = os.environ.get("ISTANDAARDEN_XSD_DIR")
OUR_FOLDER = Path(str(files("schemas"))) / "xsd"
DOCUMENTS = 5_000


def official_path(message_type: MessageType) -> Path:
    return Path(OFFICIAL or "") / f"i{message_type.domain.value}" / f"{message_type.name}.xsd"


def our_path(message_type: MessageType) -> Path:
    return OUR_FOLDER / message_type.domain.value / f"{message_type.name}.xsd"


def in_other_domain(message_type: MessageType) -> MessageType:
    (other,) = set(Domain) - {message_type.domain}
    return MESSAGE_TYPES[f"{other.value.upper()}{message_type.number}"]


def without_patterns(element: Element) -> Element:
    """Patterns may be written differently; what they accept is compared on texts."""
    value = element.value and element.value._replace(patterns=())
    return element._replace(value=value, children=tuple(map(without_patterns, element.children)))


def check_same_tree(message_type: MessageType) -> None:
    """Names, order, cardinality, type names and facets are equal, element by element."""
    ours = all_elements(without_patterns(read_model(our_path(message_type))))
    official = all_elements(without_patterns(read_model(official_path(message_type))))
    for our_element, official_element in zip(ours, official, strict=True):
        assert our_element == official_element


def check_same_outcome(message_type: MessageType) -> None:
    """Changed documents, drawn in turn from what either schema says, get the same outcome from both."""
    ours, official = schema_for(message_type), etree.XMLSchema(etree.parse(official_path(message_type)))
    rng = Random(message_type.name)
    other = read_model(our_path(in_other_domain(message_type)))
    workshops = [Workshop(read_model(p(message_type)), other, rng) for p in (our_path, official_path)]
    assert all(ours.validate(root) and official.validate(root) for shop in workshops for root in shop.pool)
    paths = list(workshops[0].declared)
    outcomes: dict[bool, list[str]] = {True: [], False: []}
    for number in range(DOCUMENTS):
        path = paths[number // 2 % len(paths)]
        root = workshops[number % 2].changed(path)
        accepted = ours.validate(root)
        assert accepted == official.validate(root), etree.tostring(root, encoding="unicode")
        outcomes[accepted].append(path)
    assert min(map(len, outcomes.values())) >= DOCUMENTS // 4
    assert set(outcomes[True]) == set(outcomes[False]) == set(paths)


def values_schema(path: Path, namespace: str, names: list[str]) -> etree.XMLSchema:
    """A schema in which every simple type of a base schema is the type of an element of the same name."""
    schema = etree.Element(f"{XS}schema", nsmap={"xs": XS[1:-1], "b": namespace})
    etree.SubElement(schema, f"{XS}import", namespace=namespace, schemaLocation=path.as_uri())
    for name in names:
        etree.SubElement(schema, f"{XS}element", name=name, type=f"b:{name}")
    return etree.XMLSchema(schema)


def check_same_values(domain: Domain) -> None:
    """Every simple type accepts the same texts: all short ones over an awkward alphabet, and long ones."""
    our_base = OUR_FOLDER / domain.value / "basis.xsd"
    official_base = Path(OFFICIAL or "") / f"i{domain.value}" / "basisschema.xsd"
    namespace = MESSAGE_TYPES[f"{domain.value.upper()}323"].base_namespace
    roots = [etree.parse(path).getroot() for path in (our_base, official_base)]
    names = [node.get("name", "") for node in roots[0].iter(f"{XS}simpleType")]
    ours, official = (values_schema(path, namespace, names) for path in (our_base, official_base))
    texts = [
        "".join(letters) for length in range(4) for letters in product(" \t\n\r.0ay:Z-À\u00a0", repeat=length)
    ]
    texts += [*awkward(), "a. \t" * 2_000, " " * 8_000, " \n" * 4_000 + "x", "x" * 8_000, "." * 8_000]
    texts += sorted({node.get("value", "") for root in roots for node in root.iter(f"{XS}enumeration")})
    for name in names:
        node = etree.Element(name)
        outcomes = set()
        for text in texts:
            node.text = text
            outcomes.add(accepted := ours.validate(node))
            assert accepted == official.validate(node), (name, text)
        assert outcomes == {True, False}, name


if OFFICIAL:

    @pytest.mark.parametrize("name", MESSAGE_TYPES)
    def test_same_tree(name: str) -> None:
        check_same_tree(MESSAGE_TYPES[name])

    @pytest.mark.parametrize("name", MESSAGE_TYPES)
    def test_same_outcome(name: str) -> None:
        check_same_outcome(MESSAGE_TYPES[name])

    @pytest.mark.parametrize("domain", Domain)
    def test_same_values(domain: Domain) -> None:
        check_same_values(domain)

else:

    def test_official_schemas_not_configured() -> None:
        message = "ISTANDAARDEN_XSD_DIR is not set: conformance with the official schemas was not tested"
        warnings.warn(message, stacklevel=1)
