"""Which tariff applies to a line, and why (contracts.md 2.2).

First the ground on which a line may be priced (`contracts.grounds`), then the level of tariff rows
(`contracts.tariffs`), then the sanction. Two rows that are equally valid are never chosen between:
the line has no price and both rows are named.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from contracts.agreements import AgreementIndex, Agreements, Case
from contracts.grounds import Ground, Grounds, units_to_try
from contracts.growth import GrowthPaths
from contracts.products import ProductList
from contracts.register import Register, once_per_register
from contracts.tables import SanctionRow, TariffRow
from contracts.tariffs import FOLLOWED, Choice, Source, TariffIndex, Tariffs, chosen, narrowest
from schemas.money import half_up

__all__ = ["NO_PRICE", "Price", "PriceList", "ProductList", "RegisterIndex", "index_of"]


class Price(NamedTuple):
    """The agreed tariff for one provider, product, unit and day.

    `cents` is per unit asked for, or per hour when `per_hour` (a minute line against an hour
    tariff); None when there is none or when two rows are equally valid (`ambiguous`). `source` is a
    `contracts.tariffs.Source`. `rows` names the tariff rows looked at last (or the transitions or
    sanctions that clash), `steps` tells in English how they were found.
    """

    cents: int | None
    per_hour: bool
    ambiguous: bool
    source: str
    agreement: str | None
    rows: tuple[str, ...]
    steps: tuple[str, ...]


NO_PRICE: Final = Price(None, False, False, Source.NO_TARIFF, None, (), ())
_EURO: Final = Price(None, False, False, Source.EURO, None, (), ("unit 83 is an amount, it has no tariff",))
_PER_HOUR: Final = "hour tariff for minutes"
_ORDINARY: Final = Case()


class RegisterIndex:
    """One register, sorted for asking; shared by the price lists of all providers."""

    def __init__(self, register: Register) -> None:
        self.products = {domain: ProductList(register, domain) for domain in ("jw", "wmo")}
        self.tariffs = TariffIndex(register.rows("tariffs", TariffRow))
        self.agreements = AgreementIndex(register)
        self.growth = GrowthPaths(register)
        self.providers = register.providers()

    def is_local(self, agb: str, domain: str) -> bool:
        """Whether what was agreed with a provider may differ from one municipality to another."""
        return domain in self.tariffs.local_domains or (agb, domain) in self.agreements.local


index_of = once_per_register(RegisterIndex)
"""The index of this very register value, made once and forgotten together with it."""


class PriceList:
    """All that was agreed between one municipality and one provider in one domain.

    Cheap to make: the register is indexed once (`index`, or else `index_of(register)`). Answers are
    remembered, without anything that identifies a client.
    """

    def __init__(
        self,
        register: Register,
        municipality: str,
        agb: str,
        domain: str,
        index: RegisterIndex | None = None,
    ) -> None:
        index = index or index_of(register)
        self._domain = domain
        self._index = index.tariffs
        self._products = index.products[domain]
        self._agreements = Agreements(index.agreements, municipality, agb, domain)
        self._tariffs = Tariffs(index.tariffs, municipality, agb, domain, index.providers.get(agb))
        self._growth = index.growth.of(agb, domain)
        self._grounds = Grounds(self._agreements, self._tariffs)
        self._personal = set(self._agreements.codes_in_transition).union(
            *(index.tariffs.codes(domain, name) for name in self._agreements.client_bound)
        )
        self._own_codes = set(index.tariffs.codes_of_provider(domain, agb)).union(
            *(index.tariffs.codes(domain, name) for name in self._agreements.names)
        )
        self.ordinary: dict[tuple[str, str, date], Price] = {}
        """Prices by product, unit and first day that depend on nothing else, as far as they were asked."""
        self._personal_prices: dict[tuple[str, str, date, Case], Price] = {}
        self._units: dict[tuple[str, date, Case], frozenset[str]] = {}

    def price(
        self, code: str, unit: str, day: date, *, allocation: int, bsn: str, allocation_start: date | None
    ) -> Price:
        """The tariff on `day`, the first day of the product period (OC-15).

        Without a price, `source` tells a missing agreement from a missing tariff (OC-17).
        """
        return self._price(code, unit, day, self._case(code, allocation, bsn, allocation_start))

    def agreed_units(
        self, category: str, code: str, day: date, *, allocation: int, bsn: str, allocation_start: date | None
    ) -> frozenset[str]:
        """Units agreed for the product on that day (OC-16): those with a tariff; empty when there is none.

        A unit with two equally valid tariffs is agreed all the same. Minutes are not added because
        there is an hour tariff. A product listed in euros is always agreed in euros.
        """
        units = self._tariff_units(code, day, self._case(code, allocation, bsn, allocation_start))
        listed = self._products.units_for(category, code, day, allocation_start)
        return units | {"83"} if "83" in listed else units

    def _case(self, code: str, allocation: int, bsn: str, allocation_start: date | None) -> Case:
        if code not in self._personal:
            return _ORDINARY
        return self._agreements.case(code, allocation, bsn, allocation_start)

    def _price(self, code: str, unit: str, day: date, case: Case) -> Price:
        if unit == "83":
            return _EURO
        if code in self._personal:
            price = self._personal_prices.get((code, unit, day, case))
            if price is None:
                price = self._personal_prices[code, unit, day, case] = self._select(code, unit, day, case)
            return price
        price = self.ordinary.get((code, unit, day))
        if price is None:
            price = self._select(code, unit, day, case)
            if self._index.units(self._domain, code):  # made-up codes must not fill the memory
                self.ordinary[code, unit, day] = price
        return price

    def _tariff_units(self, code: str, day: date, case: Case) -> frozenset[str]:
        key = (code, day, case)
        units = self._units.get(key)
        if units is None:
            known = self._index.units(self._domain, code)
            prices = {unit: self._price(code, unit, day, case) for unit in known}
            units = frozenset(
                unit
                for unit, price in prices.items()
                if not price.per_hour and (price.ambiguous or price.cents is not None)
            )
            if known:
                self._units[key] = units
        return units

    def _select(self, code: str, unit: str, day: date, case: Case) -> Price:
        ground = self._grounds.find(code, unit, day, self._products.segments(code, day), case)
        if ground.clash:
            return Price(None, False, True, ground.source, None, ground.clash, (ground.step,))
        if ground.source in {Source.NO_AGREEMENT, Source.NO_TARIFF}:
            return Price(None, False, False, ground.source, None, (), (ground.step,))
        for tried in units_to_try(unit):
            choice = self._choose(ground, code, tried, day)
            if choice.rows:
                return self._settle(ground, choice, code, day, per_hour=tried != unit)
        agreement = _only(ground.agreements)
        return Price(
            None, False, False, Source.NO_TARIFF, agreement, (), (ground.step, f"no tariff row on {day}")
        )

    def _choose(self, ground: Ground, code: str, unit: str, day: date) -> Choice:
        """The rows of the highest level that has any."""
        names = ground.agreements
        if ground.source is not Source.PROVIDER:
            rows = narrowest(self._tariffs.own(names, code, unit, day))
            return chosen(ground.source, rows)
        common = self._tariffs.common(code, unit, day)
        if code not in self._own_codes or common.source is Source.FOLLOWED:
            return common
        groups: list[tuple[str, ...]] = [(name,) for name in names] or [()]
        options = [self._tariffs.specific(group, code, unit, day) for group in groups]
        passed_over: tuple[str, ...] = ()
        if any(options) and self._products.refuses_own_tariff(code, day):
            kept = [[row for row in rows if not self._is_addendum(row, day)] for rows in options]
            if kept != options:
                passed_over = ("the product takes no provider-specific tariff: its rows are passed over",)
            options = kept
        every = {id(row): row for rows in options for row in rows}
        if not every:
            return common._replace(steps=(*passed_over, *common.steps)) if passed_over else common
        differ = any(rows != options[0] for rows in options) or len(options[0]) > 1
        rows = list(every.values()) if len(options) > 1 else options[0]
        return chosen(Source.PROVIDER, rows, "provider-specific tariff", ambiguous=differ)

    def _is_addendum(self, row: TariffRow, day: date) -> bool:
        return row.agreement is None or self._agreements.is_regular(row.agreement, day)

    def _settle(self, ground: Ground, choice: Choice, code: str, day: date, *, per_hour: bool) -> Price:
        """The price after growth path (TR-07) or sanction (TR-14), or the clash of rows or sanctions."""
        steps = (ground.step, *choice.steps, _PER_HOUR) if per_hour else (ground.step, *choice.steps)
        agreement = _only(ground.agreements)
        if choice.ambiguous:
            steps = (*steps, "several tariff rows are equally valid")
            return Price(None, per_hour, True, choice.source, agreement, choice.names, steps)
        row = choice.rows[0]
        if row.source is not None:
            steps = (*steps, f"recorded source: {row.source}")
        agreement = row.agreement or agreement
        if row.source in FOLLOWED:
            grown = self._growth.cents(row, code, day)
            return Price(
                grown.cents, per_hour, grown.cents is None, choice.source, agreement, choice.names,
                (*steps, *grown.steps),
            )  # fmt: skip
        owners = ground.agreements if row.agreement is None else (row.agreement,)
        active = self._agreements.sanctions(owners, day)
        price = Price(row.cents, per_hour, False, choice.source, agreement, choice.names, steps)
        return _reduced(price, row.cents, active) if active else price


def _reduced(price: Price, cents: int, active: list[list[SanctionRow]]) -> Price:
    """The price after the sanctions on each agreement that it may come from; they must agree."""
    percents = {tuple(sanction.percent for sanction in rows) for rows in active}
    if len(percents) > 1 or any(len(each) > 1 for each in percents):
        clash = tuple(sorted(_sanction_name(sanction) for rows in active for sanction in rows))
        steps = (*price.steps, "the sanctions contradict each other")
        return price._replace(cents=None, ambiguous=True, rows=clash, steps=steps)
    (on_each,) = percents
    if not on_each:
        return price
    (percent,) = on_each
    reduced = half_up(cents * (100 - percent), 100)
    step = f"sanction of {percent} %: {cents} becomes {reduced} cents"
    return price._replace(cents=reduced, steps=(*price.steps, step))


def _only(agreements: tuple[str, ...]) -> str | None:
    """The agreement behind a price; of several that lead to the same price, the first by name."""
    return agreements[0] if agreements else None


def _sanction_name(row: SanctionRow) -> str:
    return f"sanction {row.agreement} {row.percent} % from {row.valid_from}"
