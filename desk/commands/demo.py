"""`declastroom demo`: from an empty folder to a result people can look at."""

from __future__ import annotations

import json as json_text
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from desk import options
from desk.commands.batch import nothing_to_pay
from desk.commands.batch import show as show_batch
from desk.commands.generate import make
from desk.commands.process import report, show_rejections
from desk.commands.process import show as show_messages
from desk.screen import OUT, money, print_json, progress, sentence, show_table, value
from processors.wording import Lang, rejection_object, signal_object
from schemas.batch import Batch, NotClosed
from store.database import open_store, transaction, trial
from store.inbox import Inbox
from store.outbox import all_rejections, all_signals
from store.registers import import_register, load
from streams.close import close, deliver_batches
from streams.embedded import Embedded
from streams.outcome import Outcome
from streams.sources import files_below, read_sources

MONTH = date(2026, 3, 1)


def demo(
    lines: Annotated[int, typer.Option("--lines", min=100, help="Lines in the month")] = 2000,
    out: Annotated[Path, typer.Option("--out", help="Folder for everything the demo makes")] = Path("demo"),
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="An empty database (default: a new one)")
    ] = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Make a synthetic region, process its month, close its batches, and show what came of it.

    Example: declastroom demo --lines 2000 --out demo
    """
    with options.failures(json):
        if (out / "declastroom.db").exists():
            options.wrong(json, f"--out: {out} holds a demo already, expected an empty folder")
        chosen = options.settings(database or f"sqlite:///{out / 'declastroom.db'}")
        house = options.house(chosen)
        if database is None:
            out.mkdir(parents=True, exist_ok=True)
        engine = open_store(chosen.database_url)
        with trial(engine) as connection:
            if Inbox(connection).last_message_id():
                options.wrong(json, "--database: holds messages already, expected an empty database")
        made = make(out / "region", 1, 4, lines, 1, MONTH, 0.05, {}, False)
        with transaction(engine, alone=True) as connection:
            import_register(
                connection, out / "region" / "register", recorded_at=options.now(), after_message=0
            )
        received_on = date.fromisoformat(made.received_on)
        files = files_below([out / "region" / "messages"])
        told = options.language(lang)
        runtime = Embedded(engine, house, chosen, out / "out", told)
        outcomes: list[Outcome] = []
        with progress("process", len(files)) as advance:
            for outcome in runtime.process(read_sources(files), received_on):
                outcomes.append(outcome)
                advance(min(len(outcomes), len(files)))
        batches = _close_all(engine, out / "out", received_on)
        with trial(engine) as connection:
            inbox = Inbox(connection)
            rejected = [rejection_object(r, told) for r in all_rejections(inbox)]
            signals = [signal_object(s, told) for s in all_signals(inbox)]
    document = {
        **{key: value for key, value in report(outcomes).items() if key == "totals"},
        "outcomes": dict(Counter(o.outcome for o in outcomes)),
        "rejections": len(rejected),
        "signals": len(signals),
        "batches": batches,
        "folder": str(out / "out"),
    }
    if json:
        print_json(document)
    else:
        store = engine.url.render_as_string(hide_password=True)
        _show(outcomes, rejected, signals, batches, out, store, told)


def _close_all(engine: Engine, out: Path, cut_off: date) -> list[dict[str, Any]]:
    """Close the batch of every municipality; files are written only once their batch is committed."""
    closed_batches = []
    with trial(engine) as connection:
        register = load(connection)
    for code in sorted({row.code for row in register.municipalities()}):
        with transaction(engine, alone=True) as connection:
            closed = close(connection, register, code, cut_off)
        if isinstance(closed, Batch):
            files = deliver_batches(engine, code, out, closed.number)[closed.number]
            batch = json_text.loads(files.body)
            closed_batches.append({**batch, "folder": f"{code}/batches/{closed.number}"})
        elif not isinstance(closed, NotClosed):
            closed_batches.append(nothing_to_pay(closed))
    return closed_batches


def _show(
    outcomes: list[Outcome],
    rejected: list[dict[str, Any]],
    signals: list[dict[str, Any]],
    batches: list[dict[str, Any]],
    out: Path,
    store: str,
    lang: Lang,
) -> None:
    show_messages({"messages": [o._asdict() for o in outcomes]}, lang)
    causes = Counter((tuple(r["codes"]), r["who_acts"]) for r in rejected if r["class"] != "client")
    cents: Counter[tuple[tuple[str, ...], str]] = Counter()
    for r in rejected:
        cents[tuple(r["codes"]), r["who_acts"]] += r["amount_cents"]
    rows = (
        (" ".join(codes), value(lang, "who_acts", who), count, money(cents[codes, who], lang))
        for (codes, who), count in causes.most_common(12)
    )
    show_table(lang, "causes", ("codes", "who_acts", ">rejections", ">at_stake"), rows)
    examples: dict[str, dict[str, Any]] = {}
    for r in rejected:
        if r["class"] == "line" and len(r["codes"]) == 1:
            examples.setdefault(r["codes"][0], r)
    show_rejections(list(examples.values())[:6], lang)
    if signals:
        kinds = Counter(s["kind"] for s in signals)
        show_table(lang, "signals", ("kind", ">count"), kinds.most_common())
    paid = [batch for batch in batches if batch["batch"]]
    if paid:
        show_batch({**paid[0], "transactions": paid[0]["transactions"][:10]}, lang)
    show_table(
        lang,
        "batches",
        ("batch", ">payments", ">control_total", "due"),
        ((b["batch"], len(b["transactions"]), money(b["total_cents"], lang), b["due"]) for b in paid),
    )
    line = examples.get("0611") or next(iter(examples.values()), None)
    OUT.print("\n" + sentence(lang, "files", folder=out / "out", store=store), markup=False)
    if line:
        command = (
            f"declastroom explain --database {store} --provider {line['provider']}"
            f" --domain {line['domain']} --reference {line['reference']}"
        )
        OUT.print(sentence(lang, "ask_why", command=command), markup=False, soft_wrap=True)
