"""The settlement of a year as people and programs read it. No client is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from processors.tables import Cell, Table
from schemas.costs import Settlement

COLUMNS: Final = (
    "year", "municipality", "entry", "domain", "product", "provider", "allocation", "reference", "other",
    "amount_cents",
)  # fmt: skip


def settlement_object(settlement: Settlement) -> dict[str, Any]:
    """The settlement as plain values; amounts in signed cents."""
    return {
        "year": settlement.year,
        "municipalities": [{**a._asdict(), "borne_cents": a.borne_cents} for a in settlement.accounts],
        "pools": [
            {
                "domain": pool.domain,
                "codes": list(pool.codes),
                "regime": pool.regime,
                "key": pool.key,
                "settled": pool.settled,
                "shares": [{**share._asdict(), "delta_cents": share.delta_cents} for share in pool.shares],
            }
            for pool in settlement.pools
        ],
        "recharges": [
            {
                "from": line.municipality,
                "to": bearer,
                "domain": line.domain,
                "product": line.code,
                "provider": line.provider,
                "allocation": line.allocation,
                "reference": line.reference,
                "begin_on": str(line.begin_on),
                "amount_cents": line.cents,
            }
            for bearer, line in settlement.recharges
        ],
    }


def municipality_table(settlement: Settlement, code: str) -> Table:
    """The year of one municipality; its cents add up to what it bears.

    `entry` is GRANTED (per product), RECHARGE (per line; `other` is whom it is repaid by or to), the
    regime of a pool (what it pays in, negative what it receives), or LUMP_SUM.
    """
    rows = tuple((settlement.year, code, *row) for row in _rows(settlement, code))
    return Table("costs", COLUMNS, rows)


def _rows(settlement: Settlement, code: str) -> Iterator[tuple[Cell, ...]]:
    granted: defaultdict[tuple[str, str], int] = defaultdict(int)
    for cost in settlement.costs:
        if cost.municipality == code:
            granted[cost.domain, cost.code] += cost.cents
    for (domain, product), cents in sorted(granted.items()):
        yield ("GRANTED", domain, product, "", "", "", "", cents)
    for bearer, line in settlement.recharges:
        about = ("RECHARGE", line.domain, line.code, line.provider, line.allocation, line.reference)
        if line.municipality == code:
            yield (*about, bearer, -line.cents)
        if bearer == code:
            yield (*about, line.municipality, line.cents)
    for pool in settlement.pools:
        for share in pool.shares:
            if share.municipality == code:
                codes = " ".join(pool.codes)
                yield (pool.regime, pool.domain, codes, "", "", pool.key or "", "", share.delta_cents)
    for municipality, cents in settlement.lump_sums:
        if municipality == code:
            yield ("LUMP_SUM", "", "", "", "", "", "", cents)
