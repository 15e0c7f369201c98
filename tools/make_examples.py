"""Write the messages below examples/, which go with the register in examples/region, and custom contracts.

Run `python -m tools.make_examples`; a test refuses messages that differ from their source. Clients
do not exist: their numbers come from the range kept for tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from contracts.tables import TABLES
from desk.synthetic.custom_contracts import custom_contracts
from desk.synthetic.numbers import bsns
from desk.synthetic.register import csv_text
from desk.synthetic.wire import Person, WireLine, allocation_xml, declaration_xml
from schemas.allocation import Allocation, Size
from schemas.standard import Domain

EXAMPLES: Final = Path(__file__).parents[1] / "examples"
_MONTH: Final = date(2026, 3, 1)
_LAST_DAY: Final = date(2026, 3, 31)
_DECIDED_ON: Final = date(2025, 12, 10)
_DECLARED_ON: Final = date(2026, 4, 7)


class _Care(NamedTuple):
    """One client with one allocation: `volume` units per `frequency`."""

    domain: Domain
    municipality: str
    provider: str
    number: int
    category: str
    code: str
    unit: str
    volume: int
    frequency: str
    born_on: date


_CARE: Final = (
    _Care(Domain.JW, "0384", "41410001", 70101, "45", "45A04", "04", 4, "2", date(2012, 5, 17)),
    _Care(Domain.JW, "0384", "41410001", 70102, "45", "45A05", "04", 10, "4", date(2014, 11, 2)),
    _Care(Domain.JW, "0384", "41410001", 70103, "43", "43A01", "14", 31, "4", date(2010, 1, 29)),
    _Care(Domain.JW, "0384", "41410003", 70104, "45", "45A04", "04", 20, "4", date(2013, 8, 8)),
    _Care(Domain.WMO, "0377", "41420001", 70105, "01", "01A03", "04", 2, "2", date(1944, 3, 12)),
    _Care(Domain.WMO, "0377", "41420001", 70106, "02", "02A05", "04", 6, "2", date(1951, 7, 30)),
)
_BSN: Final = dict(zip((care.number for care in _CARE), bsns(), strict=False))
_BY_NUMBER: Final = {care.number: care for care in _CARE}


def example_messages() -> Iterator[tuple[str, bytes]]:
    """Every message with its path below examples/."""
    for care in _CARE:
        name = f"{care.domain.value}301-{care.municipality}-{care.provider}-{care.number}.xml"
        yield f"messages/1-allocations/{name}", _allocation_message(care)
    tree = _declaration(
        "MAART1", [_line("R1001", 70101, 16, 10076), _line("R1002", 70102, 12, 7555),
                    _line("R1003", 70103, 31, 21000)],
    )  # fmt: skip
    atelier = _declaration("202603", [_line("R2001", 70104, 20, 9184)])
    help_at_home = _declaration(
        "W2603", [_line("R3001", 70105, 12, 3420), _line("R3002", 70106, 20, 6800, allocation=70160)]
    )
    corrected = _declaration("MAART2", [_line("R1004", 70102, 10, 7555), _line("R1005", 70103, 31, 23500)])
    broken = _declaration("202603B", [_line("R2002", 70104, 1, 9184)]).replace(b"2026-03-31", b"31-03-2026")
    yield "messages/2-declarations/jw323-0384-41410001.xml", tree
    yield "messages/2-declarations/jw323-0384-41410003.xml", atelier
    yield (
        "messages/2-declarations/jw323-0384-41410003-broken.xml",
        broken.replace(b"2026-03-31", b"31-03-2026"),
    )
    yield "messages/2-declarations/wmo323-0377-41420001.xml", help_at_home
    yield "corrected/jw323-0384-41410001.xml", corrected


def _allocation_message(care: _Care) -> bytes:
    person = Person(
        _BSN[care.number], "Voorbeeld", "V", care.born_on, "2", "Merelhof", care.number % 100, "1000XX",
        "Voorbeeldstad",
    )  # fmt: skip
    allocation = Allocation(
        care.number, person.bsn, care.category, care.code, Size(care.volume, care.unit, care.frequency), None,
        date(2026, 1, 1), date(2026, 12, 31), None, f"{_DECIDED_ON}T10:00:00",
    )  # fmt: skip
    return allocation_xml(
        care.domain, care.municipality, care.provider, f"T{care.number}", _DECIDED_ON,
        person=person, allocations=[allocation],
    )  # fmt: skip


class _Claimed(NamedTuple):
    """A line with the care it belongs to; a wrong allocation number does not change the client."""

    care: _Care
    line: WireLine


def _line(reference: str, number: int, volume: int, tariff_cents: int, allocation: int = 0) -> _Claimed:
    care = _BY_NUMBER[number]
    line = WireLine(
        reference, None, allocation or number, care.category, care.code, _MONTH, _LAST_DAY, volume, care.unit,
        tariff_cents, volume * tariff_cents,
    )  # fmt: skip
    return _Claimed(care, line)


def _declaration(identification: str, claimed: list[_Claimed]) -> bytes:
    care = claimed[0].care
    return declaration_xml(
        care.domain, care.municipality, care.provider, identification, _DECLARED_ON,
        number=f"D{identification}", month=_MONTH, signed_on=_DECLARED_ON,
        clients=[(_BSN[each.care.number], [each.line]) for each in claimed],
    )  # fmt: skip


def example_registers() -> Iterator[tuple[str, bytes]]:
    """Every table of the custom contracts that were taken over, with its path below examples/."""
    for table, rows in custom_contracts(seed=2025).items():
        text = csv_text(TABLES[table], rows).replace("\r\n", "\n")
        yield f"registers/custom-contracts/{table}.csv", text.encode()


def main() -> None:
    """Write every message and table."""
    for path, content in (*example_messages(), *example_registers()):
        file = EXAMPLES / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()
