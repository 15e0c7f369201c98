"""Settle the costs of a year. Nothing is stored: a later run knows of later lines."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from contracts.register import Register
from contracts.tables import CostBearerRow
from processors.cost_report import municipality_table, settlement_object
from processors.settle_costs import settle_costs
from processors.tables import csv_bytes
from schemas.costs import Settlement
from store.costs import borne_lines, granted_costs, scheduled_costs
from streams.files import File


def settle(connection: Connection, register: Register, year: int) -> Settlement:
    """The settlement of a service year, of everything that was granted up to now."""
    bearers = register.rows("cost_bearers", CostBearerRow)
    named = {(row.municipality, row.domain, row.allocation) for row in bearers}
    return settle_costs(
        register,
        year,
        granted_costs(connection, year),
        borne_lines(connection, year, named),
        scheduled_costs(connection, year),
    )


def settlement_files(settlement: Settlement) -> list[File]:
    """The report of every municipality in its own folder, and the whole for the region."""
    year = settlement.year
    whole = json.dumps(settlement_object(settlement), ensure_ascii=False, indent=1) + "\n"
    files = [File(f"costs-{year}.json", whole.encode())]
    for account in settlement.accounts:
        table = municipality_table(settlement, account.municipality)
        files.append(File(f"{account.municipality}/costs/costs-{year}.csv", csv_bytes(table)))
    return files
