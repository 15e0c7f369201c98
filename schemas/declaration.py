"""The declaration (323): a header, one month, clients and their lines, decoded once and never changed."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from schemas.period import Period
from schemas.standard import Domain, MessageType


class Header(NamedTuple):
    """Header of a received message. The `_text` and version fields repeat the wire form for the answer."""

    message_type: MessageType
    sender: str
    receiver: str
    identification: str
    dated_on: date
    dated_on_text: str
    base_schema_version: str
    message_schema_version: str

    @property
    def domain(self) -> Domain:
        """Legal domain of the message."""
        return self.message_type.domain

    @property
    def municipality(self) -> str:
        """CBS code: the sender of a 301, the receiver of a 305, 307 or 323."""
        return self.sender if self.message_type.number == "301" else self.receiver

    @property
    def provider(self) -> str:
        """AGB code: the receiver of a 301, the sender of a 305, 307 or 323."""
        return self.receiver if self.message_type.number == "301" else self.sender


class Wire(NamedTuple):
    """How the numbers and days of a line were written. An answer repeats a line exactly (TR367)."""

    allocation: str
    begin: str
    end: str
    volume: str
    tariff: str | None
    amount: str


class Line(NamedTuple):
    """One Prestatie: all delivered of one product, for one client, allocation and product period.

    `month` is the month number of the first day. Amounts in cents, volumes in the unit of the line
    (cents for unit 83), `side` D or C. `line_text` is None when every number and day is written in the
    plain way, without sign, zeros or blanks before it.
    """

    position: int
    client: int
    bsn: str
    reference: str
    previous: str | None
    allocation: int
    category: str
    code: str
    period: Period
    month: int
    volume: int
    unit: str
    tariff_cents: int | None
    amount_cents: int
    side: str
    line_text: Wire | None = None

    @property
    def texts(self) -> Wire:
        """The numbers and days as they were written."""
        return self.line_text or Wire(
            str(self.allocation),
            str(self.period.begin),
            str(self.period.end),
            str(self.volume),
            None if self.tariff_cents is None else str(self.tariff_cents),
            str(self.amount_cents),
        )

    @property
    def signed_cents(self) -> int:
        """Amount with its sign: a credit is negative."""
        return -self.amount_cents if self.side == "C" else self.amount_cents


class Client(NamedTuple):
    """One Client class: its place in the message and the slice of `Declaration.lines` that is his."""

    position: int
    bsn: str
    first_line: int
    end_line: int


class Declaration(NamedTuple):
    """A 323 that passed the gate. `total_cents` is signed; lines are in document order."""

    header: Header
    number: str
    period: Period
    dated_on: date
    total_text: str
    total_side: str
    total_cents: int
    clients: tuple[Client, ...]
    lines: tuple[Line, ...]

    def lines_of(self, client: Client) -> tuple[Line, ...]:
        """The lines of one client, in document order."""
        return self.lines[client.first_line : client.end_line]
