"""Close a payment batch: what each provider of one municipality is paid, owes, or has held.

Pure. One number carries the past of a provider: everything granted in earlier batches minus everything
they paid. A debt is negative, a held amount positive; a provider never has both, because they net.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from contracts.tables import MunicipalityRow, PaymentBlockRow, ProviderRow
from contracts.validity import valid_on
from reference.banking_days import banking_day_on_or_after, banking_day_on_or_before
from schemas.batch import (
    Account,
    Batch,
    Blocked,
    ConservationError,
    Instalment,
    NotClosed,
    NothingToPay,
    OpenDeclaration,
)
from schemas.numbers import clean_iban

PAYMENT_TERM: Final = timedelta(days=30)
IBAN_MISSING: Final = "IBAN_MISSING"
IBAN_INVALID: Final = "IBAN_INVALID"


def batch_number(municipality: str, cut_off: date, sequence: int) -> str:
    """The number of a batch: municipality, year of the cut-off, sequence in that year (`0384-2026-0001`)."""
    return f"{municipality}-{cut_off.year}-{sequence:04d}"


def close_batch(
    municipality: MunicipalityRow,
    cut_off: date,
    sequence: int,
    open_declarations: Iterable[OpenDeclaration],
    *,
    carried_in: Mapping[str, int],
    providers: Mapping[str, ProviderRow],
    blocks: Sequence[PaymentBlockRow],
    instalments: Sequence[Instalment] = (),
    reviews: Mapping[str, Sequence[Blocked]] = MappingProxyType({}),
) -> Batch | NothingToPay | NotClosed:
    """Net everything granted and unpaid per provider over both domains, and divide it.

    Counts declarations received on or before the cut-off, and the given instalments of lump sums. Above
    zero is paid, at zero or below carried.
    A block in force on the cut-off or on the day of payment holds all, or up to its amount (PY-04, PY-05);
    what cannot be paid for want of a usable IBAN is held too. `reviews` maps a provider to what is held of
    his lines above a ceiling; it comes after the blocks of the cut-off. `carried_in` maps each provider to
    what earlier batches granted minus what they paid, in signed cents. `sequence` counts the batches of this
    municipality in the year of the cut-off, from 1.

    Raises ConservationError when the cents that came in are not exactly those that went out.
    """
    if clean_iban(municipality.iban or "") is None:
        return _no_account(municipality, cut_off)
    blocks = [block for block in blocks if block.municipality in {None, municipality.code}]
    in_force = _blocks_in_force(blocks, cut_off)
    accounts = [
        _hold_back(
            account,
            providers.get(account.provider),
            in_force.get(account.provider, ()),
            reviews.get(account.provider, ()),
        )
        for account in _accounts(cut_off, open_declarations, instalments, carried_in, providers)
    ]
    due = due_on(accounts, cut_off)
    later = _blocks_in_force([block for block in blocks if block.valid_from > cut_off], due)
    accounts = [
        _await(account, providers.get(account.provider), later.get(account.provider, ()), due)
        for account in accounts
    ]
    batch = Batch(
        number=batch_number(municipality.code, cut_off, sequence),
        municipality=municipality.code,
        sequence=sequence,
        cut_off=cut_off,
        due=due,
        accounts=tuple(accounts),
    )
    _check(batch)
    fresh = (*(d.granted_cents for d in batch.declarations), *(i.amount_cents for i in batch.lump_sums))
    if not batch.transactions and not any(fresh):
        return NothingToPay(municipality.code, cut_off, batch.carried_forward, batch.blocked)
    return batch


def blocked_since(
    batch: Batch, blocks: Iterable[PaymentBlockRow], today: date
) -> tuple[PaymentBlockRow, ...]:
    """Blocks in force today of providers whom the batch pays, because they began after its day of payment.

    Only a batch that closes after that day meets them. What it pays follows from its cut-off, whenever it
    closes; but the file of today should not pay them (PY-04).
    """
    paid = {transaction.provider for transaction in batch.transactions}
    return tuple(
        block
        for block in blocks
        if block.agb in paid
        and block.municipality in {None, batch.municipality}
        and block.valid_from > batch.due
        and valid_on(block, today)
    )


def due_on(accounts: Iterable[Account], cut_off: date) -> date:
    """The day the bank executes the batch: the earliest end of a payment term, on a banking day.

    A declaration is paid within 30 days after its date (PY-01). The term ends on the last banking day
    inside those 30 days, but no payment precedes the cut-off: with an earlier end, with amounts released
    from earlier batches, with lump sums, or with nothing to pay, the batch is due on the first banking day
    from the cut-off. Only declarations that are debits on balance, of providers who are paid, set a term.
    """
    ends = []
    for account in accounts:
        if account.paid_cents > 0:
            # a date on the message beyond its arrival is no reason to wait for it
            ends += [min(d.dated_on, d.received_on) + PAYMENT_TERM
                     for d in account.declarations if d.granted_cents > 0]  # fmt: skip
            if account.carried_in_cents > 0 or account.instalments:
                ends.append(cut_off)
    end = banking_day_on_or_before(min(ends, default=cut_off))
    return max(end, banking_day_on_or_after(cut_off))


def _accounts(
    cut_off: date,
    open_declarations: Iterable[OpenDeclaration],
    instalments: Iterable[Instalment],
    carried_in: Mapping[str, int],
    providers: Mapping[str, ProviderRow],
) -> list[Account]:
    by_provider: defaultdict[str, list[OpenDeclaration]] = defaultdict(list)
    for declaration in open_declarations:
        if declaration.received_on <= cut_off:
            by_provider[declaration.provider].append(declaration)
    lump_sums: defaultdict[str, list[Instalment]] = defaultdict(list)
    for instalment in instalments:
        lump_sums[instalment.provider].append(instalment)
    owing = {agb for agb, balance_cents in carried_in.items() if balance_cents}
    accounts = []
    for agb in sorted(owing | by_provider.keys() | lump_sums.keys()):
        row = providers.get(agb)
        accounts.append(
            Account(
                provider=agb,
                name=row.name if row else agb,
                iban=clean_iban(row.iban) if row and row.iban else None,
                carried_in_cents=carried_in.get(agb, 0),
                declarations=tuple(
                    sorted(by_provider.get(agb, ()), key=lambda d: (d.domain, d.number, d.message_id))
                ),
                instalments=tuple(
                    sorted(lump_sums.get(agb, ()), key=lambda i: (i.schedule, i.year, i.number))
                ),
            )
        )
    return accounts


def _blocks_in_force(blocks: Iterable[PaymentBlockRow], day: date) -> dict[str, list[PaymentBlockRow]]:
    in_force: defaultdict[str, list[PaymentBlockRow]] = defaultdict(list)
    for block in blocks:
        if valid_on(block, day):
            in_force[block.agb].append(block)
    for rows in in_force.values():
        # a block of everything first: it is the reason for all that is held, whatever else is in force
        rows.sort(key=lambda b: (b.amount_cents is not None, b.valid_from, b.reason, b.municipality or ""))
    return in_force


def _hold_back(
    account: Account,
    row: ProviderRow | None,
    blocks: Iterable[PaymentBlockRow],
    reviews: Iterable[Blocked],
) -> Account:
    account = _held(account, ((block.amount_cents, block.reason) for block in blocks))
    account = _held(account, ((review.amount_cents, review.reason) for review in reviews))
    if account.iban is None:
        account = _held(account, [(None, IBAN_INVALID if row and row.iban else IBAN_MISSING)])
    return account


def _await(
    account: Account, row: ProviderRow | None, blocks: Iterable[PaymentBlockRow], due: date
) -> Account:
    """Hold what may not be paid on the day of payment: a block or an IBAN that begins after the cut-off."""
    account = _held(account, ((block.amount_cents, block.reason) for block in blocks))
    if row and row.iban_valid_from and row.iban_valid_from > due:
        account = _held(account, [(None, IBAN_INVALID)])
    return account


def _held(account: Account, wanted: Iterable[tuple[int | None, str]]) -> Account:
    """Hold these amounts of what would be paid, None all of it, each with its reason."""
    rest_cents, held = account.paid_cents, list(account.held)
    for amount_cents, reason in wanted:
        cents = rest_cents if amount_cents is None else min(amount_cents, rest_cents)
        if cents > 0:
            held.append(Blocked(account.provider, cents, reason))
            rest_cents -= cents
    return account._replace(held=tuple(held))


def _check(batch: Batch) -> None:
    paid_cents = {t.provider: t.amount_cents for t in batch.transactions}
    for account in batch.accounts:
        parts_cents = paid_cents.get(account.provider, 0) + account.carried_forward_cents + account.held_cents
        if parts_cents != account.net_cents:
            raise ConservationError(
                f"batch {batch.number}, provider {account.provider}: {account.net_cents} cents in, "
                f"{parts_cents} cents out"
            )


def _no_account(municipality: MunicipalityRow, cut_off: date) -> NotClosed:
    return NotClosed(
        municipality=municipality.code,
        cut_off=cut_off,
        element="municipalities.iban",
        found=municipality.iban,
        explanation=f"Gemeente {municipality.code} heeft geen geldig IBAN; er kan niets worden betaald.",
        how_to_fix="Vul in het register een geldig IBAN in bij de gemeente (municipalities, kolom iban), "
        "importeer het register en sluit de batch opnieuw.",
    )
