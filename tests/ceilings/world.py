"""A store, a register with ceilings, and declarations of any amount: products in euros."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from sqlalchemy import Engine

from contracts.ceilings import ceilings_of
from contracts.tables import TABLES, Row
from rules.facts import Choices
from schemas.notice import Signal
from store.ceilings import months_of, recount, uses
from store.clock import tick_signals
from store.database import open_store, transaction
from store.inbox import Inbox
from store.outbox import all_signals
from store.registers import load, save
from streams.ceiling_register import renew_ceilings
from streams.clock import tick
from streams.embedded import refresh
from streams.handle import handle
from streams.house import House
from streams.outcome import Outcome
from tests.simulation.agreed import first_agreed, register_of
from tests.simulation.wire import bytes_of

TOWN, OTHER_TOWN = "0384", "0363"
OAK, ELM = "41410001", "41410002"
BSNS = ("999900006", "999900018", "999900031", "999900043", "999900055")
PRODUCT = {"jw": ("50", "50B01"), "wmo": ("06", "06B02")}
CRISIS = {"jw": ("46", "46A01"), "wmo": ("17", "17A01")}
KINDS = ("reached", "below", "threatens", "carried_over")


def ceiling(name: str, euros: int, **columns: Any) -> dict[str, Any]:
    """A row of the table `ceilings`: 2026, all care of Oak, unless `columns` say otherwise."""
    return {
        "ceiling": name, "version": 1, "agb": (OAK,), "kind": "CEILING", "amount_cents": euros * 100,
        "valid_from": date(2026, 1, 1), "valid_until": date(2026, 12, 31),
    } | columns  # fmt: skip


class World:
    """One store in memory. Amounts are whole euros; allocations are made on first use."""

    def __init__(
        self,
        ceilings: list[dict[str, Any]],
        stops: list[dict[str, Any]] | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.engine = engine or open_store("sqlite://")
        self.house = House(Choices())
        self._made: set[int] = set()
        self._count = 0
        agreed = first_agreed()
        for domain, (category, code) in CRISIS.items():
            agreed["products"][domain, category, code] = "83"
        self._tables: dict[str, tuple[Row, ...]] = dict(register_of(agreed).tables)
        self.agree(ceilings, stops or [])

    def agree(
        self, ceilings: list[dict[str, Any]], stops: list[dict[str, Any]] | None = None
    ) -> list[Signal]:
        """Import a register with these ceilings and stops."""
        self._tables["ceilings"] = tuple(TABLES["ceilings"].model_validate(row) for row in ceilings)
        if stops is not None:
            rows = tuple(TABLES["client_stops"].model_validate(row) for row in stops)
            self._tables["client_stops"] = rows
        with transaction(self.engine) as connection:
            last = Inbox(connection).last_message_id()
            save(connection, self._tables, "2026-01-01T00:00:00", last)
            return renew_ceilings(connection, load(connection))

    def send(self, message: dict[str, Any], received_on: date) -> Outcome:
        """Let one message through the whole of `handle`."""
        with transaction(self.engine) as connection:
            refresh(self.house, connection)
            return handle(bytes_of(message), "m.xml", received_on, Inbox(connection), self.house)

    def allocate(
        self, number: int, *, bsn: str = BSNS[0], domain: str = "jw", town: str = TOWN, provider: str = OAK,
        start: date = date(2025, 11, 1), end: date = date(2026, 12, 31), specific: bool = False,
        crisis: bool = False,
    ) -> list[Signal]:  # fmt: skip
        """A 301 with one allocation, aspecific unless said otherwise, and what it brought."""
        category, code = (CRISIS if crisis else PRODUCT)[domain]
        self._made.add(number)
        product = {
            "number": number, "bsn": bsn, "category": category, "code": code if specific else None,
            "volume": 99_999_999 if specific else None, "unit": "83" if specific else None,
            "frequency": "6" if specific else None, "budget": None if specific else 99_999_999,
            "start": start, "end": end, "reason": None, "decided_at": "2025-10-01T12:00:00",
        }  # fmt: skip
        message = {
            "kind": "301", "domain": domain, "town": town, "provider": provider,
            "identification": f"T{number}", "dated_on": start, "allocations": [product],
        }  # fmt: skip
        before = len(self.signals())
        outcome = self.send(message, max(start, date(2026, 1, 2)))
        assert outcome.outcome == "stored", outcome
        return self.signals()[before:]

    def line(
        self, euros: int, month: int = 1, *, allocation: int = 1, bsn: str = BSNS[0], year: int = 2026,
        credits: dict[str, Any] | None = None, crisis: bool = False, domain: str = "jw", first: int = 1,
    ) -> dict[str, Any]:  # fmt: skip
        """A debit in euros over a month, or the credit of an earlier line."""
        self._count += 1
        reference = f"R{self._count}"
        if credits is not None:
            return credits | {"reference": reference, "previous": credits["reference"], "side": "C"}
        category, code = (CRISIS if crisis else PRODUCT)[domain]
        last = calendar.monthrange(year, month)[1]
        return {
            "reference": reference, "previous": None, "allocation": allocation, "category": category,
            "code": code, "begin": date(year, month, first), "end": date(year, month, last),
            "volume": euros * 100, "unit": "83", "tariff_cents": None, "amount_cents": euros * 100,
            "side": "D", "bsn": bsn,
        }  # fmt: skip

    def claim(
        self,
        *lines: dict[str, Any],
        received_on: date,
        domain: str = "jw",
        town: str = TOWN,
        provider: str = OAK,
    ) -> list[Signal]:
        """A 323 over the month of its latest line, all of it granted, and the signals it brought."""
        for line in lines:
            if line["allocation"] not in self._made:
                self.allocate(
                    line["allocation"], bsn=line["bsn"], domain=domain, town=town, provider=provider
                )
        message = self.message([*lines], received_on=received_on, domain=domain, town=town, provider=provider)
        before = len(self.signals())
        outcome = self.send(message, received_on)
        assert (outcome.outcome, outcome.rejected) == ("answered", 0)
        self.hold()
        return self.signals()[before:]

    def message(
        self, lines: list[dict[str, Any]], *, received_on: date, domain: str = "jw", town: str = TOWN,
        provider: str = OAK,
    ) -> dict[str, Any]:  # fmt: skip
        """A 323 over the month of its latest line."""
        self._count += 1
        month = max(line["begin"] for line in lines).replace(day=1)
        clients: dict[str, list[dict[str, Any]]] = {}
        for line in lines:
            clients.setdefault(line["bsn"], []).append(line)
        return {
            "kind": "323", "domain": domain, "town": town, "provider": provider,
            "identification": f"I{self._count}", "dated_on": received_on, "number": f"D{self._count}",
            "begin": month, "end": month.replace(day=calendar.monthrange(month.year, month.month)[1]),
            "total": sum(-x["amount_cents"] if x["side"] == "C" else x["amount_cents"] for x in lines),
            "clients": list(clients.items()),
        }  # fmt: skip

    def pass_day(self, day: date) -> list[Signal]:
        """Let a day come."""
        with transaction(self.engine) as connection:
            return list(tick_signals(connection, tick(connection, load(connection), day).tick.id))

    def signals(self) -> list[Signal]:
        """Everything about ceilings and stops that messages brought."""
        with transaction(self.engine) as connection:
            return [signal for signal in all_signals(Inbox(connection)) if signal.more]

    def used(self, name: str, year: int = 2026) -> int:
        """Whole euros used of a ceiling."""
        with transaction(self.engine) as connection:
            return uses(Inbox(connection))[name, year].used_cents // 100

    def hold(self) -> None:
        """The running totals are what the lines add up to, by month too."""
        with transaction(self.engine) as connection:
            inbox = Inbox(connection)
            index = ceilings_of(load(connection))
            for key, use in uses(inbox).items():
                watch = index.watch(key, use.judged_on)
                if watch is not None:
                    counted = {k: v for k, v in recount(inbox, watch).items() if v}
                    assert use.used_cents == sum(counted.values()), key
                    by_month = {k: v for k, v in months_of(inbox, use.id).items() if v}
                    assert by_month == counted, key


def told(signals: list[Signal]) -> list[tuple[Any, ...]]:
    """Events as (ceiling, kind, threshold, occurrence)."""
    return [
        (s.more["ceiling"], s.kind, s.more["threshold"], s.more["occurrence"])
        for s in signals
        if s.kind in KINDS and s.more is not None
    ]
