"""What an element should have held, per value and from a finding of the schema.

Words between ⟨⟩ are translated for the reader.
"""

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
    "BasisschemaXsdVersie": "⟨version_like⟩ 1.0.0",
    "BerichtXsdVersie": "⟨version_like⟩ 1.0.0",
    "DeclaratieNummer": "1 ⟨up_to⟩ 12 ⟨letters_or_digits⟩",
    "ReferentieNummer": "1 ⟨up_to⟩ 20 ⟨characters⟩",
    "VorigReferentieNummer": "1 ⟨up_to⟩ 20 ⟨characters⟩",
    "Bsn": "9 ⟨digits⟩",
    "DebetCredit": "C ⟨or⟩ D",
    "Eenheid": "⟨code_of⟩ WJ756: 01, 04, 14, 16, 82, 83 ⟨or⟩ 84",
    "Frequentie": "⟨code_of⟩ WMO757: 1, 2, 4 ⟨or⟩ 6",
    "StatusAanlevering": "⟨code_of⟩ COD467: 1, 2, 3 ⟨or⟩ 9",
    "DatumGebruik": "⟨code_of⟩ COD170: 1, 2 ⟨or⟩ 3",
    "Geslacht": "⟨code_of⟩ COD046: 0, 1 ⟨or⟩ 2",
    "NaamGebruik": "⟨code_of⟩ COD700: 1 ⟨up_to⟩ 6",
    "Vorm": "⟨code_of⟩ COD747: 1, 2 ⟨or⟩ 3",
    "JuridischeStatus": "⟨code_of⟩ WJ232: 01, 02, 03, 04, 05, 11 ⟨or⟩ 12",
    "WettelijkeVertegenwoordiging": "⟨code_of⟩ WJ003: 06, 07, 08, 09 ⟨or⟩ 10",
    "LandCode": "⟨country_code_of⟩ COD032",
    "AanduidingWoonadres": "AB, BY, TO ⟨or⟩ WW",
    "Soort": "⟨code_of_element⟩",
    "Toewijzingstijd": "⟨time_like⟩ 09:30:00, ⟨no_timezone⟩",
    "Voorletters": "1 ⟨up_to⟩ 6 ⟨letters⟩",
    "Telefoonnummer": "1 ⟨up_to⟩ 15 ⟨digits⟩",
    "Commentaar": "⟨some_text⟩",
}

_CATEGORIES: Final = {
    Domain.JW: "⟨code_of⟩ JZ020: 31 ⟨up_to⟩ 38 ⟨or⟩ 40 ⟨up_to⟩ 55",
    Domain.WMO: "⟨code_of⟩ WMO020: 01 ⟨up_to⟩ 18",
}
_LISTS: Final = {
    "RedenBeeindiging": {Domain.JW: "⟨code_of⟩ JZ588", Domain.WMO: "⟨code_of⟩ WMO588"},
    "RedenWijziging": {Domain.JW: "⟨code_of⟩ JZ002", Domain.WMO: "⟨code_of⟩ WMO002"},
    "ProductCategorie": _CATEGORIES,
    "Categorie": _CATEGORIES,
}

_WANTED: Final = re.compile(r"Expected is (?:one of )?\( ([^()]*) \)\.\Z")


def expected_value(name: str, message_type: MessageType) -> str:
    """What the element `name` of this message holds when it is right."""
    if name in DATES:
        return "⟨existing_date⟩, ⟨no_timezone⟩"
    if name in WHOLES:
        return f"⟨whole_number⟩ 0 ⟨up_to⟩ {_LARGEST[name]}"
    if name in _LENGTHS:
        return f"1 ⟨up_to⟩ {_LENGTHS[name]} ⟨characters⟩, ⟨not_blank⟩"
    if name in _LISTS:
        return _LISTS[name][message_type.domain]
    if name == "BerichtCode":
        return message_type.code
    if name in {"Afzender", "Ontvanger"}:
        municipality = (name == "Afzender") == (message_type.number == "301")
        return "⟨municipality_code⟩" if municipality else "⟨agb_code⟩"
    return _WORDS.get(name, "⟨value_by_schema⟩")


def expected_elements(finding: str) -> tuple[str, ...]:
    """The names of the elements that a finding of the schema says should have come, without namespace.

    Read from the end of the finding, which the schema wrote; what came from the message stands before.
    """
    match = _WANTED.search(finding)
    return tuple(name.rpartition("}")[2] for name in match[1].split(", ")) if match else ()
