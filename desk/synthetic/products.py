"""The product list of a synthetic region and what its products cost. Prices are invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from contracts.tables import ProductRow, TariffRow
from schemas.money import half_up
from schemas.standard import Domain


class Product(NamedTuple):
    """A product: its price of the first year in cents per unit, what a client uses in a week, and
    how often it is allocated compared with the others."""

    domain: Domain
    category: str
    code: str
    unit: str
    name: str
    cents: int
    weekly: tuple[int, int]
    weight: int
    segment: str

    @property
    def is_output(self) -> bool:
        """Paid by result: pieces (82) or euros (83). The others are effort (OC-21)."""
        return self.unit in {"82", "83"}


_JW, _WMO = Domain.JW, Domain.WMO

PRODUCTS: Final = (
    Product(_JW, "45", "45A04", "04", "Ambulante jeugdhulp, specialistisch", 9360, (1, 3), 20, "ambulant"),
    Product(_JW, "45", "45A05", "04", "Ambulante jeugdhulp, regulier", 7555, (1, 3), 20, "ambulant"),
    Product(_JW, "45", "45C11", "84", "Consult ambulante jeugdhulp", 11500, (1, 1), 6, "ambulant"),
    Product(_JW, "45", "45C10", "82", "Diagnostisch onderzoek", 62500, (1, 1), 4, "ambulant"),
    Product(_JW, "40", "40A04", "04", "Persoonlijke verzorging", 5600, (1, 3), 8, "ambulant"),
    Product(_JW, "54", "54A02", "01", "Behandeling jeugd-ggz", 175, (45, 120), 18, "ggz"),
    Product(_JW, "41", "41A03", "16", "Dagbehandeling", 5550, (2, 4), 8, "dag"),
    Product(_JW, "42", "42A03", "84", "Vervoer naar dagbehandeling", 1850, (2, 6), 5, "dag"),
    Product(_JW, "50", "50B01", "83", "Jeugdhulparrangement", 1, (7500, 15000), 6, "arrangement"),
    Product(_JW, "43", "43A01", "14", "Verblijf met behandeling", 21000, (1, 2), 3, "verblijf"),
    Product(_JW, "44", "44A09", "14", "Verblijf zonder behandeling", 16500, (1, 2), 2, "verblijf"),
    Product(_WMO, "02", "02A05", "04", "Begeleiding", 6800, (1, 3), 20, "begeleiding"),
    Product(_WMO, "02", "02A06", "04", "Begeleiding, gespecialiseerd", 8200, (1, 3), 10, "begeleiding"),
    Product(_WMO, "01", "01A03", "04", "Hulp bij het huishouden", 3420, (2, 4), 30, "huishouden"),
    Product(_WMO, "03", "03A04", "04", "Persoonlijke verzorging", 5400, (1, 3), 6, "begeleiding"),
    Product(_WMO, "10", "10A02", "01", "Individuele begeleiding, kort", 105, (60, 120), 6, "begeleiding"),
    Product(_WMO, "07", "07A12", "16", "Dagbesteding", 4875, (2, 4), 14, "dag"),
    Product(_WMO, "08", "08A03", "84", "Vervoer naar dagbesteding", 1425, (2, 8), 8, "dag"),
    Product(_WMO, "06", "06B02", "83", "Ondersteuningsarrangement", 1, (6000, 14000), 4, "arrangement"),
    Product(_WMO, "13", "13B01", "82", "Woningaanpassing", 48500, (1, 1), 2, "hulpmiddelen"),
    Product(_WMO, "04", "04A02", "14", "Kortdurend verblijf", 11800, (1, 2), 3, "verblijf"),
    Product(_WMO, "15", "15A11", "14", "Beschermd wonen", 9850, (2, 3), 3, "verblijf"),
)

SECTORS: Final = {"Sociaal Werk": 960, "VVT": 980, "Jeugdzorg": 1000, "GGZ": 1060}
"""CAOs the region calculates with, and their price in thousandths; the first is the base tariff."""

BASE_SECTOR: Final = "Sociaal Werk"
MICRO_THOUSANDTHS: Final = 950
OWN_THOUSANDTHS: Final = 1080
YEARLY_THOUSANDTHS: Final = 40


@cache
def of_domain(domain: Domain) -> tuple[Product, ...]:
    """The products of one legal domain, in the order of the list."""
    return tuple(product for product in PRODUCTS if product.domain is domain)


def has_own_tariff(product: Product) -> bool:
    """Whether the product allows a tariff of the provider's own: the first of each domain does."""
    return product.code in {"45A04", "02A05"}


def tariff_cents(product: Product, years: int, sector: str, *, micro: bool = False, own: bool = False) -> int:
    """Price in cents per unit, `years` after the first year of the register.

    A price by result (82) is one for everybody. An addendum (`own`) is all-in: no micro variant.
    """
    if product.unit == "82":
        thousandths = 1000
    elif own:
        thousandths = OWN_THOUSANDTHS
    else:
        thousandths = half_up(SECTORS[sector] * (MICRO_THOUSANDTHS if micro else 1000), 1000)
    return half_up(product.cents * thousandths * (1000 + YEARLY_THOUSANDTHS * years), 1_000_000)


def product_rows(valid_from: date) -> Iterator[ProductRow]:
    """The product list as register rows."""
    for product in PRODUCTS:
        yield ProductRow.model_validate({
            "domain": product.domain.value,
            "category": product.category,
            "code": product.code,
            "unit": product.unit,
            "name": product.name,
            "valid_from": valid_from,
            "segment": product.segment,
            "own_tariff_allowed": has_own_tariff(product),
        })  # fmt: skip


def tariff_rows(first_year: int, last_year: int) -> Iterator[TariffRow]:
    """Sector tariffs, their micro variants and the tariffs for everybody, one version a year."""
    for year in range(first_year, last_year + 1):
        for product in PRODUCTS:
            if product.unit == "83":
                continue
            sectors: tuple[str | None, ...] = (None,) if product.unit == "82" else tuple(SECTORS)
            for sector in sectors:
                for micro in (False, True) if sector else (False,):
                    cents = tariff_cents(product, year - first_year, sector or BASE_SECTOR, micro=micro)
                    yield tariff_row(product, year, cents, sector=sector, micro=micro)


def tariff_row(
    product: Product,
    year: int,
    cents: int,
    *,
    sector: str | None = None,
    micro: bool = False,
    agb: str | None = None,
) -> TariffRow:
    """One price of one year."""
    return TariffRow.model_validate({
        "domain": product.domain.value,
        "code": product.code,
        "unit": product.unit,
        "cents": cents,
        "valid_from": date(year, 1, 1),
        "valid_until": date(year, 12, 31),
        "cao": sector,
        "micro": micro,
        "agb": agb,
        "document": "ADD-" + agb if agb else None,
    })  # fmt: skip
