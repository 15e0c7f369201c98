"""`declastroom ceiling …`: the work around one ceiling: letters, steps, decisions, the year before."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from contracts.ceiling_year import announcements, pro_rata_cents
from contracts.ceilings import Watch
from contracts.register import Register
from desk import options
from desk.screen import OUT, money, print_json, print_table
from processors.ceilings.letter import letter, notices
from store.ceiling_acts import Act, record_act
from store.ceiling_reviews import PAY, RECOVER, decide
from store.ceilings import events, uses
from store.database import open_store, transaction, trial
from store.inbox import Inbox
from store.registers import load
from streams.ceiling_overview import every_ceiling

ceiling = typer.Typer(help="The work around one ceiling.", no_args_is_help=True)

Name = Annotated[str, typer.Option("--ceiling", metavar="NAME", help="Its name, or that of its pool")]
Document = Annotated[str | None, typer.Option("--document", metavar="TEXT", help="Where it is laid down")]


@ceiling.command("letter")
def letter_command(
    name: Name,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Write the notices that are due to the provider of a ceiling, one letter for each cause.

    Example: declastroom ceiling letter --ceiling PLAFOND-1
    """
    with options.failures(json), trial(open_store(options.settings(database).database_url)) as connection:
        register = load(connection)
        rows: list[dict[str, Any]] = []
        for watch in _named(every_ceiling(connection, register), name, json):
            happened = [(e.event, e.happened_on, e.cause_sha256) for e in events(connection, watch.key)]
            for notice in notices(happened):
                text = letter(watch, notice, *_names(register, watch), options.language(lang))
                rows.append({"ceiling": name, "year": watch.year, "on": str(notice.day), "text": text})
    if json:
        print_json({"letters": rows})
    else:
        OUT.print(
            "\n\n".join(row["text"] for row in rows) or "No letter is due.", markup=False, soft_wrap=True
        )


@ceiling.command("done")
def done_command(
    name: Name,
    step: Annotated[
        Literal["consult", "decide"], typer.Option("--step", metavar="consult|decide", help="Which step")
    ],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day it was done")],
    document: Document = None,
    database: options.Database = None,
    json: options.Json = False,
) -> None:
    """Record that the provider was consulted, or that adaptation was decided about: it stops the term.

    Example: declastroom ceiling done --ceiling PLAFOND-1 --step consult --on 2026-04-20
    """
    day = options.parse_day(on)
    assert day is not None
    with (
        options.failures(json),
        transaction(open_store(options.settings(database).database_url), alone=True) as connection,
    ):
        watches = _named(every_ceiling(connection, load(connection)), name, json)
        watch = max(watches, key=lambda each: each.year)
        use = uses(Inbox(connection)).get(watch.key)
        version = 1 if use is None else use.version
        record_act(connection, Act(name, watch.year, version, step.upper(), day, document))
    row = {"ceiling": name, "year": watch.year, "version": version, "step": step, "on": str(day)}
    if json:
        print_json(row)
    else:
        OUT.print(f"{name} {watch.year}, version {version}: {step} on {day}", markup=False)


@ceiling.command("decide")
def decide_command(
    cases: Annotated[
        list[int], typer.Argument(help="Numbers of cases, as `declastroom ceilings` shows them")
    ],
    decision: Annotated[
        Literal["pay", "recover"], typer.Option("--decision", metavar="pay|recover", help="What to do")
    ],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Day of the decision; default: today")
    ] = None,
    document: Document = None,
    database: options.Database = None,
    json: options.Json = False,
) -> None:
    """Decide about lines above a ceiling: pay them, or keep holding them to be recovered.

    Example: declastroom ceiling decide 3 4 --decision pay
    """
    day = options.parse_day(on) or options.today()
    chosen = PAY if decision == "pay" else RECOVER
    with (
        options.failures(json),
        transaction(open_store(options.settings(database).database_url), alone=True) as connection,
    ):
        decided = decide(connection, cases, chosen, day, document)
        if decided != len(set(cases)):
            connection.rollback()
            options.wrong(
                json, f"found {decided} open cases, expected {len(set(cases))}; nothing was decided"
            )
    if json:
        print_json({"decided": decided, "decision": chosen, "on": str(day)})
    else:
        OUT.print(f"{decided} cases: {decision}", markup=False)


@ceiling.command("plan")
def plan_command(
    begin: Annotated[str, typer.Option("--from", metavar="DATE", help="First day of the ceiling")],
    year_cents: Annotated[
        int, typer.Option("--year-cents", min=0, help="The amount of a whole year, in cents")
    ],
    json: options.Json = False,
) -> None:
    """Tell what part of a year's amount a ceiling gets, and when it must be announced.

    Example: declastroom ceiling plan --from 2027-07-01 --year-cents 60000000
    """
    day = options.parse_day(begin)
    assert day is not None
    by_months, by_days = (pro_rata_cents(year_cents, day, basis) for basis in ("months", "days"))
    steps = [(step.step, str(step.due)) for step in announcements(day)]
    document: dict[str, Any] = {
        "from": str(day),
        "amount_cents": pro_rata_cents(year_cents, day),
        "by_months_cents": by_months,
        "by_days_cents": by_days,
        "due": dict(steps),
    }
    if json:
        print_json(document)
        return
    print_table(f"Ceiling from {day}", ("step", "due"), steps)
    OUT.print(f"By months {money(by_months)}, by days {money(by_days)}", markup=False)


def _named(watches: list[Watch], name: str, as_json: bool) -> list[Watch]:
    found = [watch for watch in watches if watch.name == name]
    if not found:
        options.wrong(as_json, f"--ceiling: found {name!r}, expected a ceiling or pool of the register")
    return found


def _names(register: Register, watch: Watch) -> tuple[str, str]:
    """The provider and the municipality as a letter names them."""
    providers = register.providers()
    towns = {row.code: row.name for row in register.municipalities()}
    named = [providers[agb].name if agb in providers else agb for agb in watch.providers]
    return ", ".join(named), ", ".join(towns.get(code, code) for code in watch.municipalities)
