"""The register of a synthetic region: rows of every table, and their CSV form."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from stdnum.iso7064 import mod_97_10

from contracts.tables import (
    TABLES,
    AgreementRow,
    CeilingRow,
    ClientStopRow,
    CostKeyRow,
    CostRegimeRow,
    LumpSumRow,
    MunicipalityRow,
    PaymentBlockRow,
    ProviderRow,
    Row,
)
from desk.synthetic.products import (
    has_own_tariff,
    of_domain,
    product_rows,
    tariff_cents,
    tariff_row,
    tariff_rows,
)
from desk.synthetic.region import FORMER_TOWN, Provider, Region
from schemas.standard import Domain

AVERAGE_LINE_CENTS: Final = 48_000
_CEILING_PERCENT: Final = (70, 95, 120, 160, 300)


def iban(number: int) -> str:
    """A valid IBAN of a bank that does not exist."""
    account = f"TEST{number:010d}"
    return f"NL{mod_97_10.calc_check_digits(account + 'NL')}{account}"


def register_rows(region: Region, faults: Collection[str] = ()) -> Mapping[str, tuple[Row, ...]]:
    """Every table of the register, in the order of `contracts.tables`; tables may be empty.

    `faults` are those asked for by name: S300 needs a municipality that has ended.
    """
    begin = date(region.first_year, 1, 1)
    rows: dict[str, Iterable[Row]] = {
        "municipalities": _municipalities(region, begin, faults),
        "providers": (_provider(provider, begin) for provider in region.providers),
        "products": product_rows(begin),
        "agreements": _agreements(region, begin),
        "tariffs": (*tariff_rows(region.first_year, region.last_year), *_addenda(region)),
        "ceilings": _ceilings(region),
        "client_stops": _client_stops(region),
        "lump_sums": _lump_sums(region),
        "cost_keys": _cost_keys(region, begin),
        "cost_regimes": _cost_regimes(region),
        "payment_blocks": _payment_blocks(region, begin),
    }
    return {table: tuple(rows.get(table, ())) for table in TABLES}


def csv_text(row_type: type[Row], rows: Iterable[Row]) -> str:
    """A table as CSV with every column, as the register import reads it."""
    columns = list(row_type.model_fields)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(getattr(row, column)) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _municipalities(region: Region, begin: date, faults: Collection[str]) -> Iterator[Row]:
    for town in region.towns:
        yield MunicipalityRow(
            code=town.code,
            name=town.name,
            valid_from=begin,
            iban=iban(9_000_000_000 + int(town.code)),
            bic="TESTNL2A",
            region="Synthetisch",
        )
    if any(fault.endswith("S300") for fault in faults):
        yield MunicipalityRow(
            code=FORMER_TOWN.code,
            name=FORMER_TOWN.name,
            valid_from=date(2015, 1, 1),
            valid_until=begin - timedelta(days=1),
        )


def _provider(provider: Provider, begin: date) -> Row:
    return ProviderRow.model_validate({
        "agb": provider.agb,
        "name": provider.name,
        "kvk": provider.agb,
        "iban": iban(int(provider.agb)),
        "iban_valid_from": begin,
        "cao": provider.cao,
        "micro_from": begin if provider.micro else None,
        "type": provider.type,
    })  # fmt: skip


def _agreements(region: Region, begin: date) -> Iterator[Row]:
    for provider in region.providers:
        for domain in provider.domains:
            yield AgreementRow(
                agreement=f"{domain.value.upper()}-{provider.agb}",
                agb=provider.agb,
                domain=domain.value,
                kind="REGULAR",
                valid_from=begin,
            )


def _addenda(region: Region) -> Iterator[Row]:
    for provider in region.providers:
        products = [p for domain in provider.domains for p in of_domain(domain) if has_own_tariff(p)]
        for product in products if provider.own else ():
            for year in range(region.first_year, region.last_year + 1):
                cents = tariff_cents(product, year - region.first_year, provider.sector, own=True)
                yield tariff_row(product, year, cents, agb=provider.agb)


def _ceilings(region: Region) -> Iterator[Row]:
    """Ceilings of the five largest youth providers: some will be passed, some reach 70 percent."""
    claimed = dict.fromkeys((provider.agb for provider in region.providers), 0)
    for partition in region.partitions:
        if partition.domain is Domain.JW:
            claimed[partition.provider.agb] += partition.lines * AVERAGE_LINE_CENTS
    largest = sorted((agb for agb in claimed if claimed[agb]), key=lambda agb: (-claimed[agb], agb))
    year = region.months[0].year
    for agb, percent in zip(largest, _CEILING_PERCENT, strict=False):
        yield CeilingRow(
            ceiling=f"PLAFOND-{agb}",
            version=1,
            agb=(agb,),
            kind="INDICATION" if percent == _CEILING_PERCENT[-1] else "CEILING",
            valid_from=date(year, 1, 1),
            valid_until=date(year, 12, 31),
            amount_cents=claimed[agb] * percent // 100,
            domain="jw",
            announced_on=date(year - 1, 7, 1),
            decided_on=date(year - 1, 9, 30),
            plan_on=date(year - 1, 11, 1),
        )


def _client_stops(region: Region) -> Iterator[Row]:
    yield ClientStopRow(
        stop="STOP-1", agb=region.providers[0].agb, ground="CEILING", valid_from=region.months[-1]
    )


def _lump_sums(region: Region) -> Iterator[Row]:
    yield LumpSumRow(
        schedule="CRISIS-1",
        agb=region.providers[1].agb,
        purpose="Beschikbaarheid crisisplaatsen",
        year=region.months[0].year,
        amount_cents=16_425_000,
        instalments=12,
        first_due=date(region.months[0].year, 1, 15),
        cost_key="INWONERS",
        places=3,
    )


def _cost_keys(region: Region, begin: date) -> Iterator[Row]:
    for town in region.towns:
        yield CostKeyRow(
            key="INWONERS", method="EXACT", municipality=town.code, weight=town.weight * 100, valid_from=begin
        )


def _cost_regimes(region: Region) -> Iterator[Row]:
    for year in range(region.first_year, region.last_year + 1):
        yield CostRegimeRow(domain="jw", codes=("43A01",), year=year, regime="POOLED", key="INWONERS")


def _payment_blocks(region: Region, begin: date) -> Iterator[Row]:
    yield PaymentBlockRow(agb=region.providers[-1].agb, reason="UBO_MISSING", valid_from=begin)
