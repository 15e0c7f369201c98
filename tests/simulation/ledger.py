"""A second opinion on every payment batch: nothing paid twice, nothing lost, every cent in one place."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from reference.banking_days import banking_day_on_or_after
from tests.simulation.answers import Message, demand


class Ledger:
    """What was granted and what was paid, per municipality and provider, in signed cents."""

    def __init__(self) -> None:
        self.granted: list[dict[str, Any]] = []
        self.paid: Counter[tuple[str, str]] = Counter()
        self.covered: Counter[tuple[str, str]] = Counter()
        self.batches: dict[str, int] = defaultdict(int)
        self.events: Counter[str] = Counter()
        self._lines_paid: set[tuple[str, ...]] = set()

    def grant(self, message: Message, cents: int, lines: dict[str, int]) -> None:
        """Remember what a declaration was granted."""
        parts = {key: message[key] for key in ("town", "provider", "domain", "number", "received_on")}
        self.granted.append({**parts, "cents": cents, "lines": lines, "open": True})

    def observe(
        self, agreed: dict[str, Any], town: str, cut_off: date, body: bytes, pain: bytes | None, rows: bytes
    ) -> None:
        """Hold a closed batch against what was granted."""
        batch = json.loads(body)
        self.batches[town] += 1
        number = f"{town}-{cut_off.year}-{self.batches[town]:04d}"
        demand(batch["batch"] == number, "M10 batches are numbered without gaps", (number, batch["batch"]))
        accounts = self._accounts(agreed, town, cut_off, date.fromisoformat(batch["due"]))
        fresh = [each for each in self.granted if self._is_open(each, town, cut_off)]
        self._hold(batch, accounts, fresh)
        self._hold_payment(batch, pain)
        self._hold_rows(batch, rows, fresh)
        for each in fresh:
            each["open"] = False
            self.covered[town, each["provider"]] += each["cents"]
        for provider, account in accounts.items():
            self.paid[town, provider] += account["paid"]
            places = account["paid"] + account["carried"] + sum(cents for cents, _ in account["held"])
            demand(places == account["net"], "M11 every cent is in one place", (provider, account))
        self.events["batch"] += 1

    def nothing(self, agreed: dict[str, Any], town: str, cut_off: date) -> None:
        """Hold that there was nothing to pay."""
        accounts = self._accounts(agreed, town, cut_off, banking_day_on_or_after(cut_off))
        due = {provider: each for provider, each in accounts.items() if each["paid"]}
        demand(not due, "M11 nothing to pay means nothing is due", due)
        fresh = [each for each in self.granted if self._is_open(each, town, cut_off)]
        demand(not any(each["cents"] for each in fresh), "M11 and nothing is open", fresh)
        self.events["nothing to pay"] += 1

    def _is_open(self, each: dict[str, Any], town: str, cut_off: date) -> bool:
        return bool(each["open"] and each["town"] == town and each["received_on"] <= cut_off)

    def _accounts(
        self, agreed: dict[str, Any], town: str, cut_off: date, paid_on: date
    ) -> dict[str, dict[str, Any]]:
        """Per provider what came in and where it must go. A block may begin up to the day of payment."""
        carried_in = Counter({v: cents for (t, v), cents in self.covered.items() if t == town})
        carried_in.subtract({v: cents for (t, v), cents in self.paid.items() if t == town})
        net, fresh = Counter(carried_in), set()
        for each in self.granted:
            if self._is_open(each, town, cut_off):
                net[each["provider"]] += each["cents"]
                fresh.add(each["provider"])
        accounts = {}
        for provider in sorted(fresh | {v for v, cents in carried_in.items() if cents}):
            rest, held = max(0, net[provider]), []
            blocks = [b for b in agreed["blocks"] if b[0] == provider and b[1] <= paid_on
                      and b[3] in {None, town}]  # fmt: skip
            blocks.sort(key=lambda b: (b[1] > cut_off, b[2] is not None, b[1], b[3] or ""))
            for _, begin, cents, _ in blocks:
                if begin > cut_off and agreed["providers"][provider] is None:
                    break  # there is no account to pay to in the first place
                part = rest if cents is None else min(cents, rest)
                if part:
                    held.append((part, "OTHER"))
                    rest -= part
            if rest and agreed["providers"][provider] is None:
                held.append((rest, "IBAN_MISSING"))
                rest = 0
            accounts[provider] = {"net": net[provider], "carried_in": carried_in[provider], "held": held,
                                  "paid": rest, "carried": min(0, net[provider])}  # fmt: skip
        return accounts

    def _hold(
        self, batch: dict[str, Any], accounts: dict[str, dict[str, Any]], fresh: list[dict[str, Any]]
    ) -> None:
        expected = [
            (provider, each["paid"], each["carried_in"], sorted(
                (x["number"], x["domain"], x["cents"]) for x in fresh if x["provider"] == provider
            ))
            for provider, each in accounts.items() if each["paid"]
        ]  # fmt: skip
        found = [
            (x["provider"], x["amount_cents"], x["carried_in_cents"], sorted(
                (d["declaration"], d["domain"], d["granted_cents"]) for d in x["declarations"]
            ))
            for x in batch["transactions"]
        ]  # fmt: skip
        demand(found == expected, "M3 pays what is owed, no more", (expected, found))
        demand(all(amount > 0 for _, amount, _, _ in found), "M3 pays nothing below a cent", found)
        demand(batch["total_cents"] == sum(x[1] for x in found), "M10 the total is the sum", batch)
        carried = [{"provider": v, "amount_cents": x["carried"]} for v, x in accounts.items() if x["carried"]]
        demand(batch["carried_forward"] == carried, "M3 a debt is carried", (carried, batch))
        held = [{"provider": v, "amount_cents": cents, "reason": reason}
                for v, x in accounts.items() for cents, reason in x["held"]]  # fmt: skip
        demand(batch["blocked"] == held, "M11 what is held is told", (held, batch))
        self.events["carried debt"] += bool(carried)
        self.events["held"] += bool(held)

    def _hold_payment(self, batch: dict[str, Any], pain: bytes | None) -> None:
        demand((pain is None) == (not batch["transactions"]), "M10 a file exactly when something is paid")
        if pain is None:
            return
        demand(batch["sha256"] == hashlib.sha256(pain).hexdigest(), "M10 the file is the one of the batch")
        root = ElementTree.fromstring(pain)
        amounts = [x.text or "" for x in root.iter() if x.tag.endswith("}InstdAmt")]
        cents = [int(Decimal(amount) * 100) for amount in amounts]
        sums = [int(Decimal(x.text or "0") * 100) for x in root.iter() if x.tag.endswith("}CtrlSum")]
        counts = [int(x.text or "0") for x in root.iter() if x.tag.endswith("}NbOfTxs")]
        demand(sorted(cents) == sorted(x["amount_cents"] for x in batch["transactions"]), "M10 amounts")
        demand(len(sums) == 2 and set(sums) == {sum(cents)}, "M10 CtrlSum is the sum", (sums, cents))
        demand(set(counts) == {len(cents)}, "M10 NbOfTxs is the count", counts)

    def _hold_rows(self, batch: dict[str, Any], rows: bytes, fresh: list[dict[str, Any]]) -> None:
        told = list(csv.DictReader(io.StringIO(rows.decode(), newline="")))
        lines = [(batch["municipality"], x["provider"], x["domain"], x["reference"], int(x["cents"]))
                 for x in told if x["entry"] == "LINE"]  # fmt: skip
        expected = [(x["town"], x["provider"], x["domain"], reference, cents)
                    for x in fresh for reference, cents in x["lines"].items()]  # fmt: skip
        demand(sorted(lines) == sorted(expected), "M4 a batch covers every open line", (lines, expected))
        for line in lines:
            demand(line[:4] not in self._lines_paid, "M4 no line is covered twice", line)
            self._lines_paid.add(line[:4])
        totals: Counter[str] = Counter()
        for row in told:
            totals[row["provider"]] += int(row["cents"])
        paid = {x["provider"]: x["amount_cents"] for x in batch["transactions"]}
        demand(+totals == Counter(paid), "M10 the rows lead to the payments", (totals, paid))
