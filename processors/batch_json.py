"""batch.json: the payment batch for other programs, in a fixed order of keys."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from schemas.batch import Batch, Transaction


def batch_json(batch: Batch, pain: bytes | None) -> bytes:
    """The batch as JSON: UTF-8, indented, with a final newline; the same batch gives the same bytes.

    Amounts are signed cents. Per provider: amount paid + amounts blocked = declarations + lump
    sums + carried in. `sha256` is that of the payment file, null when nothing is paid and there is no file.
    """
    content = {**batch_object(batch), "sha256": sha256(pain)}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def sha256(pain: bytes | None) -> str | None:
    """The fingerprint (64 hex digits) that proves the file sent is the file of the batch (M10)."""
    return None if pain is None else hashlib.sha256(pain).hexdigest()


def batch_object(batch: Batch) -> dict[str, Any]:
    """The content of batch.json without the fingerprint, as plain values."""
    return {
        "batch": batch.number,
        "municipality": batch.municipality,
        "cut_off": batch.cut_off.isoformat(),
        "due": batch.due.isoformat(),
        "total_cents": batch.total_cents,
        "transactions": [_transaction(transaction) for transaction in batch.transactions],
        "carried_forward": [carried._asdict() for carried in batch.carried_forward],
        "blocked": [blocked._asdict() for blocked in batch.blocked],
    }


def _transaction(transaction: Transaction) -> dict[str, Any]:
    return {
        "provider": transaction.provider,
        "name": transaction.name,
        "iban": transaction.iban,
        "amount_cents": transaction.amount_cents,
        "end_to_end_id": transaction.end_to_end_id,
        "declarations": [
            {"declaration": d.number, "domain": d.domain, "granted_cents": d.granted_cents}
            for d in transaction.declarations
        ],
        "carried_in_cents": transaction.carried_in_cents,
        "set_off_cents": transaction.set_off_cents,
        "lump_sums": [
            {
                "schedule": i.schedule,
                "purpose": i.purpose,
                "year": i.year,
                "instalment": i.number,
                "due": i.due_on.isoformat(),
                "amount_cents": i.amount_cents,
            }
            for i in transaction.instalments
        ],
    }
