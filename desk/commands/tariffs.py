"""`declastroom tariffs index`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.index_tables import IndexComponentRow
from contracts.indexing import CannotIndexError, Index, index_of, indexed_tariffs, methods, plain
from contracts.register import Register
from contracts.tables import TariffRow
from desk import options
from desk.screen import OUT, print_json, print_table
from desk.synthetic.register import csv_text
from store.database import open_store, transaction, trial
from store.registers import import_register, load
from streams.files import File, write_files

tariffs = typer.Typer(help="Tariffs that follow from other tariffs.", no_args_is_help=True)


@tariffs.callback()
def _group() -> None:
    """Keep `index` a command of its own."""


@tariffs.command("index")
def index_command(
    indexation: Annotated[
        str, typer.Option("--indexation", metavar="NAME", help="Name in the table indexations")
    ],
    year: Annotated[int, typer.Option("--year", min=2016, max=2100, help="The year that gets new tariffs")],
    out: Annotated[Path, typer.Option("--out", help="The tariff table to write, a CSV file")],
    register: Annotated[
        Path | None, typer.Option("--register", exists=True, help="Index this register, not the stored one")
    ] = None,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="Pass over definitive figures that are not there yet")
    ] = False,
    database: options.Database = None,
    json: options.Json = False,
) -> None:
    """Write the tariff table with the indexed tariffs of a year in it. Import it to use it.

    Example: declastroom tariffs index --indexation JEUGD --year 2027 --out tariffs-2027/tariffs.csv
    """
    with options.failures(json):
        current = _register(register, options.settings(database).database_url)
        components = current.rows("index_components", IndexComponentRow)
        made: list[Index] = []
        table = list(current.rows("tariffs", TariffRow))
        try:
            for method in methods(current, indexation):
                index = index_of(method, components, year, provisional=provisional)
                table = indexed_tariffs(_with_tariffs(current, table), method, index)
                made.append(index)
        except CannotIndexError as error:
            options.wrong(json, str(error))
        if not made:
            options.wrong(json, f"--indexation: found {indexation!r}, expected a name of table indexations")
        out.parent.mkdir(parents=True, exist_ok=True)
        write_files(out.parent, [File(out.name, csv_text(TariffRow, table).encode())])
    sources = {str(index) for index in made}
    document: dict[str, Any] = {
        "indexation": indexation,
        "year": year,
        "indices": [_figures(index) for index in made],
        "tariffs": len(table),
        "indexed": sum(row.source in sources for row in table),
        "file": str(out),
    }
    if json:
        print_json(document)
    else:
        show(document)


def _register(path: Path | None, url: str) -> Register:
    if path is None:
        with trial(open_store(url)) as connection:
            return load(connection)
    with transaction(open_store("sqlite://")) as connection:
        import_register(connection, path, recorded_at="", after_message=0)
        return load(connection)


def _with_tariffs(register: Register, table: list[TariffRow]) -> Register:
    return Register(register.version, {**register.tables, "tariffs": tuple(table)})


def _figures(index: Index) -> dict[str, Any]:
    correction = None if index.correction is None else plain(index.correction)
    return {
        "percent": str(index.percent),
        "exact": plain(index.exact),
        "forecast": plain(index.forecast),
        "correction": correction,
        "provisional": index.provisional,
        "source": str(index),
    }


def show(document: dict[str, Any]) -> None:
    """The percentages with their parts, and where the table stands."""
    columns = (">percent", ">exact", ">forecast", ">correction", "provisional")
    rows = (
        [
            index["percent"],
            index["exact"],
            index["forecast"],
            index["correction"] or "-",
            "yes" if index["provisional"] else "no",
        ]
        for index in document["indices"]
    )
    print_table(f"Index {document['indexation']} {document['year']}", columns, rows)
    OUT.print(
        f"{document['file']}: {document['tariffs']} tariffs, {document['indexed']} of them indexed",
        markup=False,
    )
