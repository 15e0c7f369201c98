"""`declastroom what-if tariffs`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.tables import ProductRow
from desk import options
from desk.screen import OUT, money, print_json, print_table, progress
from processors.what_if import Effect, total
from schemas.period import months as months_between
from store.database import open_store
from streams.what_if import WhatIf, count
from streams.what_if import what_if as decide_again

what_if = typer.Typer(help="What would have come of it under another register.", no_args_is_help=True)

_MONTHS = re.compile(r"([0-9]{4}-[0-9]{2})(?:\.\.([0-9]{4}-[0-9]{2}))?")
_MOST = 120


@what_if.callback()
def _group() -> None:
    """Keep `tariffs` a command of its own."""


@what_if.command("tariffs")
def tariffs(
    register: Annotated[
        Path, typer.Option("--register", exists=True, help="The other register: a folder or a workbook")
    ],
    months: Annotated[str, typer.Option("--months", metavar="YYYY-MM[..YYYY-MM]", help="Declared months")],
    database: options.Database = None,
    json: options.Json = False,
) -> None:
    """Decide stored months again under another register, and show the difference. Nothing is stored.

    Example: declastroom what-if tariffs --register register-2027/ --months 2026-01..2026-03
    """
    chosen = parse_months(months)
    with options.failures(json):
        engine = open_store(options.settings(database).database_url)
        with progress("what if", count(engine, chosen)) as advance:
            found = decide_again(engine, register, chosen, advance)
    document = report(found)
    if json:
        print_json(document)
    else:
        show(document)


def parse_months(text: str) -> list[date]:
    """The first days of the months. Raises typer.BadParameter."""
    match = _MONTHS.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        first = date.fromisoformat(f"{match[1]}-01")
        last = date.fromisoformat(f"{match[2] or match[1]}-01")
        if not 1 <= months_between(first, last) <= _MOST:
            raise ValueError(text)
    except ValueError:
        raise typer.BadParameter(f"--months: found {text!r}, expected YYYY-MM or YYYY-MM..YYYY-MM") from None
    places = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(place // 12, place % 12 + 1, 1) for place in places]


def report(found: WhatIf) -> dict[str, Any]:
    """The document of a comparison: every provider and product, those without a difference included."""
    names = {provider.agb: provider.name for provider in found.register.providers().values()}
    rows = found.register.rows("products", ProductRow)
    products = {(str(row.domain), row.code): row.name for row in rows}
    return {
        "declarations": found.declarations,
        "effects": [
            {
                **_figures(row),
                "name": names.get(row.provider),
                "product": products.get((row.domain, row.code)),
            }
            for row in found.effects
        ],
        "total": {key: value for key, value in _figures(total(found.effects)).items() if value != ""},
        "stored": False,
    }


def _figures(row: Effect) -> dict[str, Any]:
    return {
        **row._asdict(),
        "difference_cents": row.difference_cents,
        "price_difference_cents": row.price_difference_cents,
        "differs": row.differs,
    }


def show(document: Mapping[str, Any]) -> None:
    """What differs as a table, the largest difference in euros first, and the total."""
    rows = [row for row in document["effects"] if row["differs"]]
    rows.sort(key=lambda row: (-abs(row["difference_cents"]), -abs(row["price_difference_cents"])))
    whole = document["total"]
    OUT.print(
        f"{document['declarations']} declarations decided again, {whole['lines']} lines;"
        f" {len(rows)} of {len(document['effects'])} combinations of provider and product differ.",
        markup=False,
    )
    head = ("provider", "product", ">lines", ">granted", ">then", ">euros granted", ">then", ">difference",
            ">price effect", ">no tariff")  # fmt: skip
    shown = [(row["provider"], f"{row['domain']} {row['code']}", row) for row in rows]
    shown.append(("total", "", whole))
    print_table(
        "What if",
        head,
        (
            (
                provider,
                product,
                row["lines"],
                row["granted_lines"],
                row["granted_lines_then"],
                money(row["granted_cents"]),
                money(row["granted_cents_then"]),
                money(row["difference_cents"]),
                money(row["price_difference_cents"]),
                row["unpriced"],
            )
            for provider, product, row in shown
        ),
    )
    OUT.print("Nothing was stored.")
