"""Return messages on every kind of valid 305 and 307: valid, and the received message unchanged in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from schemas.standard import MESSAGE_TYPES, MessageType, answer_type
from schemas.xml.parser import parser
from schemas.xml.write_returns import return_message
from schemas.xml.xsd import schema_for
from tests.schemas.documents import document
from tests.schemas.model import read_model

OFFICIAL = os.environ.get("ISTANDAARDEN_XSD_DIR")
RECEIVED = ("JW305", "WMO305", "JW307", "WMO307")
ADDED = {"IdentificatieRetour", "DagtekeningRetour", "XsdVersieRetour", "RetourCodes"}
SENT_ON = date(2026, 4, 13)


def schemas_of(message_type: MessageType) -> Iterator[etree.XMLSchema]:
    """Our schema of a message, and the official one where there is one to compare with."""
    yield schema_for(message_type)
    if OFFICIAL:
        path = Path(OFFICIAL) / f"i{message_type.domain.value}" / f"{message_type.name}.xsd"
        yield etree.XMLSchema(etree.parse(path))


def received(message_type: MessageType, rng: Random, fullness: float) -> etree._Element:
    """A valid message as it comes out of the parser."""
    folder = Path(str(files("schemas"))) / "xsd" / message_type.domain.value
    root, _ = document(read_model(folder / f"{message_type.name}.xsd"), rng, fullness)
    assert schema_for(message_type).validate(root)
    return etree.fromstring(etree.tostring(root, pretty_print=True), parser())


def every_class(root: etree._Element) -> dict[str, tuple[str, ...]]:
    """Codes for all classes of a message, of which the first product has two."""
    kind = "StartProduct" if root.find("{*}Client/{*}StartProducten") is not None else "StopProduct"
    products = len(root.findall(f".//{{*}}{kind}"))
    container = kind.replace("Product", "Producten")
    paths = [f"Client/{container}/{kind}[{n}]" for n in range(1, products + 1)]
    codes = dict.fromkeys(["Header", "Client", *paths], ("0200",))
    return codes | {paths[0]: ("9019", "9074")}


def told(root: etree._Element, leave_out: frozenset[str] = frozenset()) -> list[tuple[str, str | None]]:
    """Names and texts of a message in document order, without the classes an answer adds."""
    name = etree.QName(root).localname
    if name in leave_out:
        return []
    text = None if len(root) else root.text
    return [(name, text), *(item for child in root for item in told(child, leave_out))]


def codes_in(element: etree._Element | None) -> list[str]:
    assert element is not None
    return [code.text or "" for code in element.findall("{*}RetourCodes/{*}RetourCode")]


@pytest.mark.parametrize("name", RECEIVED)
@pytest.mark.parametrize("fullness", [0.0, 0.5, 1.0])
def test_a_return_message_is_valid_and_repeats_what_was_received(name: str, fullness: float) -> None:
    message_type = MESSAGE_TYPES[name]
    kind = answer_type(message_type)
    rng = Random(f"{name} {fullness}")
    for _ in range(20):
        root = received(message_type, rng, fullness)
        codes = every_class(root)
        answer = etree.fromstring(return_message(root, message_type, "R1", SENT_ON, codes), parser())
        for schema in schemas_of(kind):
            schema.assertValid(answer)
        before, after = told(root), told(answer, frozenset(ADDED))
        code = ("BerichtCode", message_type.code)
        assert after == [("BerichtCode", kind.code) if item == code else item for item in before]
        assert codes_in(answer[0]) == codes_in(answer[1]) == ["0200"]
        first, *others = answer[1].findall("{*}StartProducten/*") + answer[1].findall("{*}StopProducten/*")
        assert codes_in(first) == ["9019", "9074"]
        assert all(codes_in(other) == ["0200"] for other in others)


@pytest.mark.parametrize("name", RECEIVED)
@pytest.mark.parametrize("codes", [{}, {"Header": ("0001",)}, {"Header": ("9056", "S300")}])
def test_without_a_fault_in_the_client_only_the_header_is_sent(
    name: str, codes: dict[str, tuple[str, ...]]
) -> None:
    message_type = MESSAGE_TYPES[name]
    root = received(message_type, Random(name), 1.0)
    answer = etree.fromstring(return_message(root, message_type, "R1", SENT_ON, codes), parser())
    for schema in schemas_of(answer_type(message_type)):
        schema.assertValid(answer)
    assert len(answer) == 1
    assert codes_in(answer[0]) == list(codes.get("Header", ()))
    assert (answer[0].find("{*}RetourCodes") is None) is (not codes)
    assert answer[0].findtext("{*}IdentificatieRetour") == "R1"
    assert answer[0].findtext("{*}DagtekeningRetour") == "2026-04-13"
    assert [v.text for v in answer[0].findall("{*}XsdVersieRetour/*")] == ["1.0.0", "1.0.0"]


def test_bytes_are_utf_8_with_cr_lf_and_without_byte_order_mark() -> None:
    message_type = MESSAGE_TYPES["JW305"]
    root = received(message_type, Random(1), 1.0)
    surname = root.find(".//{*}Achternaam")
    assert surname is not None
    surname.text = "Çelik & <Zoë>"
    data = return_message(root, message_type, "R1", SENT_ON, every_class(root))
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\r\n<')
    assert data.count(b"\n") == data.count(b"\r\n") > 10
    assert "Çelik &amp; &lt;Zoë&gt;".encode() in data
    assert data == return_message(root, message_type, "R1", SENT_ON, every_class(root))


def test_blanks_around_a_number_stay_as_they_were_written() -> None:
    message_type = MESSAGE_TYPES["WMO307"]
    root = received(message_type, Random(2), 1.0)
    number = root.find(".//{*}ToewijzingNummer")
    assert number is not None
    number.text = " 007\n"
    answer = etree.fromstring(return_message(root, message_type, "R1", SENT_ON, every_class(root)), parser())
    assert answer.findtext(".//{*}ToewijzingNummer") == " 007\n"
