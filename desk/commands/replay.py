"""`declastroom replay`."""

from __future__ import annotations

from typing import Annotated

import typer

from desk import options
from desk.screen import OUT, print_json, print_table, progress
from store.database import open_store
from streams.replay import count
from streams.replay import replay as replay_store


def replay(
    check: Annotated[bool, typer.Option("--check", help="Exit status 1 on any difference")] = False,
    database: options.Database = None,
    json: options.Json = False,
) -> None:
    """Rebuild every outcome from the stored messages and compare it with what was stored.

    Example: declastroom replay --check
    """
    chosen = options.settings(database)
    with options.failures(json):
        engine = open_store(chosen.database_url)
        with progress("replay", count(engine)) as advance:
            result = replay_store(engine, chosen.pseudonym_key(), advance)
    if json:
        rows = [difference._asdict() for difference in result.differences]
        print_json({"messages": result.messages, "differences": rows})
    else:
        OUT.print(f"{result.messages} messages replayed, {len(result.differences)} differences")
        if result.differences:
            columns = ("message", "what", "stored", "replayed")
            print_table(
                "Differences",
                columns,
                ((d.message_sha256[:16], *d[1:]) for d in result.differences[:50]),
            )
    if check and result.differences:
        raise typer.Exit(options.WRONG_INPUT)
