"""What an element should have held, in words for people: per value, and from a finding of the schema."""

from __future__ import annotations

import re
from typing import Final

from schemas.standard import Domain, MessageType

DATES: Final = frozenset(
    {"Dagtekening", "Begindatum", "Einddatum", "DeclaratieDagtekening", "Datum"}
    | {"Toewijzingsdatum", "Ingangsdatum", "ToewijzingIngangsdatum"}
)

_LARGEST: Final = {
    "TotaalBedrag": 999_999_999_999,
    "Bedrag": 99_999_999,
    "ProductTarief": 99_999_999,
    "GeleverdVolume": 99_999_999,
    "Volume": 99_999_999,
    "Budget": 99_999_999,
    "ToewijzingNummer": 999_999_999,
    "Huisnummer": 99_999,
    "Volgorde": 99,
}
WHOLES: Final = frozenset(_LARGEST)

_LENGTHS: Final = {
    "Identificatie": 12, "ReferentieAanbieder": 36, "Code": 5, "ProductCode": 5, "Nummer": 20,
    "Achternaam": 200, "Voornamen": 200, "Voorvoegsel": 10, "Taal": 25, "Organisatie": 35,
    "Plaatsnaam": 80, "Emailadres": 80, "Straatnaam": 24, "Postcode": 8, "Landnummer": 4,
    "Huisletter": 1, "HuisnummerToevoeging": 4,
}  # fmt: skip

_WORDS: Final = {
    "BerichtVersie": "3",
    "BerichtSubversie": "2",
    "BasisschemaXsdVersie": "een versie als 1.0.0",
    "BerichtXsdVersie": "een versie als 1.0.0",
    "DeclaratieNummer": "1 tot en met 12 letters of cijfers",
    "ReferentieNummer": "1 tot en met 20 tekens",
    "VorigReferentieNummer": "1 tot en met 20 tekens",
    "Bsn": "9 cijfers",
    "DebetCredit": "C of D",
    "Eenheid": "een code uit WJ756: 01, 04, 14, 16, 82, 83 of 84",
    "Frequentie": "een code uit WMO757: 1, 2, 4 of 6",
    "StatusAanlevering": "een code uit COD467: 1, 2, 3 of 9",
    "DatumGebruik": "een code uit COD170: 1, 2 of 3",
    "Geslacht": "een code uit COD046: 0, 1 of 2",
    "NaamGebruik": "een code uit COD700: 1 tot en met 6",
    "Vorm": "een code uit COD747: 1, 2 of 3",
    "JuridischeStatus": "een code uit WJ232: 01, 02, 03, 04, 05, 11 of 12",
    "WettelijkeVertegenwoordiging": "een code uit WJ003: 06, 07, 08, 09 of 10",
    "LandCode": "een landcode uit COD032",
    "AanduidingWoonadres": "AB, BY, TO of WW",
    "Soort": "een code uit de codelijst van het element",
    "Toewijzingstijd": "een tijd als 09:30:00, zonder tijdzone",
    "Voorletters": "1 tot en met 6 letters",
    "Telefoonnummer": "1 tot en met 15 cijfers",
    "Commentaar": "tekst die niet leeg is",
}

_CATEGORIES: Final = {
    Domain.JW: "een code uit JZ020: 31 tot en met 38 of 40 tot en met 55",
    Domain.WMO: "een code uit WMO020: 01 tot en met 18",
}
_LISTS: Final = {
    "RedenBeeindiging": {Domain.JW: "een code uit JZ588", Domain.WMO: "een code uit WMO588"},
    "RedenWijziging": {Domain.JW: "een code uit JZ002", Domain.WMO: "een code uit WMO002"},
    "ProductCategorie": _CATEGORIES,
    "Categorie": _CATEGORIES,
}

_WANTED: Final = re.compile(r"Expected is (?:one of )?\( ([^()]*) \)\.\Z")


def expected_value(name: str, message_type: MessageType) -> str:
    """What the element `name` of this message holds when it is right, in Dutch."""
    if name in DATES:
        return "een bestaande datum JJJJ-MM-DD, zonder tijdzone"
    if name in WHOLES:
        return f"een geheel getal van 0 tot en met {_LARGEST[name]}"
    if name in _LENGTHS:
        return f"1 tot en met {_LENGTHS[name]} tekens, niet alleen spaties"
    if name in _LISTS:
        return _LISTS[name][message_type.domain]
    if name == "BerichtCode":
        return message_type.code
    if name in {"Afzender", "Ontvanger"}:
        municipality = (name == "Afzender") == (message_type.number == "301")
        return "een gemeentecode van 4 cijfers" if municipality else "een AGB-code van 8 cijfers"
    return _WORDS.get(name, "een waarde volgens het schema")


def expected_elements(finding: str) -> tuple[str, ...]:
    """The names of the elements that a finding of the schema says should have come, without namespace.

    Read from the end of the finding, which the schema wrote; what came from the message stands before.
    """
    match = _WANTED.search(finding)
    return tuple(name.rpartition("}")[2] for name in match[1].split(", ")) if match else ()
