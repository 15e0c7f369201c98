"""Settle the costs of a year between municipalities: recharge single lines, then settle the pools.

Pure, exact to the cent and independent of the order of what comes in. Sources: CO-01 … CO-09. The regime
of a product and the members of a key are those of the month of service, so a member that leaves in the
course of a year shares in nothing that was delivered later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Final

from contracts.costs import CostKeys, Key
from contracts.register import Register
from contracts.tables import CostBearerRow, CostRegimeRow
from contracts.validity import valid_on
from schemas.batch import ConservationError
from schemas.costs import BorneLine, Cost, Pool, Recharge, Settlement, Share
from schemas.period import month_number

OWN: Final = "OWN"
CENTRE: Final = "CENTRE"
_ByMonth = dict[int, dict[str, int]]


def settle_costs(
    register: Register,
    year: int,
    costs: Iterable[Cost],
    borne: Iterable[BorneLine] = (),
    lump_sums: Iterable[tuple[str, int]] = (),
) -> Settlement:
    """What every municipality bears of a service year.

    `costs` is all that was granted, aggregated; `borne` its lines on allocations that `cost_bearers`
    names; `lump_sums` what each municipality paid on schedule, already divided by key. What is recharged
    counts as the cost of its bearer, in a pool too; what was granted under the code of a municipality
    that ended, as that of its successor. Products that no regime names stay where they were granted.

    Raises ConservationError when a pool does not sum to zero.
    """
    costs = tuple(sorted(costs))
    keys = CostKeys(register)
    recharges = tuple(_recharges(register, keys, borne))
    by_product: defaultdict[tuple[str, str], _ByMonth] = defaultdict(lambda: defaultdict(dict))
    for municipality, domain, code, month, cents in (*costs, *_moved(recharges)):
        month_costs = by_product[domain, code][month]
        month_costs[municipality] = month_costs.get(municipality, 0) + cents
    regimes = [row for row in register.rows("cost_regimes", CostRegimeRow) if row.year == year]
    pools = tuple(
        _pool(row, keys, year, [by_product.get((row.domain, code), {}) for code in row.codes])
        for row in sorted(regimes, key=lambda row: (row.domain, row.codes))
        if row.regime != OWN
    )
    return Settlement(year, costs, recharges, pools, tuple(sorted(lump_sums)))


def _recharges(register: Register, keys: CostKeys, borne: Iterable[BorneLine]) -> Iterator[Recharge]:
    rows: defaultdict[tuple[str, str, int], list[CostBearerRow]] = defaultdict(list)
    for row in register.rows("cost_bearers", CostBearerRow):
        rows[row.municipality, row.domain, row.allocation].append(row)
    for line in sorted(borne):
        valid = [
            row
            for row in rows.get((line.municipality, line.domain, line.allocation), ())
            if valid_on(row, line.begin_on)
        ]
        if valid:
            named = max(valid, key=lambda row: row.valid_from).bearer
            bearer = keys.successor(named, line.begin_on)
            if bearer not in {None, line.municipality}:
                yield Recharge(bearer, line)


def _moved(recharges: Iterable[Recharge]) -> Iterator[Cost]:
    for bearer, line in recharges:
        month = month_number(line.begin_on)
        yield Cost(line.municipality, line.domain, line.code, month, -line.cents)
        yield Cost(bearer, line.domain, line.code, month, line.cents)


def _pool(row: CostRegimeRow, keys: CostKeys, year: int, products: list[_ByMonth]) -> Pool:
    """The pool of a regime: per run of months with the same members the sum is divided once."""
    paid: defaultdict[str, int] = defaultdict(int)
    shares: defaultdict[str, int] = defaultdict(int)
    settled = False
    months = [(month, _key(row, keys, month)) for month in range(year * 12, year * 12 + 12)]
    for key, group in groupby(months, key=lambda each: each[1]):
        run = [month for month, _ in group]
        costs: defaultdict[str, int] = defaultdict(int)
        for product in products:
            for month in run:
                for municipality, cents in product.get(month, {}).items():
                    payer = keys.successor(municipality, _first(month)) or municipality
                    costs[payer] += cents
        inside = _inside(row, key, costs)
        for code in inside:
            paid[code] += costs.get(code, 0)
        if key is not None:
            settled = True
            for code, cents in key.split(sum(costs.get(code, 0) for code in inside)).items():
                shares[code] += cents
        else:
            for code in inside:
                shares[code] += costs.get(code, 0)
    found = tuple(Share(code, paid.get(code, 0), shares.get(code, 0)) for code in sorted({*paid, *shares}))
    if sum(share.delta_cents for share in found) != 0:
        raise ConservationError(f"pool {row.domain} {' '.join(row.codes)} of {year} does not sum to zero")
    return Pool(row.domain, row.codes, row.regime, row.key, settled, found)


def _key(row: CostRegimeRow, keys: CostKeys, month: int) -> Key | None:
    return None if row.key is None else keys.on(row.key, _first(month))


def _first(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _inside(row: CostRegimeRow, key: Key | None, costs: dict[str, int]) -> list[str]:
    """Whose costs are in the pool: the members of the key.

    For a centre municipality everybody's, unless its key also lists members that bear nothing: then
    only those that it lists.
    """
    if key is None:
        return sorted(costs)
    members = [code for code, _ in key.weights]
    if row.regime == CENTRE and all(weight for _, weight in key.weights):
        return sorted({*members, *costs})
    return members
