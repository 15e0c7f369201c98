"""The house: one price list for all municipalities, unless what was agreed differs between them."""

from datetime import date

import pytest

from contracts.register import Register
from contracts.tables import TariffRow
from rules.facts import Choices
from schemas.standard import Domain
from streams.house import House

_DAY = date(2026, 1, 1)


def _house(*local: TariffRow) -> House:
    row = TariffRow(domain="jw", code="45A04", unit="04", valid_from=_DAY, cents=100)
    house = House(Choices())
    house.use(Register(1, {"tariffs": (row, *local)}))
    return house


def _cents(house: House, municipality: str) -> int | None:
    prices = house.prices(municipality, "41410001", Domain.JW)
    return prices.price("45A04", "04", _DAY, allocation=1, bsn="", allocation_start=None).cents


def test_a_tariff_for_one_municipality_is_for_no_other() -> None:
    house = _house(
        TariffRow(domain="jw", code="45A04", unit="04", valid_from=_DAY, cents=200, municipality="0307")
    )
    assert [_cents(house, municipality) for municipality in ("0384", "0307", "0384")] == [100, 200, 100]


@pytest.mark.parametrize("domain", [Domain.JW, Domain.WMO])
def test_one_price_list_serves_all_municipalities(domain: Domain) -> None:
    house = _house()
    assert house.prices("0384", "41410001", domain) is house.prices("0307", "41410001", domain)
    assert house.prices("0384", "41410001", domain) is not house.prices("0384", "41410002", domain)


def test_a_new_register_has_new_prices() -> None:
    house = _house()
    assert _cents(house, "0384") == 100
    house.use(Register(2, {}))
    assert _cents(house, "0384") is None
