"""The readers of 301, 305 and 307: every value where it belongs, or a fault that says which one is not."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from schemas.allocation import AllocationMessage, BirthDate, Contact, Name, Relation, Size
from schemas.delivery import Delivery, DeliveryMessage
from schemas.standard import MESSAGE_TYPES, RECEIVED, MessageType
from schemas.xml.fault import Fault
from schemas.xml.gate import Admitted, admit
from schemas.xml.read_allocation import read_allocation_message
from schemas.xml.read_declaration import read_declaration
from schemas.xml.read_delivery import read_delivery_message
from schemas.xml.read_header import read_header, value_fault
from tests.hostile.base import VALID, with_values
from tests.schemas.documents import document
from tests.schemas.model import read_model

_READERS = {
    "301": read_allocation_message,
    "305": read_delivery_message,
    "307": read_delivery_message,
    "323": read_declaration,
}
_TYPES = [t for t in MESSAGE_TYPES.values() if t.number in RECEIVED]


def _text(name: str, sender: str, receiver: str, body: str) -> str:
    message_type = MESSAGE_TYPES[name]
    return (
        f'<m:Bericht xmlns:m="{message_type.namespace}" xmlns:b="{message_type.base_namespace}">'
        f"<m:Header><m:BerichtCode>{message_type.code}</m:BerichtCode><m:BerichtVersie>3</m:BerichtVersie>"
        f"<m:BerichtSubversie>2</m:BerichtSubversie><m:Afzender>{sender}</m:Afzender>"
        f"<m:Ontvanger>{receiver}</m:Ontvanger><m:BerichtIdentificatie><b:Identificatie>B 1</b:Identificatie>"
        "<b:Dagtekening> 2026-04-08 </b:Dagtekening></m:BerichtIdentificatie><m:XsdVersie>"
        "<b:BasisschemaXsdVersie>1.0.0</b:BasisschemaXsdVersie><b:BerichtXsdVersie>2.0.1</b:BerichtXsdVersie>"
        f"</m:XsdVersie></m:Header><m:Client>{body}</m:Client></m:Bericht>"
    )


_PERSON = (
    "<m:Bsn>999991012</m:Bsn><m:Geboortedatum><b:Datum>2012-05-01</b:Datum>"
    "<b:DatumGebruik>1</b:DatumGebruik></m:Geboortedatum><m:Geslacht>2</m:Geslacht>"
)
_SHORT_NAME = "<m:Naam><b:Geslachtsnaam><b:Achternaam>Vos</b:Achternaam></b:Geslachtsnaam></m:Naam>"
_ADDRESS = (
    "<m:Soort>01</m:Soort><m:Adres><b:Huis><b:Huisnummer>012</b:Huisnummer></b:Huis>"
    "<b:Postcode>1111AA</b:Postcode><b:LandCode>NL</b:LandCode></m:Adres><m:Telefoon><b:Telefoon01>"
    "<b:Telefoonnummer>612345678</b:Telefoonnummer><b:Landnummer>0031</b:Landnummer></b:Telefoon01>"
    "</m:Telefoon><m:Periode><b:Begindatum>2026-01-01</b:Begindatum></m:Periode>"
)
_301 = _text(
    "JW301",
    "0384",
    "41410001",
    _PERSON + "<m:Naam><b:Geslachtsnaam><b:Achternaam>Vos</b:Achternaam></b:Geslachtsnaam><b:Partnernaam>"
    "<b:Achternaam>Das</b:Achternaam></b:Partnernaam><b:NaamGebruik>4</b:NaamGebruik></m:Naam>"
    "<m:Communicatie><b:Vorm>2</b:Vorm><b:Taal>Fries</b:Taal></m:Communicatie>"
    "<m:Relaties><m:Relatie><m:Nummer>1</m:Nummer><m:Soort>03</m:Soort><m:Naam><b:Geslachtsnaam>"
    "<b:Achternaam>Vos</b:Achternaam></b:Geslachtsnaam><b:NaamGebruik>1</b:NaamGebruik></m:Naam>"
    "<m:Contact><m:Soort>03</m:Soort></m:Contact></m:Relatie></m:Relaties>"
    f"<m:Contactgegevens><m:Contact>{_ADDRESS}</m:Contact></m:Contactgegevens>"
    "<m:ToegewezenProducten><m:ToegewezenProduct><m:ToewijzingNummer>001001</m:ToewijzingNummer>"
    "<m:ReferentieAanbieder>REF-7</m:ReferentieAanbieder>"
    "<m:Product><b:Categorie>45</b:Categorie><b:Code>45A04</b:Code></m:Product>"
    "<m:Toewijzingsdatum>2025-12-31</m:Toewijzingsdatum><m:Toewijzingstijd>24:00:00</m:Toewijzingstijd>"
    "<m:Ingangsdatum>2026-01-01</m:Ingangsdatum><m:Einddatum>2026-12-31</m:Einddatum>"
    "<m:RedenWijziging>05</m:RedenWijziging><m:Omvang><b:Volume>20</b:Volume><b:Eenheid>04</b:Eenheid>"
    "<b:Frequentie>4</b:Frequentie></m:Omvang></m:ToegewezenProduct>"
    "<m:ToegewezenProduct><m:ToewijzingNummer>1002</m:ToewijzingNummer>"
    "<m:Toewijzingsdatum>2026-01-02</m:Toewijzingsdatum><m:Toewijzingstijd>09:30:00.5</m:Toewijzingstijd>"
    "<m:Ingangsdatum>2026-02-01</m:Ingangsdatum><m:Budget>500000</m:Budget></m:ToegewezenProduct>"
    "</m:ToegewezenProducten>",
)
_305 = _text(
    "WMO305",
    "41420001",
    "0384",
    _PERSON + _SHORT_NAME + "<m:StartProducten><m:StartProduct><m:ToewijzingNummer>1001</m:ToewijzingNummer>"
    "<m:Product><b:Categorie>01</b:Categorie></m:Product>"
    "<m:ToewijzingIngangsdatum>2026-01-01</m:ToewijzingIngangsdatum><m:Begindatum>2026-01-05</m:Begindatum>"
    "<m:StatusAanlevering>1</m:StatusAanlevering></m:StartProduct><m:StartProduct>"
    "<m:Begindatum>2026-01-06</m:Begindatum><m:StatusAanlevering>3</m:StatusAanlevering></m:StartProduct>"
    "</m:StartProducten>",
)
_307 = _text(
    "JW307",
    "41410001",
    "0384",
    _PERSON + _SHORT_NAME + "<m:StopProducten><m:StopProduct><m:ToewijzingNummer>1001</m:ToewijzingNummer>"
    "<m:Product><b:Categorie>45</b:Categorie><b:Code>45A04</b:Code></m:Product>"
    "<m:Begindatum>2026-01-05</m:Begindatum><m:RedenBeeindiging>31</m:RedenBeeindiging>"
    "<m:Einddatum>2026-03-31</m:Einddatum><m:StatusAanlevering>1</m:StatusAanlevering></m:StopProduct>"
    "</m:StopProducten>",
)


def _admitted(text: str) -> Admitted:
    result = admit(text.encode())
    assert isinstance(result, Admitted), result
    return result


def _allocations(text: str) -> AllocationMessage | Fault:
    admitted = _admitted(text)
    return read_allocation_message(admitted.root, admitted.message_type)


def _deliveries(text: str) -> DeliveryMessage | Fault:
    admitted = _admitted(text)
    return read_delivery_message(admitted.root, admitted.message_type)


def test_a_301_is_read() -> None:
    message = _allocations(_301)
    assert isinstance(message, AllocationMessage)
    assert (message.header.municipality, message.header.provider) == ("0384", "41410001")
    client = message.client
    assert (client.bsn, client.birth_date) == ("999991012", BirthDate(date(2012, 5, 1), "1"))
    assert client.name == Name(True, "4")
    assert (client.communication_form, client.communication_language) == ("2", "Fries")
    assert client.contacts == (Contact("01", 12, True, "1111AA", "NL", True, date(2026, 1, 1), None),)
    nowhere = Contact("03", None, False, None, None, False, None, None)
    assert client.relations == (Relation("1", None, Name(False, "1"), nowhere),)
    specific, generic = message.allocations
    assert (specific.number, specific.bsn, specific.provider_reference) == (1001, "999991012", "REF-7")
    assert (specific.category, specific.code, specific.size) == ("45", "45A04", Size(20, "04", "4"))
    assert (specific.start, specific.end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (specific.change_reason, specific.decided_at) == ("05", "2026-01-01T00:00:00")
    assert (generic.category, generic.code, generic.size, generic.end) == (None, None, None, None)
    assert (generic.budget_cents, generic.change_reason) == (500_000, None)
    assert generic.decided_at == "2026-01-02T09:30:00.500000"


def test_a_305_is_read() -> None:
    message = _deliveries(_305)
    assert isinstance(message, DeliveryMessage)
    assert (message.header.municipality, message.header.provider) == ("0384", "41420001")
    assert (message.bsn, message.birth_date) == ("999991012", BirthDate(date(2012, 5, 1), "1"))
    started, task_based = message.products
    first = (0, 1001, "01", None, date(2026, 1, 1), date(2026, 1, 5), None, None, "1")
    assert started == Delivery(*first)
    assert task_based == Delivery(1, None, None, None, None, date(2026, 1, 6), None, None, "3")
    assert not started.is_stop


def test_a_307_is_read() -> None:
    message = _deliveries(_307)
    assert isinstance(message, DeliveryMessage)
    (stop,) = message.products
    assert (stop.category, stop.code, stop.allocation_start) == ("45", "45A04", None)
    assert (stop.begin, stop.end, stop.end_reason) == (date(2026, 1, 5), date(2026, 3, 31), "31")
    assert stop.is_stop


def test_a_header_keeps_what_an_answer_repeats() -> None:
    admitted = _admitted(_307)
    header = read_header(admitted.root, admitted.message_type)
    assert not isinstance(header, Fault)
    assert (header.identification, header.dated_on) == ("B 1", date(2026, 4, 8))
    assert header.dated_on_text == " 2026-04-08 "
    assert (header.base_schema_version, header.message_schema_version) == ("1.0.0", "2.0.1")


@pytest.mark.parametrize(
    ("text", "old", "path"),
    [
        (_301, "2012-05-01", "Bericht/Client/Geboortedatum/Datum"),
        (_301, ">2026-01-02<", "Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]/Toewijzingsdatum"),
        (_301, ">2026-02-01<", "Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]/Ingangsdatum"),
        (_305, "2026-01-06", "Bericht/Client/StartProducten/StartProduct[2]/Begindatum"),
        (_307, "2026-03-31", "Bericht/Client/StopProducten/StopProduct[1]/Einddatum"),
        (_307, " 2026-04-08 ", "Bericht/Header/BerichtIdentificatie/Dagtekening"),
    ],
)
def test_a_year_beyond_9999_refuses_the_message_and_says_where(text: str, old: str, path: str) -> None:
    new = old.replace("20", "120", 1)
    admitted = _admitted(text.replace(old, new))
    result = _READERS[admitted.message_type.number](admitted.root, admitted.message_type)
    assert isinstance(result, Fault)
    assert (result.outcome, result.reason, result.path) == ("refused", "value", path)
    assert result.found == new.strip("<> ")
    assert {result.sender, result.receiver} == {"0384", "41410001"} or result.receiver == "0384"


def test_a_moment_beyond_the_last_day_refuses() -> None:
    result = _allocations(_301.replace("2025-12-31", "9999-12-31"))
    assert isinstance(result, Fault)
    assert result.path == "Bericht/Client/ToegewezenProducten/ToegewezenProduct[1]/Toewijzingstijd"


def test_the_fault_of_a_value_is_found_below_any_element() -> None:
    admitted = _admitted(with_values({"Einddatum": "-2026-03-31"}, VALID))
    header = read_header(admitted.root, admitted.message_type)
    assert not isinstance(header, Fault)
    everywhere = value_fault(header, admitted.root)
    (leaf,) = [e for e in admitted.root.iter() if e.text == "-2026-03-31"]
    assert everywhere == value_fault(header, leaf)
    assert everywhere.found == "-2026-03-31"


@pytest.mark.parametrize("message_type", _TYPES, ids=lambda t: t.name)
def test_every_valid_message_is_read(message_type: MessageType) -> None:
    folder = Path(str(files("schemas"))) / "xsd" / message_type.domain.value
    model = read_model(folder / f"{message_type.name}.xsd")
    for seed in range(20):
        root, _ = document(model, Random(seed), seed / 19)
        admitted = _admitted(etree.tostring(root, encoding="unicode"))
        result = _READERS[message_type.number](admitted.root, message_type)
        if isinstance(result, Fault):
            assert result.reason == "value"
        else:
            assert result.header.message_type == message_type
