"""Large declarations with all they need, in memory: for benchmarks and tests of the hot path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import NamedTuple

from contracts.tables import Row
from desk.synthetic.care import Client, Intake, decision_day, lines_of, month_of
from desk.synthetic.numbers import Numbers
from desk.synthetic.region import Partition, make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.wire import ClientLines, allocation_xml, declaration_xml
from schemas.standard import Domain


class OneDeclaration(NamedTuple):
    """Register rows by table, the 301s, and one 323 whose lines are all valid. Received on `received_on`."""

    register: Mapping[str, tuple[Row, ...]]
    allocations: list[bytes]
    declaration: bytes
    received_on: date


class Declarations(NamedTuple):
    """Register rows by table, the 301s, and 323s of one provider whose lines are all valid."""

    register: Mapping[str, tuple[Row, ...]]
    allocations: list[bytes]
    declarations: list[bytes]
    received_on: date


def one_declaration(
    lines: int,
    seed: int,
    *,
    domain: Domain = Domain.JW,
    month: date = date(2026, 3, 1),
    indented: bool = False,
) -> OneDeclaration:
    """Exactly `lines` valid lines of one provider over one month.

    Flat, 37,000 lines stay below 25 MB; `indented` makes a line about half as large again.
    Raises ValueError when there is no line.
    """
    made = declarations(1, lines, seed, domain=domain, month=month, indented=indented)
    return OneDeclaration(made.register, made.allocations, made.declarations[0], made.received_on)


def declarations(
    count: int,
    lines: int,
    seed: int,
    *,
    domain: Domain = Domain.JW,
    month: date = date(2026, 3, 1),
    indented: bool = False,
) -> Declarations:
    """`count` declarations of exactly `lines` valid lines each, of different clients.

    Raises ValueError when there is no line.
    """
    rng, numbers = Random(seed), Numbers()
    region = make_region(rng, municipalities=1, lines=count * lines, months=months_from(month, 1))
    town = region.towns[0]
    provider = next(found for found in region.providers if domain in found.domains)
    prices = region.prices(provider, domain)
    intake = Intake(rng, numbers, Partition(town, provider, domain, lines), prices, 1)
    within, dated_on = month_of(month), region.received_on
    allocations: list[bytes] = []
    made: list[bytes] = []

    def allocated(client: Client) -> bytes:
        return allocation_xml(
            domain, town.code, provider.agb, f"M{numbers.message():09d}", decision_day(within.begin),
            person=client.person, allocations=[care.allocation for care in client.care],
        )  # fmt: skip

    for number in range(1, count + 1):
        clients: list[ClientLines] = []
        left = lines
        while left:
            client = intake.client(within)
            claimed = list(lines_of(rng, numbers, client, within, prices))[:left]
            if claimed:
                left -= len(claimed)
                clients.append((client.person.bsn, claimed))
                allocations.append(allocated(client))
        made.append(
            declaration_xml(
                domain, town.code, provider.agb, f"M{number}", dated_on, number=f"D{number}", month=month,
                signed_on=dated_on, clients=clients, indented=indented,
            )
        )  # fmt: skip
    return Declarations(
        {**register_rows(region), "ceilings": (), "client_stops": ()}, allocations, made, dated_on
    )
