"""Rows of the register that say for how long a contract runs, and for whom (contracts.md 1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.cells import (
    Agb,
    Cents,
    Count,
    Day,
    Domain,
    Domains,
    Items,
    Months,
    Municipalities,
    Percent,
    Text,
    YesNo,
)
from contracts.row import Row

Renewal = Literal["INITIAL", "TACIT", "DECISION"]


class ContractRow(Row):
    """A contract that providers take part in: its products are those of its `segments`.

    `ceiling` and `own_tariff_allowed` say what part 2 of the contract may hold, `contract_standard`
    that article 1.3 applies: then only the principal extends, in writing, in time (CT-03).
    """

    KEY = ("contract",)
    contract: Text
    name: Text
    domains: Domains
    number: Count | None = None
    procedure: Text | None = None
    segments: Items = ()
    municipalities: Municipalities = ()
    lots: Items = ()
    funding: Items = ()
    tariff_source: Literal["OWN", "NATIONAL", "OTHER_REGION"] = "OWN"
    tariff_region: Text | None = None
    ceiling: Literal["NONE", "OPTIONAL", "INDICATION"] = "NONE"
    own_tariff_allowed: YesNo = False
    individual_non_renewal: YesNo = False
    contract_standard: YesNo = False
    terminable: YesNo = False
    active: YesNo = True
    document: Text | None = None


class ContractTermRow(Row):
    """One term of a contract, in order of `seq`. Both its days belong to it.

    How the term begins: INITIAL; TACIT, unless the term before it was stopped in time; DECISION, only
    when `decided_on` says that it was decided.
    """

    KEY = ("contract", "seq")
    contract: Text
    seq: Count
    valid_from: Day
    valid_until: Day
    renewal: Renewal
    notice_months: Months = 6
    decided_on: Day | None = None
    document: Text | None = None


class NonRenewalRow(Row):
    """One provider whose participation is not renewed after the term that ends on `valid_until`."""

    KEY = ("contract", "agb", "valid_until")
    contract: Text
    agb: Agb
    valid_until: Day
    told_on: Day
    document: Text | None = None


class SubcontractorRow(Row):
    """Who works under an agreement of somebody else, and is paid by that main contractor only (CT-14)."""

    KEY = ("agreement", "kvk", "valid_from")
    agreement: Text
    kvk: Annotated[str, Field(pattern="^[0-9]{8}$", description="8 digits")]
    name: Text
    valid_from: Day
    valid_until: Day | None = None
    agb: Agb | None = None
    self_employed: YesNo = False
    permission: Text | None = None


class ProcurementThresholdRow(Row):
    """The value from which care must be put out to tender: URCs and CSAs of one provider may not pass it."""

    KEY = ("valid_from", "domain")
    amount_cents: Cents
    valid_from: Day
    valid_until: Day | None = None
    domain: Domain | None = None
    warn_percent: Percent = 80
    document: Text | None = None
