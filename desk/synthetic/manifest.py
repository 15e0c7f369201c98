"""What a synthetic region holds and what the pipeline must make of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Expected(NamedTuple):
    """One injected fault and what must follow.

    `file` is the path below `messages`; `level` is line, client, declaration, header, structure or
    message, of a 301, 305 or 307 also product, or signal when it is only told. `reference` and
    `allocation` tell which line; of a client: its first line, of a 301, 305 or 307: its first product.
    `codes` are the return codes of exactly that level, none when no code exists for it.
    """

    file: str
    fault: str
    outcome: str
    level: str
    reference: str | None
    allocation: int | None
    codes: tuple[str, ...]


class Outcome(NamedTuple):
    """What must become of one 323. Cents are signed; `processed` says that its lines are assessed."""

    file: str
    outcome: str
    processed: bool
    lines: int
    rejected: int
    claimed_cents: int
    granted_cents: int


class Message(NamedTuple):
    """One message: its path below `messages`, its bytes, and for a 323 what is expected."""

    name: str
    content: bytes
    outcome: Outcome | None = None
    expected: tuple[Expected, ...] = ()


@dataclass
class Manifest:
    """The account of one run. `received_on` is a day on which everything may be received."""

    seed: int
    municipalities: int
    received_on: str
    files: Counter[str] = field(default_factory=Counter)
    declarations: list[Outcome] = field(default_factory=list)
    faults: list[Expected] = field(default_factory=list)

    def add(self, message: Message) -> None:
        """Take one message into account."""
        self.files[message.name.split("/", 1)[0].rpartition("-")[2]] += 1
        if message.outcome is not None:
            self.declarations.append(message.outcome)
        self.faults += message.expected

    @property
    def processed(self) -> list[Outcome]:
        """Declarations whose lines are assessed."""
        return [outcome for outcome in self.declarations if outcome.processed]

    def as_json(self) -> dict[str, object]:
        """The manifest as plain values, totals of the processed declarations included."""
        processed = self.processed
        return {
            "seed": self.seed,
            "municipalities": self.municipalities,
            "received_on": self.received_on,
            "files": dict(sorted(self.files.items())),
            "lines": sum(outcome.lines for outcome in processed),
            "rejected": sum(outcome.rejected for outcome in processed),
            "claimed_cents": sum(outcome.claimed_cents for outcome in processed),
            "granted_cents": sum(outcome.granted_cents for outcome in processed),
            "faults_by_name": dict(sorted(Counter(expected.fault for expected in self.faults).items())),
            "declarations": [outcome._asdict() for outcome in self.declarations],
            "faults": [expected._asdict() for expected in self.faults],
        }
