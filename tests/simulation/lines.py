"""Writes the lines of one random declaration: good debits, debits with something wrong, and credits."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from tests.simulation.agreed import PRODUCTS
from tests.simulation.answers import Line
from tests.simulation.law import half_up
from tests.simulation.oracle import Oracle

_WRONG = (
    "volume", "tariff", "amount", "cents", "category", "code", "code", "unit", "unpriced", "begin", "end",
    "number", "number", "foreign", "client", "reference", "month", "twice", "minutes",
    "whole month", "whole month", "after", "after",
)  # fmt: skip
_WRONG_CREDIT = ("amount", "volume", "unknown", "tariff")


class LineWriter:
    """Lines of one provider for one municipality in one domain."""

    def __init__(
        self,
        rng: Random,
        oracle: Oracle,
        party: tuple[str, str, str],
        bsns: list[str],
        dated_on: date,
        new: Callable[[str], str],
    ) -> None:
        self.rng, self.oracle, self.party = rng, oracle, party
        self.bsns, self.dated_on, self.new = bsns, dated_on, new
        own = oracle.books.get(party)
        self.own: dict[int, dict[str, Any]] = own.allocations if own else {}
        self.earlier: dict[str, Line] = own.lines if own else {}

    def lines(self, month: date, trouble: float) -> list[Line]:
        """One to four lines; a credit of an earlier line comes with a new debit more often than not."""
        written: list[Line] = []
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            if self.earlier and self.rng.random() < 0.3:
                more = self._correction(trouble)
            else:
                more = self._debits(month, trouble)
            if not written or self.rng.random() < trouble / 3 or not _repeats(written, more):
                written += more
        if len(written) > 1 and self.rng.random() < trouble / 4:
            written[-1]["reference"] = written[0]["reference"]
        self.rng.shuffle(written)
        return written

    def _debits(self, month: date, trouble: float) -> list[Line]:
        kind = self.rng.choice(_WRONG) if self.rng.random() < trouble else None
        if not self.own:
            return [self._debit(self._imagined(), month, self.rng.choice((4, 30)))]
        allocation = self.rng.choice(list(self.own.values()))
        if self.rng.random() < 0.3:
            month = (month - timedelta(days=1)).replace(day=1)
        if self.rng.random() > trouble / 3:
            month = _within(allocation, month)
        volume = {"01": 45, "83": 5000}.get(allocation["unit"], 2) * self.rng.randint(1, 6)
        line = self._debit(allocation, month, volume)
        if kind is not None:
            self._spoil(line, allocation, kind)
        return [line, {**line, "reference": self.new("R")}] if kind == "twice" else [line]

    def _imagined(self) -> dict[str, Any]:
        domain = self.party[2]
        category, code = self.rng.choice([(c, p) for w, c, p in PRODUCTS if w == domain])
        return {"number": 999_999, "bsn": self.rng.choice(self.bsns), "category": category, "code": code,
                "unit": None, "start": date(2026, 1, 1), "end": None}  # fmt: skip

    def _debit(self, allocation: dict[str, Any], month: date, volume: int) -> Line:
        """A debit that fits its allocation, unless its room is used up."""
        domain = self.party[2]
        listed = [(c, p) for w, c, p in PRODUCTS
                  if w == domain and p != "45Z99" and allocation["category"] in {None, c}]  # fmt: skip
        category, code = self.rng.choice(listed)
        if allocation["code"] is not None:
            category, code = allocation["category"], allocation["code"]
        unit = PRODUCTS[domain, category, code][0]
        begin, end = month, _last(month)
        if begin <= allocation["start"] <= end:
            begin = allocation["start"]
        if allocation["end"] is not None and begin <= allocation["end"] <= end:
            end = allocation["end"]
        line: Line = {
            "reference": self.new("R"), "previous": None, "allocation": allocation["number"],
            "category": category, "code": code, "begin": begin, "end": end, "volume": volume, "unit": unit,
            "tariff_cents": None, "amount_cents": volume, "side": "D", "bsn": allocation["bsn"],
        }  # fmt: skip
        if unit == "04" and self.rng.random() < 0.4:
            line |= {"unit": "01", "volume": volume * 60 - self.rng.choice((0, 30, 30, 50))}
        self._price(line)
        return line

    def _price(self, line: Line) -> None:
        """Give a line the tariff and amount that were agreed."""
        if line["unit"] == "83":
            line |= {"tariff_cents": None, "amount_cents": line["volume"]}
            return
        tariff = self._tariff(line, line["unit"])
        hourly = self._tariff(line, "04")
        if tariff is None and line["unit"] == "01" and hourly is not None:
            tariff = half_up(Fraction(hourly, 60))
            line["amount_cents"] = half_up(Fraction(hourly * line["volume"], 60))
        else:
            tariff = 1000 if tariff is None else tariff
            line["amount_cents"] = tariff * line["volume"]
        line["tariff_cents"] = tariff

    def _tariff(self, line: Line, unit: str) -> int | None:
        rows = self.oracle.agreed["tariffs"].get((self.party[2], line["code"], unit), ())
        return next((cents for begin, end, cents in rows if begin <= line["begin"] <= end), None)

    def _spoil(self, line: Line, allocation: dict[str, Any], kind: str) -> None:
        rng, euros = self.rng, line["unit"] == "83"
        others = [c for w, c, _ in PRODUCTS if w == self.party[2] and c != line["category"]]
        changes: dict[str, dict[str, Any]] = {
            "volume": {"volume": line["volume"] * 40},
            "category": {"category": rng.choice(others)},
            "begin": {"begin": line["begin"] + timedelta(days=1)},
            "end": {"end": max(line["begin"], line["end"] - timedelta(days=1))},
            "number": {"allocation": rng.choice((999_999, 888_888))},
            "foreign": {"allocation": rng.choice(self._numbers_of_others())},
            "client": {"bsn": rng.choice(self.bsns)},
            "month": {"end": _end_of_next(line["end"]), "begin": line["end"] + timedelta(days=1)},
            "minutes": {"unit": "01"},
            "whole month": {"begin": line["begin"].replace(day=1), "end": _last(line["end"])},
        }
        end = allocation["end"]
        if end is not None and end < self.dated_on.replace(day=1):
            longer = end < _last(line["end"]) and line["begin"] <= end
            after = line["begin"] if longer else _last(end) + timedelta(days=1)
            changes["after"] = {"begin": after, "end": _last(after)}
        if self.earlier:
            changes["reference"] = {"reference": rng.choice(list(self.earlier))}
        if not euros:
            changes["tariff"] = {"tariff_cents": line["tariff_cents"] + 1}
            changes["unit"] = {"unit": rng.choice(("14", "16", "84"))}
        if kind == "code":
            line["code"] = rng.choice([*(p for w, _, p in PRODUCTS if w == self.party[2]), "45X99"])
        elif kind == "unpriced" and self.party[2] == "jw":
            line |= {"category": "45", "code": "45Z99", "unit": "04"}
        line |= changes.get(kind, {})
        if kind in {"month", "begin"} and line["begin"] > line["end"]:
            line["begin"] = line["end"].replace(day=1)
        if kind not in {"tariff", "unit"} or euros:
            self._price(line)
        if kind in {"amount", "cents"} and not euros:
            line["amount_cents"] += 100 if kind == "amount" else rng.choice((-1, 1))

    def _numbers_of_others(self) -> list[int]:
        others = [
            n for key, books in self.oracle.books.items() if key != self.party for n in books.allocations
        ]
        return others or [777_777]

    def _correction(self, trouble: float) -> list[Line]:
        """A credit of an earlier line, and perhaps what must take its place."""
        live = [x for x in self.earlier.values() if x["state"] == "live"]
        if live and self.rng.random() > trouble:
            original = self.rng.choice(live)
        else:
            original = self.rng.choice(list(self.earlier.values()))
        credit = {k: v for k, v in original.items() if k != "state"}
        credit |= {"reference": self.new("R"), "previous": original["reference"], "side": "C"}
        if self.rng.random() < trouble:
            self._spoil_credit(credit)
        allocation = self.own.get(original["allocation"])
        if allocation is None or original["side"] == "C" or self.rng.random() < 0.5:
            return [credit]
        if self.rng.random() < 0.3:
            return [credit, {**credit, "reference": self.new("R"), "previous": None, "side": "D"}]
        month = original["begin"].replace(day=1)
        return [credit, self._debit(allocation, month, max(1, original["volume"] // 2))]

    def _spoil_credit(self, credit: Line) -> None:
        kind = self.rng.choice(_WRONG_CREDIT)
        if kind == "amount" and credit["unit"] != "83":
            credit["amount_cents"] += 1
        elif kind == "volume" and credit["unit"] != "83":
            credit["volume"] += 1
        elif kind == "unknown":
            credit["previous"] = "R0"
        elif kind == "tariff" and credit["unit"] != "83":
            credit["tariff_cents"] += 1


def _repeats(written: list[Line], more: list[Line]) -> bool:
    """Whether a message with both would be refused as a whole for what it says twice."""

    def debits(lines: list[Line]) -> set[tuple[Any, ...]]:
        return {(x["allocation"], x["code"], x["begin"]) for x in lines if x["side"] == "D"}

    previous = [x["previous"] for x in written + more if x["previous"] is not None]
    return bool(debits(written) & debits(more)) or len(previous) != len(set(previous))


def _within(allocation: dict[str, Any], month: date) -> date:
    """The month, or the nearest one before its end in which the allocation runs."""
    last = allocation["end"] or date.max
    return min(max(month, allocation["start"].replace(day=1)), last.replace(day=1))


def _end_of_next(day: date) -> date:
    return _last(day + timedelta(days=1))


def _last(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
