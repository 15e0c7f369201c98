"""The register tables as strict rows. Column names are the contract with those who fill them.

Every value arrives as text (CSV cell, text cell of a workbook) and leaves typed: dates, whole
cents, lists separated by `;`. A row that does not fit raises pydantic's ValidationError.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile("[0-9]{1,12}")


def _day(text: object) -> object:
    if isinstance(text, str):
        if _DATE.fullmatch(text) is None:
            raise ValueError("a date YYYY-MM-DD")
        return date.fromisoformat(text)
    return text


def _whole(text: object) -> object:
    if isinstance(text, str):
        if _WHOLE.fullmatch(text) is None:
            raise ValueError("a whole number")
        return int(text)
    return text


def _items(text: object) -> object:
    return tuple(part.strip() for part in text.split(";") if part.strip()) if isinstance(text, str) else text


def _yes(text: object) -> object:
    if isinstance(text, str):
        if text.lower() not in {"yes", "no", "ja", "nee", "true", "false", "1", "0"}:
            raise ValueError("yes or no")
        return text.lower() in {"yes", "ja", "true", "1"}
    return text


Day = Annotated[date, BeforeValidator(_day)]
Cents = Annotated[int, BeforeValidator(_whole), Field(ge=0)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=0)]
Items = Annotated[tuple[str, ...], BeforeValidator(_items)]
YesNo = Annotated[bool, BeforeValidator(_yes)]
Code = Annotated[str, Field(min_length=1, max_length=5)]
Municipality = Annotated[str, Field(pattern=r"^[0-9]{4}\Z")]
Agb = Annotated[str, Field(pattern=r"^[0-9]{8}\Z")]
Domain = Literal["jw", "wmo"]
Unit = Literal["01", "04", "14", "16", "82", "83", "84"]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Row(BaseModel):
    """One row of a register table. `KEY` names the columns that identify it over versions."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    KEY: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Row:
        begin, end = getattr(self, "valid_from", None), getattr(self, "valid_until", None)
        if begin is not None and end is not None and end < begin:
            raise ValueError("valid_until on or after valid_from")
        return self


class MunicipalityRow(Row):
    """A tenant; `iban` is the account that pays."""

    KEY = ("code", "valid_from")
    code: Municipality
    name: Text
    valid_from: Day
    valid_until: Day | None = None
    iban: Text | None = None
    bic: Text | None = None
    successor: Municipality | None = None
    region: Text | None = None


class ProviderRow(Row):
    """A care provider."""

    KEY = ("agb",)
    agb: Agb
    name: Text
    kvk: Text | None = None
    iban: Text | None = None
    iban_valid_from: Day | None = None
    cao: Text | None = None
    micro_from: Day | None = None
    micro_until: Day | None = None
    type: Literal["strategic", "large", "medium", "small", "niche"] | None = None


class ProductRow(Row):
    """A product of the product list."""

    KEY = ("domain", "category", "code", "unit", "valid_from")
    domain: Domain
    category: Annotated[str, Field(pattern=r"^[0-9]{2}\Z")]
    code: Code
    unit: Unit
    name: Text
    valid_from: Day
    valid_until: Day | None = None
    segment: Text | None = None
    funding: Literal["effort", "output", "lump_sum"] | None = None
    own_tariff_allowed: YesNo | None = None
    crisis: YesNo | None = None
    marker: YesNo | None = None


class AgreementRow(Row):
    """A provider's participation; an URC or CSA names its client by allocation or bsn."""

    KEY = ("agreement", "agb", "domain", "valid_from")
    agreement: Text
    agb: Agb
    domain: Domain
    kind: Literal["REGULAR", "URC", "CSA", "LOCAL", "NATIONAL", "OTHER_REGION", "TRANSITION"]
    valid_from: Day
    valid_until: Day | None = None
    segments: Items = ()
    municipalities: Items = ()
    allocation: Count | None = None
    municipality: Municipality | None = None
    bsn: Annotated[str, Field(pattern=r"^[0-9]{9}\Z")] | None = None
    origin: Text | None = None
    document: Text | None = None


class TariffRow(Row):
    """One price in whole cents per unit. Never a row for unit 83."""

    KEY = ("domain", "code", "unit", "valid_from", "agreement", "agb", "cao", "micro", "municipality")
    domain: Domain
    code: Code
    unit: Literal["01", "04", "14", "16", "82", "84"]
    cents: Cents
    valid_from: Day
    valid_until: Day | None = None
    agreement: Text | None = None
    agb: Agb | None = None
    cao: Text | None = None
    micro: YesNo = False
    municipality: Municipality | None = None
    source: Text | None = None
    document: Text | None = None


class SanctionRow(Row):
    """A temporary reduction of all tariffs of one agreement, in percent."""

    KEY = ("agreement", "valid_from")
    agreement: Text
    percent: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=100)]
    valid_from: Day
    valid_until: Day
    document: Text


class TransitionRow(Row):
    """Which tariff a running allocation keeps after a contract change; at most one year."""

    KEY = ("agb", "code", "from_agreement", "basis")
    agb: Agb
    code: Code
    from_agreement: Text
    basis: Literal["OLD", "NEW", "URC"]
    until: Day
    allocation_start_before: Day | None = None


class CeilingRow(Row):
    """A budget ceiling or indication; every addendum is a new version."""

    KEY = ("ceiling", "version")
    ceiling: Text
    version: Count
    agb: Items
    kind: Literal["CEILING", "INDICATION"]
    valid_from: Day
    valid_until: Day
    amount_cents: Cents
    domain: Domain | None = None
    segments: Items = ()
    codes: Items = ()
    municipalities: Items = ()
    thresholds: Items = ("70", "100")
    pool: Text | None = None
    watcher: Text | None = None
    announced_on: Day | None = None
    decided_on: Day | None = None
    plan_on: Day | None = None


class ClientStopRow(Row):
    """No new clients for a provider, with its ground."""

    KEY = ("stop",)
    stop: Text
    agb: Agb
    ground: Literal["CEILING", "QUALITY", "FRAUD", "CAPACITY"]
    valid_from: Day
    valid_until: Day | None = None
    domain: Domain | None = None
    segments: Items = ()
    document: Text | None = None


class LumpSumRow(Row):
    """A sum paid on schedule without a 323."""

    KEY = ("schedule", "year")
    schedule: Text
    agb: Agb
    purpose: Text
    year: Annotated[int, BeforeValidator(_whole), Field(ge=2015, le=2100)]
    amount_cents: Cents
    instalments: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=366)]
    first_due: Day | None = None
    cost_key: Text | None = None
    municipality: Municipality | None = None
    places: Count | None = None


class CostKeyRow(Row):
    """The weight of one municipality in a key that splits costs."""

    KEY = ("key", "municipality", "valid_from")
    key: Text
    method: Literal["EXACT", "PERCENT_0", "PERCENT_1", "PERCENT_2", "PERCENT_3", "PERCENT_4", "FIXED"]
    municipality: Municipality
    weight: Cents
    valid_from: Day
    valid_until: Day | None = None


class CostRegimeRow(Row):
    """Who bears the cost of a group of products in a year."""

    KEY = ("domain", "codes", "year")
    domain: Domain
    codes: Items
    year: Annotated[int, BeforeValidator(_whole), Field(ge=2015, le=2100)]
    regime: Literal["OWN", "POOLED", "BY_USE", "CENTRE"]
    key: Text | None = None


class PaymentBlockRow(Row):
    """A provider that may not be paid, wholly or up to an amount."""

    KEY = ("agb", "reason", "valid_from", "municipality")
    agb: Agb
    reason: Literal["UBO_MISSING", "UBO_SANCTION", "ATTACHMENT", "FRAUD", "OTHER"]
    valid_from: Day
    valid_until: Day | None = None
    municipality: Municipality | None = None
    amount_cents: Cents | None = None


TABLES: dict[str, type[Row]] = {
    "municipalities": MunicipalityRow,
    "providers": ProviderRow,
    "products": ProductRow,
    "agreements": AgreementRow,
    "tariffs": TariffRow,
    "sanctions": SanctionRow,
    "transitions": TransitionRow,
    "ceilings": CeilingRow,
    "client_stops": ClientStopRow,
    "lump_sums": LumpSumRow,
    "cost_keys": CostKeyRow,
    "cost_regimes": CostRegimeRow,
    "payment_blocks": PaymentBlockRow,
}
