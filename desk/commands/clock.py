"""`declastroom clock`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from desk import options
from desk.screen import OUT, print_json, sentence, show_table
from processors.wording import Lang, signal_object
from store.database import open_store, transaction
from store.registers import load
from streams.clock import deliver_ticks, tick


def clock(
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day that comes")],
    out: Annotated[Path, typer.Option("--out", help="Output folder")] = Path("out"),
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Let a day come: tell what fell due up to it and was not told before. The same day again tells it again.

    Example: declastroom clock --on 2026-05-01 --out out
    """
    day = options.parse_day(on)
    assert day is not None
    with options.failures(json):
        options.make_writable(out)
        engine = open_store(options.settings(database).database_url)
        with transaction(engine, alone=True) as connection:
            told = tick(connection, load(connection), day)
        delivered = deliver_ticks(engine, out, options.language(lang))
    rows = [signal_object(signal, options.language(lang)) for signal in told.signals]
    document: dict[str, Any] = {
        "day": str(day),
        "again": told.again,
        "signals": rows,
        "delivered": [str(each.day) for each in delivered],
    }
    if json:
        print_json(document)
    else:
        show(document, options.language(lang))


def show(document: dict[str, Any], lang: Lang) -> None:
    """The signals of a day as a table, and how many there are of each kind."""
    rows = document["signals"]
    came = "day_came_before" if document["again"] else "day_came"
    OUT.print(sentence(lang, came, day=document["day"], count=len(rows)), markup=False)
    if rows:
        columns = ("municipality", "provider", "kind", "reference", "explanation")
        show_table(lang, "signals", columns, ([row[key] or "-" for key in columns] for row in rows))
        kinds = Counter(row["kind"] for row in rows)
        show_table(lang, "kinds", ("kind", ">count"), sorted(kinds.items()))
