"""Contract signals as a source of the clock: what the store knows, and what a day makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from contracts.register import Register
from contracts.tables import AgreementRow, TariffRow
from processors.contract_signals import Claims, contract_signals
from schemas.notice import Due
from store.claims import exception_cents, last_received


def contracts_due(connection: Connection, register: Register, day: date) -> Iterable[Due]:
    """Everything about contracts and agreements that fell due up to and including a day."""
    agreements = register.rows("agreements", AgreementRow)
    cents = exception_cents(connection, agreements, register.rows("tariffs", TariffRow))
    return contract_signals(register, day, Claims(last_received(connection), cents))
