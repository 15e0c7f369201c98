"""The payment batch: per provider what was granted, due, carried in, held and paid, in signed cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class ConservationError(ArithmeticError):
    """Granted cents do not equal paid + carried + blocked. Nothing may leave when this is raised."""


class OpenDeclaration(NamedTuple):
    """An answered declaration that no batch covers yet. `granted_cents` is signed: credits are negative."""

    message_id: int
    provider: str
    domain: str
    number: str
    received_on: date
    dated_on: date
    granted_cents: int


class GrantedLine(NamedTuple):
    """One granted line of a declaration, debit or credit. `amount_cents` is unsigned, `side` D or C."""

    message_id: int
    reference: str
    allocation: int
    begin_on: date
    end_on: date
    amount_cents: int
    side: str


class Instalment(NamedTuple):
    """One instalment of a lump sum, paid without a declaration. `amount_cents` is signed."""

    schedule: str
    provider: str
    year: int
    number: int
    due_on: date
    purpose: str
    amount_cents: int

    @property
    def identity(self) -> tuple[str, int, int]:
        """What one municipality pays to one provider once: schedule, year and number."""
        return (self.schedule, self.year, self.number)


class Transaction(NamedTuple):
    """One payment to one provider. `set_off_cents` is the negative part that this payment settled."""

    provider: str
    name: str
    iban: str
    amount_cents: int
    end_to_end_id: str
    declarations: tuple[OpenDeclaration, ...]
    carried_in_cents: int
    set_off_cents: int
    instalments: tuple[Instalment, ...] = ()


class CarriedForward(NamedTuple):
    """What a provider still owes: a negative amount, set off in a later batch."""

    provider: str
    amount_cents: int


class Blocked(NamedTuple):
    """What is owed to a provider and held: a positive amount, repeated until it is released."""

    provider: str
    amount_cents: int
    reason: str


class Account(NamedTuple):
    """One provider in one batch: what came in (carried in, declarations, lump sums) and where it went.

    `carried_in_cents` is everything earlier batches granted minus everything they paid, so a debt is
    negative and a held amount positive. `iban` is None when there is none that may be used.
    """

    provider: str
    name: str
    iban: str | None
    carried_in_cents: int
    declarations: tuple[OpenDeclaration, ...]
    held: tuple[Blocked, ...] = ()
    instalments: tuple[Instalment, ...] = ()

    @property
    def net_cents(self) -> int:
        """Everything ever granted or due on schedule minus everything paid before this batch."""
        granted_cents = sum(d.granted_cents for d in self.declarations)
        return self.carried_in_cents + granted_cents + sum(i.amount_cents for i in self.instalments)

    @property
    def held_cents(self) -> int:
        """The part of the net amount that is not paid because it is blocked."""
        return sum(blocked.amount_cents for blocked in self.held)

    @property
    def paid_cents(self) -> int:
        """What this batch pays; 0 while the provider owes or everything is held."""
        return max(0, self.net_cents - self.held_cents)

    @property
    def carried_forward_cents(self) -> int:
        """What the provider still owes after this batch: negative, or 0."""
        return min(0, self.net_cents)

    @property
    def set_off_cents(self) -> int:
        """The negative amounts netted here: declarations or lump sums that take back, and an old debt."""
        credits_cents = sum(min(0, d.granted_cents) for d in self.declarations)
        credits_cents += sum(min(0, i.amount_cents) for i in self.instalments)
        return credits_cents + min(0, self.carried_in_cents)


@dataclass(frozen=True)
class Batch:
    """A closed batch of one municipality. Accounts in order of provider; the other views derive from them."""

    number: str
    municipality: str
    sequence: int
    cut_off: date
    due: date
    accounts: tuple[Account, ...]

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """The payments, each above zero."""
        return tuple(
            Transaction(
                provider=account.provider,
                name=account.name,
                iban=account.iban,
                amount_cents=account.paid_cents,
                end_to_end_id=f"{self.number}-{account.provider}",
                declarations=account.declarations,
                carried_in_cents=account.carried_in_cents,
                set_off_cents=account.set_off_cents,
                instalments=account.instalments,
            )
            for account in self.accounts
            if account.paid_cents > 0 and account.iban is not None
        )

    @property
    def carried_forward(self) -> tuple[CarriedForward, ...]:
        """Debts of providers to the municipality, until they are gone."""
        return tuple(
            CarriedForward(account.provider, account.carried_forward_cents)
            for account in self.accounts
            if account.carried_forward_cents < 0
        )

    @property
    def blocked(self) -> tuple[Blocked, ...]:
        """Everything held, earlier batches included."""
        return tuple(blocked for account in self.accounts for blocked in account.held)

    @property
    def declarations(self) -> tuple[OpenDeclaration, ...]:
        """All declarations this batch covers, those of carried and held providers included."""
        return tuple(declaration for account in self.accounts for declaration in account.declarations)

    @property
    def lump_sums(self) -> tuple[Instalment, ...]:
        """All instalments this batch covers, those of carried and held providers included."""
        return tuple(instalment for account in self.accounts for instalment in account.instalments)

    @property
    def total_cents(self) -> int:
        """The sum of the payments."""
        return sum(transaction.amount_cents for transaction in self.transactions)


@dataclass(frozen=True)
class NothingToPay:
    """No declaration is new and nothing was released: no batch is made, the balances stay as they were."""

    municipality: str
    cut_off: date
    carried_forward: tuple[CarriedForward, ...]
    blocked: tuple[Blocked, ...]


@dataclass(frozen=True)
class NotClosed:
    """The batch cannot be closed. `element` is the register column at fault; texts are Dutch, for users."""

    municipality: str
    cut_off: date
    element: str
    found: str | None
    explanation: str
    how_to_fix: str
