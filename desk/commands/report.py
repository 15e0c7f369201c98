"""`declastroom report …`: figures for controllers, on screen, as CSV or as a workbook."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from desk import options
from desk.screen import OUT, money, print_json, print_table
from desk.workbook import workbook
from processors.tables import Cell, Table, csv_bytes
from processors.wording import Lang
from reference.texts import table_texts
from store.database import open_store, trial
from store.registers import load
from store.reports import Reach
from streams import report as made
from streams.files import File, write_files

report = typer.Typer(help="Figures for controllers, down to their lines.", no_args_is_help=True)
_ROWS, _COLUMNS = 40, 12
_MAY_BE_MISSED = frozenset({
    "name", "category", "previous", "allocation", "end_on", "unit", "volume", "claimed_cents", "class",
    "in_batches_cents", "without_end", "budget_cents", "used_of_budget_cents", "tariff_cents", "client",
})  # fmt: skip

Year = Annotated[int | None, typer.Option("--year", metavar="YYYY", help="Of this year (default: all years)")]
OneYear = Annotated[
    int | None, typer.Option("--year", metavar="YYYY", help="Of this year (default: this year)")
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="csv|xlsx", help="Default: tables on screen, csv in --out"),
]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for the report (default: standard output)")]
Make = Callable[[made.Source, Reach], tuple[Table, ...]]


class Kind(NamedTuple):
    """A report of a year; `of_one` when it needs one, and takes this year when none is given."""

    name: str
    make: Make
    of_one: bool
    about: str
    example: str


_KINDS: Final = (
    Kind(
        "production", made.production_report, False,
        "Production per provider, municipality, law, product and service year, reconciled to the batches.",
        "--year 2026 --format xlsx --out out",
    ),
    Kind(
        "growth", made.growth_report, True,
        "Turnover of each provider beside that of the year before.", "--year 2026",
    ),
    Kind(
        "market", made.market_report, True,
        "Market share of each provider per law, and how concentrated the market is.",
        "--year 2026 --municipality 0384",
    ),
    Kind(
        "turnover", made.turnover_report, True,
        "Providers with an agreement and without turnover in a year.", "--year 2026",
    ),
    Kind(
        "realisation", made.realisation_report, False,
        "What was claimed of what was allocated, of the allocations that run in the year.", "--year 2026",
    ),
    Kind(
        "rejections", made.rejections_report, False,
        "Reasons of rejection, and the share of lines rejected, of what was received in the year.",
        "--year 2026",
    ),
)  # fmt: skip


def _add(kind: Kind) -> None:
    def command(
        year: Year = None,
        municipality: options.Municipality = None,
        format_: Format = None,
        out: Out = None,
        database: options.Database = None,
        lang: options.Language = "nl",
        json: options.Json = False,
    ) -> None:
        chosen = year or options.today().year if kind.of_one else year
        _run(kind.make, Reach(chosen, municipality), format_, out, database, lang, json)

    if kind.of_one:
        command.__annotations__["year"] = OneYear
    about = f"{kind.about}\n\nExample: declastroom report {kind.name} {kind.example}"
    report.command(kind.name, help=about)(command)


for _kind in _KINDS:
    _add(_kind)


@report.command("lines")
def lines(
    provider: options.Provider = None,
    product: Annotated[
        str | None, typer.Option("--product", metavar="CODE", help="Product code, or schedule")
    ] = None,
    domain: Annotated[
        str | None, typer.Option("--domain", metavar="jw|wmo|lump_sum", help="Of this law only")
    ] = None,
    year: Year = None,
    municipality: options.Municipality = None,
    format_: Format = None,
    out: Out = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """The lines behind a figure, with their decision and their batch; clients by pseudonym.

    Example: declastroom report lines --provider 41410001 --product 45A04 --year 2026
    """
    reach = Reach(year, municipality, domain, provider, product)
    _run(made.lines_report, reach, format_, out, database, lang, json)


def _run(
    make: Make,
    reach: Reach,
    format_: str | None,
    out: Path | None,
    database: str | None,
    lang: str,
    json: bool,
) -> None:
    if format_ not in {None, "csv", "xlsx"}:
        raise typer.BadParameter(f"--format: found {format_!r}, expected csv or xlsx")
    if format_ == "xlsx" and out is None:
        raise typer.BadParameter("--format: xlsx needs a folder in --out")
    chosen = options.settings(database)
    told = options.language(lang)
    with options.failures(json):
        if out is not None:
            options.make_writable(out)
        with trial(open_store(chosen.database_url)) as connection:
            hide = options.house(chosen).pseudonym if chosen.pseudonym_key() else None
            tables = make(made.Source(connection, load(connection), told, hide), reach)
        files = [] if out is None else _files(tables, reach, format_ or "csv", told)
        if out is not None:
            write_files(out, files)
    if json:
        rows = {t.name: [dict(zip(t.columns, map(_plain, r), strict=True)) for r in t.rows] for t in tables}
        print_json({**reach._asdict(), "tables": rows, "files": [file.name for file in files]})
    elif files:
        for file in files:
            OUT.print(f"{out}/{file.name}", markup=False, soft_wrap=True)
    elif format_ == "csv":
        sys.stdout.write(csv_bytes(tables[0]).decode())
    else:
        for table in tables:
            _show(table, told)


def _files(tables: tuple[Table, ...], reach: Reach, format_: str, lang: Lang) -> list[File]:
    """Names hold the municipality of the register, the report and its year, nothing that was typed."""
    known = reach.municipality if (reach.municipality or "").isdigit() else None
    folder = f"{known}/reports" if known else "reports"
    of_year = "" if reach.year is None else f"-{reach.year}"
    if format_ == "xlsx":
        return [File(f"{folder}/{tables[0].name}{of_year}.xlsx", workbook(tables, lang))]
    return [File(f"{folder}/{table.name}{of_year}.csv", csv_bytes(table)) for table in tables]


def _plain(cell: Cell) -> Any:
    return float(cell) if isinstance(cell, Decimal) else cell


def _show(table: Table, lang: Lang) -> None:
    """The first rows; a table too wide for a screen is shown without what may be missed there."""
    texts = table_texts()
    wide = len(table.columns) > _COLUMNS
    places = [p for p, name in enumerate(table.columns) if not (wide and name in _MAY_BE_MISSED)]
    heads = []
    for place in places:
        number = any(isinstance(row[place], int | Decimal) for row in table.rows)
        heads.append((">" if number else "") + texts["columns"][table.columns[place]][lang])
    rows = (
        [_shown(row[place], table.columns[place], lang) for place in places] for row in table.rows[:_ROWS]
    )
    print_table(texts["titles"][table.name][lang], heads, rows)
    if len(table.rows) > _ROWS:
        OUT.print(f"… {len(table.rows)} rows; --out, --format csv or --json gives all of them", markup=False)


def _shown(cell: Cell, column: str, lang: Lang) -> str:
    if cell is None or cell == "":
        return "-"
    return money(cell, lang) if column.endswith("_cents") and isinstance(cell, int) else str(cell)
