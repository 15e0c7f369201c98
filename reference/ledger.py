"""The ledger: every published rule of the standard with our status, in the order of the tables."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml


class Entry(NamedTuple):
    """One published rule. `status`: implemented, by schema, or not applicable (then `why` says it)."""

    id: str
    status: str
    gloss: str
    why: str


@cache
def ledger() -> tuple[Entry, ...]:
    """All entries, in the order of the published tables."""
    text = (files("reference") / "standard" / "ledger.yaml").read_text(encoding="utf-8")
    return tuple(Entry(e["id"], e["status"], e["gloss"], e.get("why", "")) for e in yaml.safe_load(text))


@cache
def _positions() -> dict[str, int]:
    return {entry.id: number for number, entry in enumerate(ledger())}


def position(rule_id: str) -> int:
    """Place of a rule in the published tables; a rule the ledger does not know raises KeyError."""
    return _positions()[rule_id]
