"""Custom contracts of municipalities that a region took over: 179 of them with 91 providers (CT-08).

The counts are those of the decision that moved them; providers, allocations and prices are invented.
33 contracts are with providers that the region had under contract for other products: they become CSAs.
Of the other 146 those for one client become URCs, those for a place or a group stay local.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count
from random import Random
from typing import Final, NamedTuple

from contracts.contract_tables import ProcurementThresholdRow
from contracts.tables import (
    AgreementRow,
    MunicipalityRow,
    ProductRow,
    ProviderRow,
    Row,
    TariffRow,
)
from desk.synthetic.products import Product, of_domain
from desk.synthetic.register import iban
from schemas.money import half_up
from schemas.standard import Domain

CONTRACTS: Final = 179
PROVIDERS: Final = 91
OF_KNOWN: Final = 33
_KNOWN_PROVIDERS: Final = 17
_TOWNS: Final = (("0406", "Huizen"), ("0376", "Blaricum"), ("0317", "Eemnes"), ("0417", "Laren"))
_BEGIN: Final = date(2025, 7, 1)
_OLD: Final = date(2021, 1, 1)
_PRICED: Final = tuple(p for p in of_domain(Domain.JW) if p.unit != "83")


class _Custom(NamedTuple):
    """One contract as it was taken over."""

    number: int
    agb: str
    known: bool
    town: str
    product: Product
    cents: int
    until: date


def custom_contracts(seed: int) -> Mapping[str, tuple[Row, ...]]:
    """The register of the region after it took the contracts over; the same seed, the same rows."""
    rng = Random(seed)
    agbs = [f"41416{number:03d}" for number in range(1, PROVIDERS + 1)]
    contracts = tuple(_contracts(rng, agbs))
    known = {contract.agb for contract in contracts if contract.known}
    rows: dict[str, tuple[Row, ...]] = {
        "municipalities": tuple(
            MunicipalityRow(code=code, name=name, valid_from=date(2015, 1, 1), region="Gooi en Vechtstreek")
            for code, name in _TOWNS
        ),
        "providers": tuple(
            ProviderRow(agb=agb, name=f"Aanbieder {agb[-3:]}", iban=iban(int(agb)), iban_valid_from=_OLD)
            for agb in agbs
        ),
        "products": tuple(_products()),
        "agreements": (*_regular(sorted(known)), *(_agreement(rng, each) for each in contracts)),
        "tariffs": (*_regional(), *(_tariff(each) for each in contracts)),
        "procurement_thresholds": (ProcurementThresholdRow(amount_cents=75_000_000, valid_from=_OLD),),
    }
    return rows


def _contracts(rng: Random, agbs: list[str]) -> Iterator[_Custom]:
    """Every provider has one contract at least; the others fall where they may."""
    known, others = agbs[:_KNOWN_PROVIDERS], agbs[_KNOWN_PROVIDERS:]
    number = count(1)
    for group, wanted in ((known, OF_KNOWN), (others, CONTRACTS - OF_KNOWN)):
        for agb in sorted([*group, *(rng.choice(group) for _ in range(wanted - len(group)))]):
            product = rng.choice(_PRICED)
            yield _Custom(
                next(number), agb, group is known, rng.choice(_TOWNS)[0], product,
                half_up(product.cents * rng.randrange(950, 1350), 1000),
                date(rng.choice((2025, 2026)), 12, 31),
            )  # fmt: skip


def _products() -> Iterator[ProductRow]:
    for product in _PRICED:
        yield ProductRow.model_validate({
            "domain": "jw", "category": product.category, "code": product.code, "unit": product.unit,
            "name": product.name, "valid_from": _OLD, "segment": product.segment,
        })  # fmt: skip


def _regular(agbs: list[str]) -> Iterator[AgreementRow]:
    """The contracts that the region had already, for a product that is none of its custom ones."""
    for agb in agbs:
        yield AgreementRow(
            agreement=f"REGIO-{agb}", agb=agb, domain="jw", kind="REGULAR", valid_from=_OLD,
            segments=("regionaal",),
        )  # fmt: skip


def _regional() -> Iterator[TariffRow]:
    for product in _PRICED:
        yield TariffRow.model_validate({
            "domain": "jw", "code": product.code, "unit": product.unit, "cents": product.cents,
            "valid_from": _OLD,
        })  # fmt: skip


def _agreement(rng: Random, custom: _Custom) -> AgreementRow:
    kind = "CSA" if custom.known else "URC" if rng.random() < 0.7 else "LOCAL"
    named = kind != "LOCAL"
    return AgreementRow.model_validate({
        "agreement": _name(custom), "agb": custom.agb, "domain": "jw", "kind": kind, "valid_from": _BEGIN,
        "valid_until": custom.until, "municipalities": () if named else (custom.town,),
        "segments": () if named else (custom.product.segment,),
        "allocation": 90_000 + custom.number if named else None,
        "municipality": custom.town if named else None, "origin": custom.town,
        "document": f"collegebesluit 2025, bijlage {custom.number}",
    })  # fmt: skip


def _tariff(custom: _Custom) -> TariffRow:
    return TariffRow.model_validate({
        "domain": "jw", "code": custom.product.code, "unit": custom.product.unit, "cents": custom.cents,
        "valid_from": _BEGIN, "valid_until": custom.until, "agreement": _name(custom),
        "document": f"maatwerkcontract {custom.number}",
    })  # fmt: skip


def _name(custom: _Custom) -> str:
    return f"MW-{custom.number:03d}"
