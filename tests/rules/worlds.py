"""Worlds for the examples of the rules on a 323: the valid base with a change on top.

A change names what differs: `domain`, `header`, `declaration`, `clients` (citizen numbers), `line`
or `lines` (the first is looked at), `allocation` (null: none), `other_allocations`, `facts`,
`municipality`, `tariffs` and `products` (rows added to the register), `earlier_lines` (decided
before, each a difference from the base line) and `declared` (declarations received before). The
facts are derived from these, so that they never contradict each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from contracts.pricing import PriceList, ProductList
from contracts.register import Register
from contracts.tables import MunicipalityRow, ProductRow, Row, TariffRow
from contracts.validity import valid_on
from rules.catalogue import Level, Rule, Subject
from rules.facts import CREDIT, CREDITED, LIVE, REJECTED, Choices, DeclarationFacts, EarlierLine
from rules.municipality import valid_for_declaration
from rules.volume import counted
from schemas.allocation import Allocation, Size
from schemas.declaration import Client, Declaration, Header, Line
from schemas.money import unsigned
from schemas.period import Period, last_day, month_number
from schemas.standard import MESSAGE_TYPES

Values = dict[str, Any]
_STATES = {"rejected": REJECTED, "live": LIVE, "credited": CREDITED, "credit": CREDIT}
_KEYS = frozenset(
    {"domain", "header", "declaration", "clients", "line", "lines", "allocation", "other_allocations"}
    | {"facts", "municipality", "tariffs", "products", "earlier_lines", "declared"}
)


class World(NamedTuple):
    """A declaration and everything the rules may know about it."""

    declaration: Declaration
    facts: DeclarationFacts

    def arguments(self, rule: Rule) -> tuple[Any, ...]:
        """What the rule is called with; the first client and the first line are looked at."""
        declaration, line = self.declaration, self.declaration.lines[0]
        facts = None if rule.level is Level.MESSAGE else self.facts
        allocation = self.facts.allocations.get(line.allocation)
        return {
            Subject.HEADER: (declaration.header, facts),
            Subject.DECLARATION: (declaration, facts),
            Subject.CLIENT: (declaration.clients[0], facts),
            Subject.PERIOD: (line.period, declaration),
            Subject.LINE: (line, facts),
            Subject.DEBIT: (line, facts),
            Subject.CREDIT: (line, facts),
            Subject.PERIOD_OF_ALLOCATION: (line.period, allocation),
            Subject.ALLOCATED_LINE: (line, allocation, facts),
        }[rule.subject]


def build(change: Mapping[str, Any]) -> World:
    """The base world with a change on top. Raises ValueError for a change it does not know."""
    if unknown := change.keys() - _KEYS:
        raise ValueError(f"unknown in a change: {sorted(unknown)}")
    domain = change.get("domain", "jw")
    base = _base(domain)
    declaration = _declaration(domain, base, change)
    return World(declaration, _facts(domain, base, change, declaration))


@cache
def _base(domain: str) -> Values:
    both = yaml.safe_load((Path(__file__).parent / "base.yaml").read_text(encoding="utf-8"))
    base: Values = both["jw"]
    if domain != "jw":
        for part, values in both[domain].items():
            base[part] = base[part] | values if isinstance(values, dict) else values
    return base


def _declaration(domain: str, base: Values, change: Mapping[str, Any]) -> Declaration:
    header = base["header"] | change.get("header", {})
    bsns = change.get("clients", base["clients"])
    given = change.get("lines", [change.get("line", {})])
    described = sorted((_known(base["line"], line) for line in given), key=lambda line: line["client"])
    lines = tuple(_line(position, line, bsns) for position, line in enumerate(described))
    counts = Counter(line.client for line in lines)
    clients, first = [], 0
    for position, bsn in enumerate(bsns):
        clients.append(Client(position, bsn, first, first + counts[position]))
        first += counts[position]
    values = _known(base["declaration"] | {"total_cents": None, "side": None}, change.get("declaration", {}))
    total = values["total_cents"]
    if total is None:
        total = sum(line.signed_cents for line in lines)
    amount, side = unsigned(total)
    message_type = MESSAGE_TYPES[f"{domain.upper()}323"]
    return Declaration(
        Header(message_type, **header, dated_on_text=str(header["dated_on"]),
               base_schema_version="1.0.0", message_schema_version="1.0.0"),
        values["number"], period_of(values["period"]), values["dated_on"],
        str(amount), values["side"] or side, total, tuple(clients), lines,
    )  # fmt: skip


def _known(base: Values, change: Values) -> Values:
    if unknown := change.keys() - base.keys():
        raise ValueError(f"unknown in a change: {sorted(unknown)}")
    return base | change


def _line(position: int, values: Values, bsns: list[str]) -> Line:
    period = period_of(values["period"])
    return Line(
        position=position,
        bsn=bsns[values["client"]],
        **(values | {"period": period, "month": month_number(period.begin)}),
    )


def period_of(value: str | list[date]) -> Period:
    """A month (`2026-03`) or a list of two days."""
    if isinstance(value, str):
        begin = date.fromisoformat(f"{value}-01")
        return Period(begin, last_day(begin))
    return Period(*value)


def _facts(
    domain: str, base: Values, change: Mapping[str, Any], declaration: Declaration
) -> DeclarationFacts:
    header = declaration.header
    allocations = _allocations(base, change)
    earlier = {line["reference"]: _earlier(base, line) for line in change.get("earlier_lines", [])}
    live = [line for line in earlier.values() if line.state == LIVE]
    used_volume, used_cents = dict.fromkeys(allocations, 0), dict.fromkeys(allocations, 0)
    for line in live:
        used_volume[line.allocation] = used_volume.get(line.allocation, 0) + line.used_volume
        used_cents[line.allocation] = used_cents.get(line.allocation, 0) + line.amount_cents
    facts = _known({"received_on": None, "choices": {}}, base["facts"] | change.get("facts", {}))
    municipality = MunicipalityRow(**(base["municipality"] | change.get("municipality", {})))
    register = _register(domain, base, change, municipality)
    named = {line.allocation for line in declaration.lines}
    starts = [allocation.start for number, allocation in allocations.items() if number in named]
    references = Counter(line.reference for line in declaration.lines)
    declared = [_Declared(**known) for known in change.get("declared", [])]
    return DeclarationFacts(
        received_on=facts["received_on"],
        choices=Choices(**facts["choices"]),
        identification_used=any(d.identification == header.identification for d in declared),
        municipality_valid=valid_for_declaration(
            lambda day: valid_on(municipality, day), header.dated_on, starts
        ),
        declaration_number_used=any(d.number == declaration.number for d in declared if d.processed),
        later_month_dated_earlier=any(
            period_of(d.month) > declaration.period and d.dated_on < header.dated_on
            for d in declared
            if d.processed
        ),
        known_clients={allocation.bsn for allocation in allocations.values()},
        allocations=allocations,
        used_volume=used_volume,
        used_cents=used_cents,
        earlier_lines=earlier,
        live={(e.allocation, e.category, e.code, month_number(e.period.begin)) for e in live},
        products=ProductList(register, domain),
        prices=PriceList(register, header.receiver, header.sender, domain),
        client_products={},
        doubled_references=frozenset(r for r, times in references.items() if times > 1),
    )


class _Declared(NamedTuple):
    """A declaration of the same provider, municipality and domain that was received before."""

    number: str = "D899"
    identification: str = "B899"
    month: str = "2026-02"
    dated_on: date = date(2026, 3, 8)
    processed: bool = True


def _allocations(base: Values, change: Mapping[str, Any]) -> dict[int, Allocation]:
    described = [_known(base["allocation"], other) for other in change.get("other_allocations", [])]
    own = change.get("allocation", {})
    if own is not None:
        described.append(_known(base["allocation"], own))
    allocations = {}
    for values in described:
        size = None if values["size"] is None else Size(**values["size"])
        allocations[values["number"]] = Allocation(**(values | {"size": size}))
    return allocations


def _earlier(base: Values, change: Values) -> EarlierLine:
    values = _known(base["line"] | {"state": "live", "bsn": base["clients"][0]}, change)
    for name in ("client", "reference", "previous", "side"):
        del values[name]
    values |= {"state": _STATES[values["state"]], "period": period_of(values["period"])}
    return EarlierLine(row=0, used_volume=counted(values["volume"], values["unit"]), **values)


def _register(
    domain: str, base: Values, change: Mapping[str, Any], municipality: MunicipalityRow
) -> Register:
    row_types: dict[str, type[Row]] = {"products": ProductRow, "tariffs": TariffRow}
    tables: dict[str, tuple[Row, ...]] = {"municipalities": (municipality,)}
    for table, row_type in row_types.items():
        named = {"name": "a product"} if table == "products" else {}
        rows = [*base[table], *change.get(table, [])]
        tables[table] = tuple(row_type.model_validate({"domain": domain, **named, **row}) for row in rows)
    return Register(1, tables)
