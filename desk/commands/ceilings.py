"""`declastroom ceilings`: how every ceiling stands, as a table, as JSON and as a page with charts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from desk import options
from desk.ceiling_report import report_page
from desk.screen import money, print_json, say, sentence, show_table
from processors.ceilings.forecast import Forecast
from processors.wording import Lang
from store.ceiling_reviews import Review, reviews
from store.database import open_store, trial
from store.registers import load
from streams.ceiling_overview import Standing, miscounted, standings
from streams.files import File, write_files


def ceilings(
    provider: options.Provider = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="As of this day; default: today")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with a chart per ceiling")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Recount from the lines; exit status 1 on any difference")
    ] = False,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Show room, allocated, claimed and paid of every ceiling, what is expected, and when it is full.

    Example: declastroom ceilings --html ceilings.html
    """
    day = options.parse_day(on) or options.today()
    chosen = options.settings(database)
    with options.failures(json), trial(open_store(chosen.database_url)) as connection:
        register = load(connection)
        found = [
            standing
            for standing in standings(connection, register, day)
            if provider in {None, *standing.watch.providers}
        ]
        cases = [case for case in reviews(connection) if provider in {None, case.provider}]
        wrong = miscounted(connection, register) if check else []
        if html is not None:
            page = report_page(found, day, options.language(lang))
            write_files(html.parent, [File(html.name, page.encode())])
    if json:
        print_json(document(found, cases, day) | ({"miscounted": wrong} if check else {}))
    else:
        show(found, cases, day, options.language(lang))
    for name, total_cents, cents in wrong:
        say(f"{name}: {total_cents} cents counted, {cents} cents in the lines")
    if wrong:
        raise typer.Exit(options.WRONG_INPUT)


def document(found: list[Standing], cases: list[Review], day: date) -> dict[str, Any]:
    """Everything as plain values."""
    return {
        "on": str(day),
        "ceilings": [as_object(standing) for standing in found],
        "reviews": [
            {**case._asdict(), "due_on": str(case.due_on),
             "decided_on": None if case.decided_on is None else str(case.decided_on)}
            for case in cases
        ],
    }  # fmt: skip


def as_object(standing: Standing) -> dict[str, Any]:
    """One ceiling as plain values; cents."""
    watch, expected = standing.watch, standing.forecast
    return {
        "ceiling": watch.name,
        "year": watch.year,
        "version": watch.version,
        "instrument": "CEILING" if watch.enforceable else "INDICATION",
        "providers": list(watch.providers),
        "members": [row.ceiling for row in watch.rows],
        "valid_from": str(watch.begin),
        "valid_until": str(watch.end),
        "room_cents": watch.amount_cents,
        "allocated_cents": standing.allocated_cents,
        "claimed_cents": standing.claimed_cents,
        "paid_cents": standing.paid_cents,
        "used_cents": standing.used_cents,
        "left_cents": watch.amount_cents - standing.used_cents,
        "exposure_cents": standing.exposure_cents,
        "forecast_cents": None if expected is None else expected.cents,
        "forecast_low_cents": None if expected is None else expected.low_cents,
        "forecast_high_cents": None if expected is None else expected.high_cents,
        "falls": {str(percent): None if d is None else str(d) for percent, d in standing.falls.items()},
        "above_cents": standing.above,
    }


def show(found: list[Standing], cases: list[Review], day: date, lang: Lang) -> None:
    """One row per ceiling, and the cases that wait for a decision."""
    columns = (
        ">room",
        ">allocated",
        ">claimed",
        ">paid",
        ">used",
        ">forecast",
        ">band",
        "seventy",
        "hundred",
    )
    show_table(lang, "ceilings", ("ceiling", *columns), (_row(each, lang) for each in found), day=day)
    waiting = [case for case in cases if case.decision is None]
    if waiting:
        show_table(
            lang,
            "reviews",
            (">case", "ceiling", "municipality", "provider", "reference", ">above", ">held", "decide_by"),
            (
                (
                    c.id,
                    c.ceiling,
                    c.municipality,
                    c.provider,
                    c.reference,
                    money(c.above_cents, lang),
                    money(c.held_cents, lang),
                    c.due_on,
                )
                for c in waiting
            ),
        )


def _row(standing: Standing, lang: Lang) -> tuple[object, ...]:
    watch, expected = standing.watch, standing.forecast
    spread = ("-", "-") if expected is None else (euros(expected.cents, lang), band(expected))
    return (
        watch.name if watch.enforceable else sentence(lang, "indication", ceiling=watch.name),
        euros(watch.amount_cents, lang),
        euros(standing.allocated_cents, lang),
        euros(standing.claimed_cents, lang),
        euros(standing.paid_cents, lang),
        percent(standing),
        *spread,
        standing.falls[70] or "-",
        standing.falls[100] or "-",
    )


def euros(cents: int, lang: Lang) -> str:
    """Whole euros, what is less left out."""
    return money(cents, lang)[:-3]


def percent(standing: Standing) -> str:
    """What is used of a ceiling, in whole percents rounded down: 69.9 is not 70."""
    amount_cents = standing.watch.amount_cents
    return f"{100 * standing.used_cents // amount_cents} %" if amount_cents else "-"


def band(expected: Forecast) -> str:
    """The band of a forecast in thousands of euros."""
    return f"{expected.low_cents // 100_000}k - {-(-expected.high_cents // 100_000)}k"
