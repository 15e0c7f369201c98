"""`declastroom register import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from desk import options
from desk.screen import OUT, print_json, print_table
from store.database import open_store, transaction
from store.inbox import Inbox
from store.registers import import_register, load
from streams.ceiling_register import renew_ceilings

register = typer.Typer(help="What is agreed, outside the message flow.", no_args_is_help=True)


@register.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(exists=True, help="A folder of CSV files, or one XLSX workbook")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the differences, store nothing")] = False,
    database: options.Database = None,
    json: options.Json = False,
) -> None:
    """Import a register, all or nothing.

    Example: declastroom register import register/ --dry-run
    """
    with options.failures(json):
        with transaction(open_store(options.settings(database).database_url), alone=True) as connection:
            difference = import_register(
                connection,
                path,
                recorded_at=options.now(),
                after_message=Inbox(connection).last_message_id(),
                dry_run=dry_run,
            )
            if difference and not dry_run:
                renew_ceilings(connection, load(connection))
        document: dict[str, Any] = {**difference.as_json(), "stored_only": []}
    if json:
        print_json(document)
        return
    print_table(
        "Differences (nothing stored)" if dry_run else "Register",
        ("table", ">added", ">ended", ">changed"),
        ((name, t["added"], t["ended"], t["changed"]) for name, t in document["tables"].items()),
    )
    if not any(any((t["added"], t["ended"], t["changed"])) for t in document["tables"].values()):
        OUT.print("Nothing changed.")
