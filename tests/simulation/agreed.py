"""What is agreed outside the messages, as plain values for the oracle and as a register for the core."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from contracts.register import Register
from contracts.tables import TABLES, Row

EPOCH = date(2021, 1, 1)
TOWNS = ("0384", "0363", "0518")
PROVIDERS = ("41410001", "41410002", "41410003", "41410004")
STRANGER = "41410099"  # a provider that only a later register knows
IBANS = ("NL91ABNA0417164300", "DE89370400440532013000", "BE71096123456769", "GB33BUKB20201555555555")

# (domain, category, code): unit and price in cents per unit; 45A04 is priced per hour, and declared in
# minutes too: half an hour of it is half a cent more than a whole number.
PRODUCTS: dict[tuple[str, str, str], tuple[str, int | None]] = {
    ("jw", "45", "45A04"): ("04", 9345),
    ("jw", "45", "45C10"): ("82", 12500),
    ("jw", "54", "54A02"): ("01", 175),
    ("jw", "50", "50B01"): ("83", None),
    ("jw", "45", "45Z99"): ("04", None),  # listed, but never priced
    ("wmo", "01", "01A03"): ("04", 3421),
    ("wmo", "02", "02A05"): ("04", 6805),
    ("wmo", "07", "07A12"): ("16", 4875),
    ("wmo", "06", "06B02"): ("83", None),
}

Agreed = dict[str, Any]


def first_agreed() -> Agreed:
    """The first register of every history, as plain values."""
    return {
        "version": 1,
        "towns": dict.fromkeys(TOWNS),  # code: last day, None is open
        "providers": {agb: IBANS[n] for n, agb in enumerate(PROVIDERS)},
        "products": {key: unit for key, (unit, _) in PRODUCTS.items()},
        "tariffs": {
            (domain, code, unit): [(EPOCH, date.max, cents)]
            for (domain, _, code), (unit, cents) in PRODUCTS.items()
            if cents is not None
        },
        "blocks": [],  # (agb, first day, cents or None, town or None)
    }


def changed(agreed: Agreed) -> Agreed:
    """A copy to change, as the next version."""
    after = deepcopy(agreed)
    after["version"] += 1
    return after


def register_of(agreed: Agreed) -> Register:
    """The same as the register the core decides under."""
    tables: dict[str, list[dict[str, Any]]] = {
        "municipalities": [
            {"code": code, "name": f"Town {code}", "valid_from": EPOCH, "valid_until": until,
             "iban": "NL20INGB0001234567", "bic": "INGBNL2A"}
            for code, until in agreed["towns"].items()
        ],
        "providers": [
            {"agb": agb, "name": f"Provider {agb}", "iban": iban}
            for agb, iban in agreed["providers"].items()
        ],
        "products": [
            {"domain": domain, "category": category, "code": code, "unit": unit, "name": code,
             "valid_from": EPOCH}
            for (domain, category, code), unit in agreed["products"].items()
        ],
        "tariffs": [
            {"domain": domain, "code": code, "unit": unit, "cents": cents, "valid_from": begin,
             "valid_until": None if end == date.max else end}
            for (domain, code, unit), rows in agreed["tariffs"].items()
            for begin, end, cents in rows
        ],
        "payment_blocks": [
            {"agb": agb, "reason": "OTHER", "valid_from": begin, "amount_cents": cents, "municipality": town}
            for agb, begin, cents, town in agreed["blocks"]
        ],
    }  # fmt: skip
    rows: dict[str, tuple[Row, ...]] = {
        name: tuple(TABLES[name].model_validate(row) for row in values) for name, values in tables.items()
    }
    return Register(agreed["version"], rows)
