"""One history: written, handled by the real core under faults, and watched by the oracle at every commit."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from schemas.batch import NothingToPay
from tests.simulation import books
from tests.simulation.agreed import first_agreed
from tests.simulation.answers import Message, demand, sha256
from tests.simulation.author import Author, Step
from tests.simulation.machine import Machine, StoreUnavailable, contended
from tests.simulation.oracle import Oracle

_FAULTS = ("statement", "not done", "done", "contended", "contended twice")


@dataclass
class Run:
    """What a history came to: a hash of everything that happened, and what it covered."""

    trace: str
    codes: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    log: list[Step] = field(default_factory=list)


class History:
    """Plays one seed on a machine. Raises `Wrong` at the first commit at which something is not right."""

    def __init__(self, machine: Machine, seed: int, steps: int = 14) -> None:
        self.rng = Random(f"history {seed}")
        self.machine, self.steps = machine, steps
        self.oracle = Oracle(first_agreed())
        self.author = Author(self.rng, self.oracle)
        self.fault_rate = self.rng.choice((0, 0.1, 0.4))
        self.events: Counter[str] = Counter()
        self.log: list[Step] = []
        self.states: dict[int, int] = {}
        self._trace = hashlib.sha256()

    def run(self) -> Run:
        """Play the whole history, close what is open, and look back."""
        self.machine.restart(self.oracle.agreed)
        for step in self.author.opening():
            self._do(step)
        for _ in range(self.steps):
            for step in self.author.steps():
                self._do(step)
        for step in self.author.ending():
            self._do(step)
        self._trace.update(self.machine.state().encode())
        events = self.events + self.oracle.events + self.oracle.ledger.events
        return Run(self._trace.hexdigest(), self.oracle.codes, events, self.log)

    def _do(self, step: Step) -> None:
        if step[0] == "register":
            self.oracle.agreed = step[1]
            self.machine.agree(step[1])
        elif step[0] == "close":
            self._close(step[1], step[2])
        elif step[1]:
            self._deliver(step[1])
        self.log.append(step)
        self.states = books.hold(self.machine, self.states)

    def _deliver(self, group: list[tuple[bytes, Message]]) -> None:
        deliveries = [(data, message["received_on"]) for data, message in group]
        outcomes, unsure = self._in_spite_of_faults(lambda: self.machine.deliver(deliveries), False)
        for (data, message), outcome in zip(group, outcomes, strict=True):
            fingerprint = sha256(data)
            answer = self.machine.answer_to(fingerprint)
            became = outcome.outcome
            if unsure and became == "duplicate" and fingerprint not in self.oracle.outcomes:
                became = "stored" if message["kind"] == "301" else "answered"  # committed, not told
            self.oracle.observe(message, fingerprint, became, answer)
            self._trace.update(f"{fingerprint} {became} {outcome.granted_cents}".encode() + (answer or b""))

    def _close(self, town: str, cut_off: date) -> None:
        ledger, agreed = self.oracle.ledger, self.oracle.agreed
        closed, _ = self._in_spite_of_faults(lambda: self.machine.close(town, cut_off), True)
        stored = self.machine.rows(
            "SELECT body, pain, specification FROM batch WHERE municipality = ? ORDER BY id", town
        )
        made = stored[ledger.batches[town] :]
        demand(len(made) <= 1, "K24 one closing makes one batch")
        if made:
            ledger.observe(agreed, town, cut_off, *made[0])
            self._trace.update(b"".join(part or b"" for part in made[0]))
        else:
            demand(isinstance(closed, NothingToPay), "a batch that was closed is stored")
            ledger.nothing(agreed, town, cut_off)

    def _in_spite_of_faults(self, act: Any, closing: bool) -> tuple[Any, bool]:
        """Do something until it is done; whatever fails on the way leaves nothing behind."""
        unsure = False
        while self.rng.random() < self.fault_rate:
            kind = self.rng.choice(_FAULTS[:3] if closing else _FAULTS)
            self.events[f"fault {kind}"] += 1
            if kind.startswith("contended"):
                with contended(1 + (kind != "contended")):
                    return act(), unsure
            before = self.machine.state()
            if kind == "statement":
                self.machine.faults.statements_left = self.rng.randint(1, 30)
            else:
                self.machine.faults.commit = kind
            try:
                done = act()
            except StoreUnavailable:
                self.machine.faults.clear()
                if kind == "done":
                    unsure = True
                else:
                    demand(self.machine.state() == before, "what failed left nothing behind", kind)
            else:
                self.machine.faults.clear()
                return done, unsure
        return act(), unsure


def play_again(machine: Machine, log: list[Step]) -> str:
    """The same steps without any fault, in an empty store (A7): the hash of what is then in the store."""
    machine.restart(first_agreed())
    for step in log:
        if step[0] == "register":
            machine.agree(step[1])
        elif step[0] == "close":
            machine.close(step[1], step[2])
        elif step[1]:
            machine.deliver([(data, message["received_on"]) for data, message in step[1]])
    return machine.state()
