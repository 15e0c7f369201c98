"""The rules on messages and lines, restated from the published text: which codes does a line get?"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Message = dict[str, Any]
Line = dict[str, Any]
Allocation = dict[str, Any]

ORDER = [
    "8187", "8021", "9319", "9338", "9384", "9339", "9340", "9341", "9307", "9308", "9387", "9388", "9321",
    "9322", "9369", "9389", "8017", "9390", "S329", "0611", "9346",
]  # fmt: skip
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def signed(line: Line) -> int:
    """A line in signed cents."""
    return -int(line["amount_cents"]) if line["side"] == "C" else int(line["amount_cents"])


def inside(message: Message) -> Iterator[str]:
    """Rules that need the message alone; any of them gives 0001."""
    lines = [line for _, lines in message["clients"] for line in lines]
    if len({bsn for bsn, _ in message["clients"]}) != len(message["clients"]):
        yield "TR101"
    for bsn, of_client in message["clients"]:
        if sum(int(c) * w for c, w in zip(bsn, _WEIGHTS, strict=True)) % 11:
            yield "CS002"
        same = ("allocation", "category", "code", "begin", "end")
        debits = [tuple(x[k] for k in same) for x in of_client if x["side"] == "D"]
        if len(debits) != len(set(debits)):
            yield "TR416"
        keys = [(x["reference"], x["previous"]) for x in of_client]
        if len(keys) != len(set(keys)):
            yield "TR101"
    previous = [x["previous"] for x in lines if x["previous"] is not None]
    if len(previous) != len(set(previous)):
        yield "TR315"
    if set(previous) & {x["reference"] for x in lines}:
        yield "TR316"
    if message["total"] != sum(map(signed, lines)):
        yield "TR358"
    if max([message["end"], *(x["end"] for x in lines)]) > message["dated_on"]:
        yield "TR137"
    if any(_month(x["begin"]) != _month(x["end"]) or x["begin"] > x["end"] for x in lines):
        yield "CS337"


def credit(line: Line, earlier: dict[str, Line]) -> Iterator[str]:
    """A credit repeats one live debit."""
    original = earlier.get(line["previous"])
    if original is not None and original["state"] == "credited":
        yield "9390"
    elif original is None or original["state"] != "live" or _differ(line, original):
        yield "8017"


def debit(
    line: Line, allocation: Allocation | None, live: list[Line], agreed: dict[str, Any], domain: str
) -> Iterator[str]:
    """A debit against its allocation, the `live` debits on it, and what was agreed."""
    silent: set[str] = set()
    if allocation is None:
        yield "9338"
    elif allocation["bsn"] != line["bsn"]:
        yield "8187"
    elif allocation["reason"] == "13" and allocation["start"] == allocation["end"]:
        yield "9384"
    else:
        broken = {*_product(line, allocation, agreed, domain), *_period(line, allocation)}
        broken |= {*_volume(line, allocation, live), *_money(line, allocation, live)}
        if "9341" in broken:
            silent |= {"9321", "9322"}
            priced = any(price is not None for price in _agreed(line, agreed, domain))
            if not priced and _units(line, agreed, domain):
                silent.add("0611")
        if broken & {"9307", "9308"}:
            silent |= {"9321", "9322"}
        yield from broken - silent
    if (domain, line["category"], line["code"]) not in agreed["products"]:
        yield "S329"
        silent.add("0611")
    if line["unit"] != "83":
        yield from set(_price(line, agreed, domain)) - silent


def total_cap(allocation: Allocation) -> int | None:
    """The most over the whole allocation, hours in minutes; None where nothing bounds it."""
    start, end, volume = allocation["start"], allocation["end"], allocation["volume"]
    if allocation["unit"] is None:
        return None
    if allocation["frequency"] == "6":
        return minutes(volume, allocation["unit"])
    if end is None:
        return None
    times = {"1": (end - start).days + 1, "2": _weeks(start, end), "4": _month(end) - _month(start) + 1}
    return minutes(volume * times[allocation["frequency"]], allocation["unit"])


def minutes(volume: int, unit: str) -> int:
    """Volume as it is added up: hours and minutes together."""
    return volume * 60 if unit == "04" else volume


def _product(line: Line, allocation: Allocation, agreed: dict[str, Any], domain: str) -> Iterator[str]:
    if allocation["category"] not in {None, line["category"]}:
        yield "9339"
    if allocation["code"] not in {None, line["code"]}:
        yield "9340"
    if allocation["unit"] is not None and allocation["code"] is not None:
        units = {allocation["unit"]}
    else:
        units = _units(line, agreed, domain)
    if units and line["unit"] not in units and not (line["unit"] == "01" and "04" in units):
        yield "9341"


def _period(line: Line, allocation: Allocation) -> Iterator[str]:
    start, end = allocation["start"], allocation["end"]
    if line["begin"] < start:
        yield "9307"
    if end is not None and line["end"] > end:
        yield "9308"
    first = line["begin"].replace(day=1)
    if line["begin"] != (start if _month(start) == _month(first) else first):
        yield "9387"
    last = line["end"].replace(day=calendar.monthrange(line["end"].year, line["end"].month)[1])
    if line["end"] != (end if end is not None and _month(end) == _month(last) else last):
        yield "9388"


def _volume(line: Line, allocation: Allocation, live: list[Line]) -> Iterator[str]:
    if allocation["unit"] is None:
        return
    own = minutes(line["volume"], line["unit"])
    begin = max(line["begin"], allocation["start"])
    end = min(line["end"], allocation["end"] or line["end"])
    if own > minutes(allocation["volume"] * _times(allocation, begin, end), allocation["unit"]):
        yield "9321"
    total = total_cap(allocation)
    if total is not None and own + sum(minutes(x["volume"], x["unit"]) for x in live) > total:
        yield "9322"


def _money(line: Line, allocation: Allocation, live: list[Line]) -> Iterator[str]:
    budget = allocation["budget"]
    if budget is not None and line["amount_cents"] + sum(x["amount_cents"] for x in live) > budget:
        yield "9369"
    key = (line["category"], line["code"], _month(line["begin"]))
    if key in {(x["category"], x["code"], _month(x["begin"])) for x in live}:
        yield "9389"


def _times(allocation: Allocation, begin: date, end: date) -> int:
    frequency = allocation["frequency"]
    if frequency in {"4", "6"}:
        return 1
    if frequency == "1":
        return max(0, (end - begin).days + 1)
    if allocation["category"] == "01":
        return 6
    if begin > end:
        return 0
    if allocation["unit"] not in {"82", "83"}:
        return _weeks(begin, end)
    last = allocation["end"]
    sunday = last - timedelta(days=last.isoweekday() % 7)
    anchor = sunday if sunday >= allocation["start"] else last
    unfinished = last.isoweekday() != 7 and begin <= anchor <= end
    return sum(day.isoweekday() == 7 for day in _days(begin, end)) + int(unfinished)


def _units(line: Line, agreed: dict[str, Any], domain: str) -> set[str]:
    """The units with a tariff, and euros where the list offers the product in euros."""
    priced = {
        unit for (law, code, unit), rows in agreed["tariffs"].items()
        if (law, code) == (domain, line["code"]) and _on(rows, line["begin"]) is not None
    }  # fmt: skip
    return priced | {agreed["products"].get((domain, line["category"], line["code"]))} & {"83"}


def _agreed(line: Line, agreed: dict[str, Any], domain: str) -> tuple[int | None, int | None]:
    """The tariff of the unit of a line, and for minutes that of an hour."""

    def on(unit: str) -> int | None:
        return _on(agreed["tariffs"].get((domain, line["code"], unit), ()), line["begin"])

    return on(line["unit"]), on("04") if line["unit"] == "01" else None


def _price(line: Line, agreed: dict[str, Any], domain: str) -> Iterator[str]:
    price, hourly = _agreed(line, agreed, domain)
    amount, volume, tariff = line["amount_cents"], line["volume"], line["tariff_cents"]
    is_listed = (domain, line["category"], line["code"]) in agreed["products"]
    if price is None and hourly is not None and is_listed:
        if tariff != half_up(Fraction(hourly, 60)):
            yield "0611"
        if amount != half_up(Fraction(hourly * volume, 60)):
            yield "9346"
        return
    if price is None or tariff != price:
        yield "0611"
    if amount != volume * tariff:
        yield "9346"


def _differ(line: Line, original: Line) -> bool:
    return any(line[k] != original[k] for k in line.keys() - {"reference", "previous", "side"})


def half_up(value: Fraction) -> int:
    """Round to whole cents, half upwards."""
    whole = value.numerator // value.denominator
    return whole + (value - whole >= Fraction(1, 2))


def _on(rows: Iterable[tuple[date, date, int]], day: date) -> int | None:
    return next((cents for begin, end, cents in rows if begin <= day <= end), None)


def _month(day: date) -> int:
    return day.year * 12 + day.month


def _days(begin: date, end: date) -> Iterator[date]:
    return (begin + timedelta(days=n) for n in range((end - begin).days + 1))


def _weeks(begin: date, end: date) -> int:
    return len({day.isocalendar()[:2] for day in _days(begin, end)})
