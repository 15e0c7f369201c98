"""Writes random histories: who sends what, when, and what is wrong with it. One seed, one history."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from random import Random
from typing import Any

from desk.synthetic.numbers import bsns
from tests.simulation.agreed import PRODUCTS, PROVIDERS, STRANGER, TOWNS, Agreed, changed
from tests.simulation.answers import Line, Message
from tests.simulation.lines import LineWriter
from tests.simulation.oracle import Oracle
from tests.simulation.wire import bytes_of

_ALL_BSNS = [bsn for _, bsn in zip(range(12), bsns(), strict=False)]
_JUNK = (b"", b"not xml", b"<?xml version='1.0'?><!DOCTYPE a><a/>", b"\xff\xfe<\0a\0", b"<Bericht/>")
Step = tuple[Any, ...]


class Author:
    """Makes the next step of one history, knowing what came before."""

    def __init__(self, rng: Random, oracle: Oracle) -> None:
        self.rng, self.oracle = rng, oracle
        self.day = date(2026, 1, 28) + timedelta(days=rng.randrange(20))
        towns = rng.sample(TOWNS, rng.randint(1, 3))
        providers = rng.sample(PROVIDERS, rng.randint(1, 4))
        pairs = [(t, v, w) for t in towns for v in providers for w in ("jw", "wmo")]
        self.parties = rng.sample(pairs, min(len(pairs), rng.randint(1, 3)))
        self.bsns = rng.sample(_ALL_BSNS, rng.randint(1, 3))
        self.sent: list[tuple[bytes, Message]] = []
        self.late: list[Message] = []
        self._number = 0
        self.trouble = rng.choice((0.05, 0.15, 0.3))

    def steps(self) -> list[Step]:
        """Everything that happens next, in order."""
        self.day += timedelta(days=self.rng.choice((0, 0, 1, 3, 9, 17)))
        kind = self.rng.choices(
            ("declare", "allocate", "again", "close", "register", "junk", "late", "all again"),
            (58, 11, 7, 18, 6, 4, 5, 1),
        )[0]
        if kind == "close":
            return [self._close()]
        if kind == "register":
            return [("register", self._change())]
        if kind == "all again":
            return [("deliver", self.sent[n : n + 3]) for n in range(0, len(self.sent), 3)]
        messages = self._messages(kind)
        if self.rng.random() < 0.12:
            self.late += messages
            return []
        return [self._deliver(messages)]

    def opening(self) -> list[Step]:
        """What every history begins with: allocations."""
        return [
            self._deliver([self._allocate(party)])
            for party in self.parties
            for _ in range(self.rng.randint(1, 2))
        ]

    def ending(self) -> list[Step]:
        """What is still under way arrives, and every municipality pays."""
        closes: list[Step] = [("close", town, self.day) for town in TOWNS]
        return [*([self._deliver(self.late)] if self.late else []), *closes]

    def _deliver(self, messages: list[Message]) -> Step:
        group = []
        for message in messages:
            dated: Message = {**message, "received_on": self.day}
            group.append((bytes_of(dated), dated))
        self.sent += group
        return ("deliver", group)

    def _messages(self, kind: str) -> list[Message]:
        if kind == "declare":
            return [self._declare() for _ in range(self.rng.choice((1, 1, 2)))]
        if kind == "allocate":
            return [self._allocate(self.rng.choice(self.parties))]
        if kind == "again":
            return [message for _, message in self.rng.sample(self.sent, min(2, len(self.sent)))]
        if kind == "junk":
            return [self._junk()]
        late = self.rng.sample(self.late, len(self.late))
        self.late = []
        return late or [self._declare()]

    def _close(self) -> Step:
        back = self.rng.choice((0, 0, 0, 1, 10, 30))
        return ("close", self.rng.choice(self.parties)[0], self.day - timedelta(days=back))

    def _junk(self) -> Message:
        if self.rng.random() < 0.4:
            whole = bytes_of(self._declare())
            broken = whole.replace(b"BerichtVersie>3<", b"BerichtVersie>4<")
            return {"kind": "junk", "content": broken, "expected": "refused"}
        return {"kind": "junk", "content": self.rng.choice(_JUNK), "expected": "quarantined"}

    def _new(self, letter: str) -> str:
        self._number += 1
        return f"{letter}{self._number}"

    # -- 301

    def _allocate(self, party: tuple[str, str, str]) -> Message:
        town, provider, domain = party
        own = self.oracle.books.get(party)
        allocation: dict[str, Any]
        if own and own.allocations and self.rng.random() < 0.5:
            allocation = self._next_version(self.rng.choice(list(own.allocations.values())))
        else:
            allocation = self._first_version(domain)
        dated_on = self.day + timedelta(days=int(self.rng.random() < 0.02))
        return {
            "kind": "301", "town": town, "provider": provider, "domain": domain,
            "identification": self._new("T"), "dated_on": dated_on, "allocations": [allocation],
        }  # fmt: skip

    def _first_version(self, domain: str) -> dict[str, Any]:
        rng = self.rng
        category, code = rng.choice([(c, p) for w, c, p in PRODUCTS if w == domain and p != "45Z99"])
        unit = PRODUCTS[domain, category, code][0]
        start = rng.choice((date(2025, 12, 1), date(2026, 1, 1), date(2026, 1, 14), date(2026, 2, 1)))
        end = rng.choice((None, date(2026, 2, 17), date(2026, 3, 31), date(2026, 12, 31)))
        values: dict[str, Any] = {
            "number": 100 + self._taken() if rng.random() < 0.95 else 100, "bsn": rng.choice(self.bsns),
            "category": category, "code": code, "volume": None, "unit": None, "frequency": None,
            "budget": None, "start": start, "end": end, "reason": None,
            "decided_at": f"{start - timedelta(days=9)}T10:00:00",
        }  # fmt: skip
        if rng.random() < 0.25:
            keep = rng.random() < 0.5
            return values | {
                "category": category if keep else None, "code": None,
                "budget": rng.choice((30_000, 70_000, 150_000)), "end": end or date(2026, 12, 31),
            }  # fmt: skip
        frequency = rng.choice("1246" if unit in {"01", "04"} else "246")
        scale = {"01": 30, "83": 4000}.get(unit, 1)
        volume = {"1": 1, "2": 2, "4": 8, "6": rng.choice((8, 12, 20))}[frequency] * scale
        values |= {"volume": volume, "unit": unit, "frequency": frequency}
        return values | {"end": end or date(2026, 12, 31)} if frequency == "2" else values

    def _taken(self) -> int:
        self._number += 1
        return self._number

    def _next_version(self, known: dict[str, Any]) -> dict[str, Any]:
        """A changed allocation; now and then an older version that arrives late."""
        rng = self.rng
        change = rng.choice(("more", "less", "end", "delete", "same"))
        after = dict(known)
        if change == "same":
            return after
        if rng.random() < 0.8:
            after["reason"] = None
        if change in {"more", "less"}:
            key = "budget" if known["budget"] is not None else "volume"
            if known[key] is not None:
                after[key] = max(1, known[key] * 2 if change == "more" else known[key] // 2)
        elif change == "end":
            after["end"] = rng.choice((date(2026, 2, 17), date(2026, 3, 10), date(2026, 12, 31)))
        else:
            after |= {"reason": "13", "end": known["start"]}
        age = rng.choice((0, 0, 60))
        decided = min(self.day, date(2026, 12, 1)) - timedelta(days=age)
        return after | {"decided_at": f"{decided}T{rng.randint(10, 19)}:30:00"}

    # -- 323

    def _declare(self) -> Message:
        rng = self.rng
        town, provider, domain = party = rng.choice(self.parties)
        own = self.oracle.books.get(party)
        dated_on = self.day - timedelta(days=rng.choice((0, 0, 1, 4)))
        begin = self._month(dated_on)
        writer = LineWriter(rng, self.oracle, party, self.bsns, dated_on, self._new)
        lines = writer.lines(begin, self.trouble)
        clients: dict[str, list[Line]] = {}
        for line in lines:
            clients.setdefault(line["bsn"], []).append(line)
        message: Message = {
            "kind": "323", "town": town, "provider": provider, "domain": domain,
            "identification": self._new("I"), "dated_on": dated_on, "number": self._new("D"),
            "begin": begin, "end": begin.replace(day=calendar.monthrange(begin.year, begin.month)[1]),
            "total": sum(-x["amount_cents"] if x["side"] == "C" else x["amount_cents"] for x in lines),
            "clients": list(clients.items()),
        }  # fmt: skip
        if rng.random() < self.trouble:
            self._spoil(message, own)
        return message

    def _month(self, dated_on: date) -> date:
        """The first day of the last month that has ended; now and then of one before it."""
        latest = dated_on.replace(day=1) - timedelta(days=1)
        for _ in range(self.rng.choices((0, 1, 2), (85, 10, 5))[0]):
            latest = latest.replace(day=1) - timedelta(days=1)
        return latest.replace(day=1)

    def _spoil(self, message: Message, own: Any) -> None:
        """Something wrong above the lines."""
        rng = self.rng
        kind = rng.choice(
            (
                "total",
                "future",
                "number",
                "identification",
                "bsn",
                "early",
                "stranger",
                "town",
                "period",
                "period",
            )
        )
        earlier = [m for _, m in self.sent if m["kind"] == "323"]
        if kind == "total":
            message["total"] += 1
        elif kind == "future":
            message["dated_on"] = self.day + timedelta(days=2)
        elif kind == "number" and own and own.numbers:
            message["number"] = rng.choice(sorted(own.numbers))
        elif kind == "identification" and earlier:
            message["identification"] = rng.choice(earlier)["identification"]
        elif kind == "bsn":
            bsn = rng.choice(("999900007", "999990019"))
            message["clients"][0] = (bsn, [{**x, "bsn": bsn} for x in message["clients"][0][1]])
        elif kind == "early":
            message["dated_on"] = message["end"] - timedelta(days=1)
        elif kind == "period":
            message["end"] = message["begin"] - timedelta(days=1)
            message["begin"] = message["end"].replace(day=1)
        elif kind == "stranger":
            message["provider"] = STRANGER
        elif kind == "town" and rng.random() < 0.3:
            message["town"] = "0999"

    # -- register

    def _change(self) -> Agreed:
        rng, after = self.rng, changed(self.oracle.agreed)
        provider = rng.choice(PROVIDERS)
        kind = rng.choice(("tariff", "block", "part", "unblock", "no iban", "iban", "stranger", "town ends"))
        if kind == "tariff":
            key = rng.choice(sorted(after["tariffs"]))
            begin, end, cents = after["tariffs"][key].pop()
            day = max(begin + timedelta(days=1), rng.choice((date(2026, 2, 1), date(2026, 3, 1))))
            split = [(begin, day - timedelta(days=1), cents), (day, end, cents + rng.choice((5, 11, -7)))]
            after["tariffs"][key] += split
        elif kind in {"block", "part"}:
            if all(block[0] != provider for block in after["blocks"]):
                cents = None if kind == "block" else 20_000
                town = rng.choice((None, rng.choice(self.parties)[0]))
                after["blocks"].append((provider, self.day - timedelta(days=5), cents, town))
        elif kind == "unblock":
            after["blocks"] = []
        elif kind == "no iban":
            after["providers"][provider] = None
        elif kind == "iban":
            after["providers"][provider] = "NL02ABNA0123456789"
        elif kind == "stranger":
            after["providers"][STRANGER] = "NL02ABNA0123456789"
        else:
            town = rng.choice(self.parties)[0]
            after["towns"][town] = None if after["towns"][town] else date(2025, 12, 15)
        return after
