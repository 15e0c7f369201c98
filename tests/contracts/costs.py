"""Builders of registers that say who bears a cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.register import Register
from contracts.tables import CostBearerRow, CostKeyRow, CostRegimeRow, LumpSumRow, MunicipalityRow, Row

INHABITANTS = {"0402": 93_345, "1942": 60_341, "0406": 41_252, "0376": 12_490, "0417": 11_712, "1696": 24_659}
"""Hilversum, Gooise Meren, Huizen, Blaricum, Laren, Wijdemeren."""
EPOCH = date(2025, 1, 1)


def key_rows(
    weights: Mapping[str, int], key: str = "INWONERS", method: str = "EXACT", **values: object
) -> list[CostKeyRow]:
    base: dict[str, Any] = {"key": key, "method": method, "valid_from": EPOCH, **values}
    return [CostKeyRow(municipality=code, weight=weight, **base) for code, weight in weights.items()]


def town(code: str, **values: object) -> MunicipalityRow:
    base = {"code": code, "name": f"Gemeente {code}", "valid_from": date(2015, 1, 1), **values}
    return MunicipalityRow.model_validate(base)


def lump_sum(amount_cents: int, instalments: int, **values: object) -> LumpSumRow:
    base = {"schedule": "CRISIS", "agb": "41410001", "purpose": "Crisisbedden", "year": 2026} | values
    return LumpSumRow.model_validate({**base, "amount_cents": amount_cents, "instalments": instalments})


def regime(codes: str, kind: str, key: str | None = None, **values: object) -> CostRegimeRow:
    base = {"domain": "jw", "codes": (codes,), "year": 2026, "regime": kind, "key": key} | values
    return CostRegimeRow.model_validate(base)


def bearer(allocation: int, municipality: str, bearing: str, **values: object) -> CostBearerRow:
    base = {"domain": "wmo", "allocation": allocation, "municipality": municipality, "bearer": bearing}
    return CostBearerRow.model_validate(base | {"valid_from": EPOCH} | values)


def register(*rows: Row, towns: tuple[MunicipalityRow, ...] | None = None) -> Register:
    """A register of these rows; every municipality they name exists unless `towns` are given."""
    tables: dict[str, list[Row]] = {}
    names = {
        CostKeyRow: "cost_keys", LumpSumRow: "lump_sums", CostRegimeRow: "cost_regimes",
        CostBearerRow: "cost_bearers",
    }  # fmt: skip
    for row in rows:
        tables.setdefault(names[type(row)], []).append(row)
    if towns is None:
        named = {row.municipality for row in rows if isinstance(row, CostKeyRow | LumpSumRow | CostBearerRow)}
        towns = tuple(town(code) for code in sorted(code for code in named if code))
    return Register(1, {"municipalities": towns, **{name: tuple(found) for name, found in tables.items()}})
