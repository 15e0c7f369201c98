"""A synthetic region: who is in it, how its lines are spread, and what its products cost.

Skew as observed in practice (contracts.md 10): five providers carry half of the money, one of them
a fifth. Municipalities bear their CBS code and name; providers, clients and prices are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final, NamedTuple

from desk.synthetic.products import BASE_SECTOR, SECTORS, has_own_tariff, of_domain, tariff_cents
from desk.synthetic.towns import TOWNS
from schemas.money import half_up, split
from schemas.period import first_day, last_day
from schemas.standard import Domain

TOP_WEIGHTS: Final = (200, 90, 80, 70, 60)
REST_WEIGHT: Final = 500
LINES_PER_PROVIDER: Final = 40
PROVIDERS: Final = (20, 5000)
_DECLARED_CAOS: Final = (*SECTORS, None, "Universitair Medische Centra")
_NAMES: Final = ("De Kade", "Het Veld", "Nieuwland", "De Brug", "Oever", "Zonneweg", "Linde", "Havenzicht")


class Town(NamedTuple):
    """A municipality and its weight in the region."""

    code: str
    name: str
    weight: int


FORMER_TOWN: Final = Town("8999", "Voormalige voorbeeldgemeente", 0)
"""A municipality that ended before anything was agreed."""


class Provider(NamedTuple):
    """A provider: `cao` as declared at the tender, `own` when an addendum gives a tariff of its own."""

    agb: str
    name: str
    type: str
    cao: str | None
    micro: bool
    own: bool
    domains: tuple[Domain, ...]

    @property
    def sector(self) -> str:
        """The sector whose tariffs apply: the declared CAO, or the base tariff."""
        return self.cao if self.cao in SECTORS else BASE_SECTOR


class Partition(NamedTuple):
    """What one provider declares to one municipality under one law: `lines` over the whole run."""

    town: Town
    provider: Provider
    domain: Domain
    lines: int


class Price(NamedTuple):
    """Tariff field in cents, and the hour tariff behind it when hours are claimed in minutes."""

    tariff_cents: int | None
    hour_cents: int | None

    def amount_cents(self, volume: int) -> int:
        """Amount of a line (TR346): exact, minutes of an hour rounded half up once."""
        if self.tariff_cents is None:
            return volume
        if self.hour_cents is None:
            return volume * self.tariff_cents
        return half_up(self.hour_cents * volume, 60)


PriceTable = dict[tuple[int, str, str], Price]
"""By year, product code and unit claimed."""


@dataclass(frozen=True)
class Region:
    """Everything that stands still while messages are made. `months` are first days."""

    months: tuple[date, ...]
    towns: tuple[Town, ...]
    providers: tuple[Provider, ...]
    partitions: tuple[Partition, ...]

    @property
    def first_year(self) -> int:
        """The year in which agreements and tariffs begin: the one before the first month."""
        return self.months[0].year - 1

    @property
    def last_year(self) -> int:
        """The last year with tariffs: the one of the month after the last."""
        return (last_day(self.months[-1]) + timedelta(days=1)).year

    @property
    def received_on(self) -> date:
        """A day on which every message may be received: none is dated later."""
        return last_day(last_day(self.months[-1]) + timedelta(days=1))

    def prices(self, provider: Provider, domain: Domain) -> PriceTable:
        """What this provider is paid, in every unit in which a product may be claimed."""
        return _prices(provider.sector, provider.micro, provider.own, domain, self.first_year, self.last_year)


@cache
def _prices(  # six plain values are the key under which the table is kept
    sector: str, micro: bool, own: bool, domain: Domain, first_year: int, last_year: int
) -> PriceTable:
    table: PriceTable = {}
    for years, year in enumerate(range(first_year, last_year + 1)):
        for product in of_domain(domain):
            table[year, product.code, "83"] = Price(None, None)
            if product.unit == "83":
                continue
            by_addendum = own and has_own_tariff(product)
            cents = tariff_cents(product, years, sector, micro=micro, own=by_addendum)
            table[year, product.code, product.unit] = Price(cents, None)
            if product.unit == "04":
                table[year, product.code, "01"] = Price(half_up(cents, 60), cents)
    return table


def months_from(first_month: date, count: int) -> tuple[date, ...]:
    """First days of `count` months. Raises ValueError before February 2021 (CS100) or for no month."""
    month = first_day(first_month)
    if count < 1 or month < date(2021, 2, 1):
        raise ValueError("at least one month, from 2021-02 on")
    found = [month]
    while len(found) < count:
        found.append(last_day(found[-1]) + timedelta(days=1))
    return tuple(found)


def make_region(rng: Random, *, municipalities: int, lines: int, months: tuple[date, ...]) -> Region:
    """A region of `municipalities` that declares `lines` lines over all months together.

    Raises ValueError when there is no municipality or no line.
    """
    if municipalities < 1 or lines < 1:
        raise ValueError("at least one municipality and one line")
    towns = tuple(_town(rng, index) for index in range(municipalities))
    fewest, most = PROVIDERS
    count = min(max(lines // (len(months) * LINES_PER_PROVIDER), fewest), most)
    providers = tuple(_provider(rng, index, count) for index in range(count))
    partitions = tuple(_partitions(rng, towns, providers, lines))
    return Region(months, towns, providers, partitions)


def _town(rng: Random, index: int) -> Town:
    if index < len(TOWNS):
        code, name = TOWNS[index]
    else:
        code, name = f"{9000 + index}", f"Voorbeeldgemeente {index}"
    return Town(code, name, 100 + rng.randrange(400))


def _provider(rng: Random, index: int, count: int) -> Provider:
    top = index < len(TOP_WEIGHTS)
    type_ = "strategic" if top else ("large", "medium", "small", "niche")[min(3, 4 * index // count)]
    cao = _DECLARED_CAOS[rng.randrange(len(_DECLARED_CAOS))]
    both = index % 5 == 4
    domains = (Domain.JW, Domain.WMO) if both else ((Domain.JW, Domain.WMO)[index % 2],)
    micro = type_ == "niche" and cao in SECTORS and index % 4 == 0
    name = f"{_NAMES[index % len(_NAMES)]} {'Jeugdhulp' if index % 2 == 0 else 'Ondersteuning'} {index + 1}"
    return Provider(f"99{index + 1:06d}", name, type_, cao, micro, index % 7 == 3, domains)


def _partitions(
    rng: Random, towns: tuple[Town, ...], providers: tuple[Provider, ...], lines: int
) -> Iterator[Partition]:
    by_agb = {provider.agb: provider for provider in providers}
    for agb, provider_lines in split(lines, provider_weights([*by_agb])).items():
        provider = by_agb[agb]
        served = towns
        if provider.type != "strategic" and len(towns) > 1:
            served = tuple(rng.sample(towns, rng.randint(1, min(4, len(towns)))))
        by_code = {town.code: town for town in served}
        for code, town_lines in split(provider_lines, {town.code: town.weight for town in served}).items():
            for domain, count in split(town_lines, {name.value: 1 for name in provider.domains}).items():
                if count:
                    yield Partition(by_code[code], provider, Domain(domain), count)


def provider_weights(agbs: list[str]) -> dict[str, int]:
    """Weights by AGB code: the top five as in practice, the rest falling evenly by half."""
    rest = agbs[len(TOP_WEIGHTS) :]
    falling = {agb: 2 * len(rest) - place for place, agb in enumerate(rest)}
    shares = split(REST_WEIGHT * 1000, falling)
    return {**{agb: 1000 * weight for agb, weight in zip(agbs, TOP_WEIGHTS, strict=False)}, **shares}
