"""Close a payment batch: read what is open, net it, make its files, store all of it in one transaction."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine

from contracts.register import Register
from contracts.tables import MunicipalityRow, PaymentBlockRow
from processors.batch_json import batch_json
from processors.close_batch import close_batch
from processors.lump_sums import due_instalments
from processors.pain001 import pain001
from processors.specification import specification_csv
from schemas.batch import Batch, NotClosed, NothingToPay
from store.batches import (
    BatchFiles,
    balances,
    granted_lines,
    mark_batches_delivered,
    next_sequence,
    open_declarations,
    paid_instalments,
    save_batch,
    undelivered_batches,
)
from store.ceiling_reviews import close_due_reviews, held_for_review
from store.database import transaction
from store.inbox import Inbox
from streams.crash import point
from streams.files import File, write_files


class UnknownMunicipality(LookupError):
    """The register has no municipality with this code on the cut-off date."""


def close(
    connection: Connection,
    register: Register,
    municipality: str,
    cut_off: date,
    *,
    hold_reviews: bool = True,
) -> Batch | NothingToPay | NotClosed:
    """Close the batch of everything granted or due and unpaid up to and including the cut-off.

    With `hold_reviews`, lines above a ceiling of which payment is not decided wait until they are due.

    Raises UnknownMunicipality, and ConservationError when the cents do not add up.
    """
    tenant = _tenant(register, municipality, cut_off)
    batch = close_batch(
        tenant,
        cut_off,
        next_sequence(connection, municipality, cut_off.year),
        open_declarations(connection, municipality, cut_off),
        carried_in=balances(connection, municipality),
        providers=register.providers(),
        blocks=register.rows("payment_blocks", PaymentBlockRow),
        instalments=due_instalments(
            register, municipality, cut_off, paid_instalments(connection, municipality)
        ),
        reviews=held_for_review(connection, municipality, cut_off) if hold_reviews else {},
    )
    if isinstance(batch, Batch):
        close_due_reviews(connection, municipality, cut_off)
        pain = pain001(batch, tenant)
        specification = specification_csv(batch, granted_lines(connection, municipality, cut_off))
        files = BatchFiles(batch_json(batch, pain), pain, specification)
        save_batch(connection, batch, files, Inbox(connection).last_message_id())
        point("batch-saved")
    return batch


def deliver_batches(
    engine: Engine, municipality: str, out: Path, closed: str | None = None
) -> dict[str, BatchFiles]:
    """Write the files of the batch `closed` just now, and of every one that was not delivered before.

    A batch whose closing was interrupted after its commit is delivered by the next one. Returns what
    was delivered, by number. Raises OSError when the folder cannot be written.
    """
    with transaction(engine) as connection:
        waiting = undelivered_batches(connection, municipality, closed)
    for number, files in waiting.items():
        write_files(out, batch_files_for(municipality, number, files))
    point("batch-written")
    with transaction(engine) as connection:
        mark_batches_delivered(connection, waiting.keys())
    return waiting


def batch_files_for(municipality: str, number: str, files: BatchFiles) -> list[File]:
    """The files of a batch with their places in the output folder."""
    folder = f"{municipality}/batches/{number}"
    made = [
        File(f"{folder}/batch.json", files.body),
        File(f"{folder}/specification.csv", files.specification),
    ]
    if files.pain is not None:
        made.append(File(f"{folder}/pain.001.xml", files.pain))
    return made


def _tenant(register: Register, code: str, day: date) -> MunicipalityRow:
    rows = [row for row in register.municipalities() if row.code == code and row.valid_from <= day]
    if not rows:
        raise UnknownMunicipality(code)
    return max(rows, key=lambda row: row.valid_from)
