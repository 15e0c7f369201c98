"""The specification of a batch: a CSV that leads every payment back to its lines."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from processors.tables import Cell, write_csv
from schemas.batch import Account, Batch, ConservationError, GrantedLine, Instalment, OpenDeclaration
from schemas.money import signed, unsigned

COLUMNS: Final = (
    "batch", "provider", "name", "domain", "declaration", "reference", "allocation",
    "period_begin", "period_end", "side", "cents", "entry",
)  # fmt: skip


def specification_csv(batch: Batch, lines: Iterable[GrantedLine]) -> bytes:
    """One row per granted line of every declaration in the batch, credits with negative cents.

    UTF-8, comma, CRLF, text quoted and numbers not. Column `entry` is LINE, or LUMP_SUM for an instalment,
    with its schedule and number as reference; other rows close the account of a provider, so that its cents
    add up to what it is paid: CARRIED_IN (a debt negative, a released amount positive), CARRIED_FORWARD (the
    debt that remains) and HELD with its reason (an amount not paid). Rows go by provider, domain, declaration
    and the given order of lines. Lines of other messages are left out. No client is named. A cell that a
    spreadsheet would take for a formula gets a leading apostrophe.

    Raises ConservationError when the lines of a declaration are not the amount it was granted.
    """
    by_message: defaultdict[int, list[GrantedLine]] = defaultdict(list)
    for line in lines:
        by_message[line.message_id].append(line)
    rows = (
        (batch.number, account.provider, account.name, *row)
        for account in batch.accounts
        for row in _rows(account, by_message)
    )
    text = io.StringIO(newline="")
    write_csv(text, COLUMNS, rows)
    return text.getvalue().encode()


def _rows(account: Account, by_message: dict[int, list[GrantedLine]]) -> Iterator[tuple[Cell, ...]]:
    for declaration in account.declarations:
        yield from _line_rows(declaration, by_message.get(declaration.message_id, []))
    for instalment in account.instalments:
        yield _instalment_row(instalment)
    if account.carried_in_cents:
        yield _balance_row("CARRIED_IN", account.carried_in_cents)
    if account.carried_forward_cents:
        yield _balance_row("CARRIED_FORWARD", -account.carried_forward_cents)
    for held in account.held:
        yield _balance_row(f"HELD {held.reason}", -held.amount_cents)


def _line_rows(declaration: OpenDeclaration, lines: list[GrantedLine]) -> Iterator[tuple[Cell, ...]]:
    sum_cents = 0
    for line in lines:
        cents = signed(line.amount_cents, line.side)
        sum_cents += cents
        yield (
            declaration.domain,
            declaration.number,
            line.reference,
            line.allocation,
            line.begin_on.isoformat(),
            line.end_on.isoformat(),
            line.side,
            cents,
            "LINE",
        )
    if sum_cents != declaration.granted_cents:
        raise ConservationError(
            f"message {declaration.message_id}: lines of {sum_cents} cents, "
            f"granted {declaration.granted_cents} cents"
        )


def _instalment_row(instalment: Instalment) -> tuple[Cell, ...]:
    reference, day = (
        f"{instalment.schedule} {instalment.year}/{instalment.number}",
        instalment.due_on.isoformat(),
    )
    cents = instalment.amount_cents
    return ("", "", reference, "", day, day, unsigned(cents)[1], cents, "LUMP_SUM")


def _balance_row(entry: str, cents: int) -> tuple[Cell, ...]:
    return ("", "", "", "", "", "", unsigned(cents)[1], cents, entry)
