"""Rows of the register from which tariffs are indexed, and paths along which they grow (contracts.md 2)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.cells import Agb, Code, Codes, Count, Day, Domain, Items, Rate, Share, Text, Year
from contracts.row import Row


class IndexationRow(Row):
    """How the tariffs of a group of products are indexed: the method is contract data (TR-13).

    `segments` and `codes` empty: all products of the domain. `start_year` is the first year of the
    contract: over it no correction is made (TR-10). The percentage is rounded half up to `decimals`
    before it is used: 2 is what is published, 3 is exact.
    """

    KEY = ("indexation", "domain")
    indexation: Text
    domain: Domain
    start_year: Year
    segments: Items = ()
    codes: Codes = ()
    decimals: Annotated[Count, Field(le=3, description="a number of decimals, 0 to 3")] = 2
    document: Text | None = None


class IndexComponentRow(Row):
    """One component of one year: its weight, the forecast, and later the definitive figure."""

    KEY = ("indexation", "year", "component")
    indexation: Text
    year: Year
    component: Literal["OVA", "PPC"]
    weight: Share
    forecast: Rate
    definitive: Rate | None = None
    document: Text | None = None


class GrowthPathRow(Row):
    """The share of a national or other region's tariff that a provider gets for a while (TR-07)."""

    KEY = ("agb", "domain", "code", "valid_from")
    agb: Agb
    domain: Domain
    code: Code
    percent: Share
    valid_from: Day
    valid_until: Day | None = None
    document: Text | None = None
