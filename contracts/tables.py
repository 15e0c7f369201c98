"""The register tables as strict rows. Column names are the contract with those who fill them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from contracts.cells import (
    Agb,
    Agbs,
    Bic,
    Bsn,
    Category,
    Cents,
    Code,
    Codes,
    Count,
    Day,
    Domain,
    Iban,
    Instalments,
    Items,
    Municipalities,
    Municipality,
    Percent,
    PricedUnit,
    Text,
    Thresholds,
    Unit,
    Year,
    YesNo,
)
from contracts.contract_tables import (
    ContractRow,
    ContractTermRow,
    NonRenewalRow,
    ProcurementThresholdRow,
    SubcontractorRow,
)
from contracts.index_tables import GrowthPathRow, IndexationRow, IndexComponentRow
from contracts.row import Row

__all__ = ["Row"]


class MunicipalityRow(Row):
    """A tenant; `iban` is the account that pays."""

    KEY = ("code", "valid_from")
    code: Municipality
    name: Text
    valid_from: Day
    valid_until: Day | None = None
    iban: Iban | None = None
    bic: Bic | None = None
    successor: Municipality | None = None
    region: Text | None = None


class ProviderRow(Row):
    """A care provider. Its `iban` is kept as written: a wrong one holds its payments, not the import."""

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

    def between(self) -> Iterator[tuple[str, str]]:
        """The micro-enterprise period is in order."""
        if self.micro_from and self.micro_until and self.micro_until < self.micro_from:
            yield "micro_until", f"a day on or after micro_from {self.micro_from}"


class ProductRow(Row):
    """A product of the product list."""

    KEY = ("domain", "category", "code", "unit", "valid_from")
    domain: Domain
    category: Category
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
    """A provider's participation; a URC or CSA is bound to one client (CT-06)."""

    KEY = ("agreement", "agb", "domain", "valid_from", "allocation", "municipality", "bsn")
    agreement: Text
    agb: Agb
    domain: Domain
    kind: Literal["REGULAR", "URC", "CSA", "LOCAL", "NATIONAL", "OTHER_REGION", "TRANSITION"]
    valid_from: Day
    valid_until: Day | None = None
    segments: Items = ()
    municipalities: Municipalities = ()
    allocation: Count | None = None
    municipality: Municipality | None = None
    bsn: Bsn | None = None
    origin: Text | None = None
    document: Text | None = None
    contract: Text | None = None

    def between(self) -> Iterator[tuple[str, str]]:
        """Besides the order of dates: an exception contract names its client."""
        yield from super().between()
        if self.kind in {"URC", "CSA"} and self.allocation is None and self.bsn is None:
            yield "allocation", f"the allocation or the bsn of the client of this {self.kind}"


class TariffRow(Row):
    """One price in whole cents per unit. Never a row for unit 83."""

    KEY = ("domain", "code", "unit", "valid_from", "agreement", "agb", "cao", "micro", "municipality")
    domain: Domain
    code: Code
    unit: PricedUnit
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

    @property
    def name(self) -> str:
        """The row as people can look it up in the register: the columns of its key that are filled."""
        parts = [f"{self.domain} {self.code} unit {self.unit} from {self.valid_from}"]
        named = (("agreement", self.agreement), ("provider", self.agb), ("CAO", self.cao))
        parts += [f"{label} {value}" for label, value in named if value is not None]
        if self.micro:
            parts.append("micro")
        if self.municipality is not None:
            parts.append(f"municipality {self.municipality}")
        return ", ".join(parts)


class SanctionRow(Row):
    """A temporary reduction of all tariffs of one agreement, in percent."""

    KEY = ("agreement", "valid_from")
    agreement: Text
    percent: Percent
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
    """A budget ceiling or indication; every addendum is a new version. Thresholds are whole percentages."""

    KEY = ("ceiling", "version")
    ceiling: Text
    version: Count
    agb: Agbs
    kind: Literal["CEILING", "INDICATION"]
    valid_from: Day
    valid_until: Day
    amount_cents: Cents
    domain: Domain | None = None
    segments: Items = ()
    codes: Codes = ()
    municipalities: Municipalities = ()
    thresholds: Thresholds = (70, 100)
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

    KEY = ("schedule", "agb", "year")
    schedule: Text
    agb: Agb
    purpose: Text
    year: Year
    amount_cents: Cents
    instalments: Instalments
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
    weight: Count
    valid_from: Day
    valid_until: Day | None = None


class CostRegimeRow(Row):
    """Who bears the cost of a group of products in a year."""

    KEY = ("domain", "codes", "year")
    domain: Domain
    codes: Annotated[Codes, Field(min_length=1)]
    year: Year
    regime: Literal["OWN", "POOLED", "BY_USE", "CENTRE"]
    key: Text | None = None


class CostBearerRow(Row):
    """Who bears what is paid on one allocation: another municipality than the one that allocated (CO-04)."""

    KEY = ("municipality", "domain", "allocation", "valid_from")
    municipality: Municipality
    domain: Domain
    allocation: Count
    bearer: Municipality
    valid_from: Day
    valid_until: Day | None = None
    document: Text | None = None


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
    "cost_bearers": CostBearerRow,
    "payment_blocks": PaymentBlockRow,
    "contracts": ContractRow,
    "contract_terms": ContractTermRow,
    "non_renewals": NonRenewalRow,
    "subcontractors": SubcontractorRow,
    "procurement_thresholds": ProcurementThresholdRow,
    "indexations": IndexationRow,
    "index_components": IndexComponentRow,
    "growth_paths": GrowthPathRow,
}
