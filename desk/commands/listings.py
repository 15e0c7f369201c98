"""`declastroom rejections`, `signals` and `batches`: what happened, as tables or JSON."""

from __future__ import annotations

from itertools import chain
from typing import Annotated

import typer

from desk import options
from desk.commands.process import show_rejections
from desk.screen import money, print_json, show_table
from processors.wording import rejection_object, signal_object
from store.batch_search import paying
from store.batches import batches as stored_batches
from store.ceilings import own_signals
from store.clock import all_tick_signals
from store.database import open_store, trial
from store.inbox import Inbox
from store.outbox import all_rejections, all_signals

Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Received on or after this date")]


def rejections(
    municipality: options.Municipality = None,
    provider: options.Provider = None,
    since: Since = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """List rejections with who must act and how to fix them.

    Example: declastroom rejections --municipality 0384 --since 2026-04-01
    """
    day = options.parse_day(since)
    chosen = options.settings(database)
    with options.failures(json), trial(open_store(chosen.database_url)) as connection:
        options.known_municipality(connection, municipality, json)
        rows = [
            rejection_object(r, options.language(lang))
            for r in all_rejections(Inbox(connection), str(day or ""), provider)
            if municipality in {None, r.municipality}
        ]
    if json:
        print_json({"rejections": rows})
    else:
        show_rejections(rows, options.language(lang))


def signals(
    municipality: options.Municipality = None,
    provider: options.Provider = None,
    since: Since = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """List signals: things to look at that never changed a decision.

    Example: declastroom signals --municipality 0384
    """
    day = options.parse_day(since)
    chosen = options.settings(database)
    with options.failures(json), trial(open_store(chosen.database_url)) as connection:
        options.known_municipality(connection, municipality, json)
        inbox = Inbox(connection)
        of_messages = all_signals(inbox, str(day or ""), provider)
        of_imports = (
            signal
            for signals in own_signals(inbox, since=str(day or "")).values()
            for signal in signals
            if provider in {None, signal.provider}
        )
        of_days = all_tick_signals(connection, str(day or ""), provider)
        rows = [
            signal_object(s, options.language(lang))
            for s in chain(of_messages, of_days, of_imports)
            if municipality in {None, s.municipality}
        ]
    if json:
        print_json({"signals": rows})
        return
    keys = ("municipality", "provider", "kind", "reference", "received_on", "explanation")
    show_table(options.language(lang), "signals", keys, ([row[key] or "-" for key in keys] for row in rows))


def batches(
    municipality: options.Municipality = None,
    provider: options.Provider = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="With a cut-off on or after this date")
    ] = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """List closed payment batches; of a provider, those in which it is paid.

    Example: declastroom batches --municipality 0384 --since 2026-04-01
    """
    day = options.parse_day(since)
    chosen = options.settings(database)
    with options.failures(json), trial(open_store(chosen.database_url)) as connection:
        options.known_municipality(connection, municipality, json)
        numbers = None if provider is None else paying(connection, provider)
        found = [
            each
            for each in stored_batches(connection, municipality)
            if (numbers is None or each.number in numbers) and (day is None or each.cut_off >= day)
        ]
    if json:
        rows = [{**b._asdict(), "cut_off": str(b.cut_off), "due": str(b.due)} for b in found]
        print_json({"batches": [{"batch": row.pop("number"), **row} for row in rows]})
        return
    told = options.language(lang)
    show_table(
        told,
        "batches",
        ("batch", "municipality", "cut_off", "due", ">payments", ">total", "sha256"),
        (
            (
                b.number,
                b.municipality,
                b.cut_off,
                b.due,
                b.payments,
                money(b.total_cents, told),
                (b.sha256 or "-")[:16],
            )
            for b in found
        ),
    )
