"""A second opinion on every message, written from the published rules and from nothing of the product.

It sees what was sent (plain dictionaries) and what was published (the 325), never the store. It keeps its
own books, and a disagreement or a broken invariant raises `Wrong`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from tests.simulation import law
from tests.simulation.answers import Line, Message, demand, read_answer, refers_to, returned_form
from tests.simulation.ledger import Ledger


class Books:
    """What one municipality knows of one provider in one domain."""

    def __init__(self) -> None:
        self.identifications: set[tuple[str, str]] = set()
        self.numbers: set[str] = set()
        self.declared: list[tuple[date, date]] = []
        self.allocations: dict[int, dict[str, Any]] = {}
        self.clients: set[str] = set()
        self.lines: dict[str, Line] = {}

    def live(self, allocation: int) -> list[Line]:
        """The approved debits on an allocation that were not credited."""
        return [x for x in self.lines.values() if x["state"] == "live" and x["allocation"] == allocation]


class Oracle:
    """Decides every message again and compares. `agreed` is replaced when the register changes."""

    def __init__(self, agreed: dict[str, Any]) -> None:
        self.agreed = agreed
        self.books: dict[tuple[str, str, str], Books] = {}
        self.outcomes: dict[str, bytes | None] = {}
        self.ledger = Ledger()
        self.codes: Counter[str] = Counter()
        self.events: Counter[str] = Counter()

    def of(self, message: Message) -> Books:
        """The books of the two parties of a message."""
        return self.books.setdefault((message["town"], message["provider"], message["domain"]), Books())

    def observe(self, message: Message, fingerprint: str, outcome: str, answer: bytes | None) -> None:
        """Hold what became of a message against what must become of it, and remember it."""
        expected = self._expected(message, fingerprint)
        demand(outcome == expected, "A1 one right outcome", (expected, outcome))
        self.events[outcome] += 1
        if outcome == "duplicate":
            demand(answer == self.outcomes[fingerprint], "A2 the same bytes, the same answer")
        elif outcome == "answered":
            demand(answer is not None, "A1 a 323 is answered")
            self._answered(message, answer or b"")
            self.outcomes[fingerprint] = answer
        else:
            demand(answer is None, "A11 no answer without a declaration")
            if outcome == "stored":
                self._take_in(message)
                self.outcomes[fingerprint] = None

    def _expected(self, message: Message, fingerprint: str) -> str:
        if fingerprint in self.outcomes:
            return "duplicate"
        if message["kind"] == "junk":
            return str(message["expected"])
        if message["town"] not in self.agreed["towns"] or message["provider"] not in self.agreed["providers"]:
            return "quarantined"
        if message["kind"] == "301":
            return "refused" if any(self._allocation_faults(message)) else "stored"
        return "answered"

    def _allocation_faults(self, message: Message) -> Iterator[str]:
        own = self.of(message)
        if ("301", message["identification"]) in own.identifications:
            yield "9056"
        if message["dated_on"] > message["received_on"]:
            yield "8848"
        if not all(self._valid(message["town"], each["start"]) for each in message["allocations"]):
            yield "S300"
        for allocation in message["allocations"]:
            number = allocation["number"]
            for (town, _, domain), books in self.books.items():
                other = books.allocations.get(number)
                if other is not None and (town, domain) == (message["town"], message["domain"]):
                    same = ("bsn", "start", "category", "code")
                    if books is not own or any(other[k] != allocation[k] for k in same):
                        yield "9332"
            if allocation["reason"] == "13" and allocation["start"] != allocation["end"]:
                yield "0001"
            if allocation["reason"] == "13" and own.live(number):
                yield "9385"

    def _take_in(self, message: Message) -> None:
        own = self.of(message)
        own.identifications.add(("301", message["identification"]))
        for allocation in message["allocations"]:
            known = own.allocations.get(allocation["number"])
            own.clients.add(allocation["bsn"])
            if known is None or allocation["decided_at"] >= known["decided_at"]:
                own.allocations[allocation["number"]] = dict(allocation)
            else:
                self.events["older version"] += 1

    def _valid(self, town: str, day: date) -> bool:
        until = self.agreed["towns"][town]
        return until is None or day <= until

    def _answered(self, message: Message, answer: bytes) -> None:
        own = self.of(message)
        lines = [line for _, of_client in message["clients"] for line in of_client]
        expected, processed = self._answer(message, own, lines)
        told = read_answer(answer)
        demand(told == expected, "A4, A6 the answer is the one the rules give", (expected, told))
        own.identifications.add(("323", message["identification"]))
        self._count(told)
        if processed:
            self._book(message, own, lines, told)

    def _answer(self, message: Message, own: Books, lines: list[Line]) -> tuple[dict[str, Any], bool]:
        """The answer as it must be, and whether the declaration counts as processed."""
        expected: dict[str, Any] = {"header": ["0200"], "about": refers_to(message)}
        if any(law.inside(message)):
            return expected | {"header": ["0001"]}, False
        if header := list(self._header(message, own, lines)):
            return expected | {"header": header}, False
        expected |= {"number": message["number"], "claimed": message["total"], "granted": 0, "clients": []}
        if whole := list(self._whole(message, own)):
            return expected | {"codes": whole}, False
        unknown = {bsn for bsn, _ in message["clients"] if bsn not in own.clients}
        returned = self._decide(message, own, lines, unknown)
        expected["codes"] = ["0200"] if returned else ["8001"]
        expected["granted"] = sum(law.signed(x) for n, x in enumerate(lines) if n not in returned)
        first = 0
        for bsn, of_client in message["clients"]:
            told = [(returned_form(x), returned[n]) for n, x in enumerate(of_client, first) if n in returned]
            first += len(of_client)
            if told:
                expected["clients"].append((bsn, ["8187"] if bsn in unknown else ["0200"], told))
        return expected, True

    def _header(self, message: Message, own: Books, lines: list[Line]) -> Iterator[str]:
        if ("323", message["identification"]) in own.identifications:
            yield "9056"
        if message["dated_on"] > message["received_on"]:
            yield "8848"
        named = (own.allocations.get(line["allocation"]) for line in lines)
        days = (message["dated_on"], *(each["start"] for each in named if each))
        if not any(self._valid(message["town"], day) for day in days):
            yield "S300"

    def _whole(self, message: Message, own: Books) -> Iterator[str]:
        if message["number"] in own.numbers:
            yield "9333"
        if any(month > message["begin"] and dated < message["dated_on"] for month, dated in own.declared):
            yield "8214"

    def _decide(
        self, message: Message, own: Books, lines: list[Line], unknown: set[str]
    ) -> dict[int, list[str]]:
        """Codes of every rejected line by its position; what is accepted counts for the lines after it."""
        times = Counter(line["reference"] for line in lines)
        returned: dict[int, list[str]] = {}
        accepted: list[Line] = []
        credited: set[str] = set()
        credits = [n for n, line in enumerate(lines) if line["side"] == "C"]
        debits = [n for n, line in enumerate(lines) if line["side"] == "D"]
        for position in credits + sorted(debits, key=lambda n: lines[n]["begin"]):
            line, found = lines[position], set()
            if line["bsn"] in unknown:
                returned[position] = ["0233"]
                continue
            if line["reference"] in own.lines or times[line["reference"]] > 1:
                found.add("8021")
            if line["end"] > message["end"]:
                found.add("9319")
            if line["side"] == "C":
                found |= set(law.credit(line, own.lines))
            else:
                number = line["allocation"]
                live = [x for x in own.live(number) if x["reference"] not in credited]
                live += [x for x in accepted if x["allocation"] == number]
                allocation = own.allocations.get(number)
                found |= set(law.debit(line, allocation, live, self.agreed, message["domain"]))
            if found:
                returned[position] = [code for code in law.ORDER if code in found]
            elif line["side"] == "C":
                credited.add(line["previous"])
            else:
                accepted.append(line)
        return returned

    def _book(self, message: Message, own: Books, lines: list[Line], told: dict[str, Any]) -> None:
        """Write down what the answer grants, and hold the invariants of money against the answer alone."""
        left = Counter(_key(form) for _, _, of_client in told["clients"] for form, _ in of_client)
        own.numbers.add(message["number"])
        own.declared.append((message["begin"], message["dated_on"]))
        granted: list[Line] = []
        for line in sorted(lines, key=lambda x: str(x["side"])):
            key = _key(returned_form(line))
            if left[key]:
                left[key] -= 1
                own.lines.setdefault(line["reference"], {**line, "state": "rejected"})
                continue
            granted.append(line)
            if line["side"] == "C":
                original = own.lines.get(line["previous"], {"state": "unknown", "amount_cents": -1})
                demand(original["state"] == "live", "M5 a credit takes back one live debit", line)
                demand(original["amount_cents"] == line["amount_cents"], "M5 for the same amount", line)
                original["state"] = "credited"
            own.lines[line["reference"]] = {**line, "state": "credit" if line["side"] == "C" else "live"}
        demand(not +left, "M2 every returned line was sent, and once (TR366)", left)
        claimed, cents = sum(map(law.signed, lines)), sum(map(law.signed, granted))
        demand(told["claimed"] == claimed, "M1 the lines are the total", told)
        demand(told["granted"] == cents, "M2 the returned lines explain the difference (TR342)", told)
        for number in {line["allocation"] for line in granted if line["side"] == "D"}:
            self._within(own.allocations[number], own.live(number))
        self.ledger.grant(message, cents, {line["reference"]: law.signed(line) for line in granted})
        kinds = ("credit" if line["side"] == "C" else "debit" for line in granted)
        self.events.update(f"granted {kind}" for kind in kinds)
        self.events["zero total"] += claimed == 0
        self.events["negative grant"] += cents < 0

    def _within(self, allocation: dict[str, Any], live: list[Line]) -> None:
        hours = 60 if allocation["unit"] == "04" else 1
        used = sum(Fraction(x["volume"], hours if x["unit"] == "01" else 1) for x in live)
        total = law.total_cap(allocation)
        demand(total is None or used * hours <= total, "M6 no allocation is exceeded", (allocation, used))
        cents, budget = sum(x["amount_cents"] for x in live), allocation["budget"]
        demand(budget is None or cents <= budget, "M6 no budget is exceeded", (allocation, cents))

    def _count(self, told: dict[str, Any]) -> None:
        self.codes.update(told["header"])
        self.codes.update(told.get("codes", ()))
        for _, codes, lines in told.get("clients", ()):
            self.codes.update(codes)
            for _, of_line in lines:
                self.codes.update(of_line)


def _key(form: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(form.items()))
