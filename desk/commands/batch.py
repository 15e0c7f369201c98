"""`declastroom batch close`."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.tables import PaymentBlockRow
from desk import options
from desk.screen import OUT, money, print_json, sentence, show_table
from processors.close_batch import blocked_since
from processors.wording import Lang
from schemas.batch import Batch, NotClosed, NothingToPay
from store.database import open_store, transaction
from store.registers import load
from streams.close import UnknownMunicipality, close, deliver_batches
from streams.crash import point
from streams.today import today

batch = typer.Typer(help="Payment batches.", no_args_is_help=True)


@batch.command("close")
def close_command(
    municipality: Annotated[str, typer.Option("--municipality", metavar="CODE", help="Who pays")],
    cut_off: Annotated[str, typer.Option("--cut-off", metavar="DATE", help="Received up to and including")],
    out: Annotated[Path, typer.Option("--out", help="Output folder")] = Path("out"),
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Close a payment batch of everything granted, or due by schedule, and unpaid up to a date.

    Example: declastroom batch close --municipality 0384 --cut-off 2026-04-30 --out out
    """
    day = options.parse_day(cut_off)
    assert day is not None
    with options.failures(json):
        options.make_writable(out)
        chosen = options.settings(database)
        engine = open_store(chosen.database_url)
        with transaction(engine, alone=True) as connection:
            try:
                register, hold = load(connection), chosen.ceiling_payment == "hold_until_due"
                closed = close(connection, register, municipality, day, hold_reviews=hold)
            except UnknownMunicipality:
                options.wrong(
                    json, f"--municipality: found {municipality!r}, expected a code of the register"
                )
            if isinstance(closed, NotClosed):
                options.wrong(json, f"{closed.explanation} {closed.how_to_fix}")
        point("batch-committed")
        number = closed.number if isinstance(closed, Batch) else None
        delivered = deliver_batches(engine, municipality, out, number)
        if isinstance(closed, NothingToPay):
            document = nothing_to_pay(closed)
        else:
            document = json_text.loads(delivered[closed.number].body)
            document["folder"] = f"{municipality}/batches/{closed.number}"
            late = blocked_since(closed, register.rows("payment_blocks", PaymentBlockRow), today())
            document["blocked_since"] = [
                {"provider": block.agb, "reason": block.reason, "valid_from": str(block.valid_from)}
                for block in late
            ]
        document["delivered"] = list(delivered)
    if json:
        print_json(document)
    else:
        show(document, options.language(lang))


def nothing_to_pay(closed: NothingToPay) -> dict[str, Any]:
    return {
        "batch": None,
        "municipality": closed.municipality,
        "cut_off": str(closed.cut_off),
        "total_cents": 0,
        "transactions": [],
        "carried_forward": [each._asdict() for each in closed.carried_forward],
        "blocked": [each._asdict() for each in closed.blocked],
    }


def show(document: dict[str, Any], lang: Lang) -> None:
    """A batch as tables: what is paid, what is carried, what is held."""
    if document["batch"] is None:
        OUT.print(sentence(lang, "nothing_to_pay"), markup=False)
        for number in document.get("delivered", ()):
            OUT.print(sentence(lang, "delivered_now", batch=number), markup=False)
    else:
        total = money(document["total_cents"], lang)
        show_table(
            lang,
            "batch",
            ("provider", "name", "iban", ">declarations", ">set_off", ">amount"),
            (
                (
                    t["provider"],
                    t["name"],
                    t["iban"],
                    len(t["declarations"]),
                    money(t["set_off_cents"], lang),
                    money(t["amount_cents"], lang),
                )
                for t in document["transactions"]
            ),
            batch=document["batch"],
            total=total,
            due=document["due"],
        )
        _show_lump_sums(document, lang)
        OUT.print(f"SHA-256 {document['sha256']}", markup=False)
        OUT.print(sentence(lang, "folder", folder=document["folder"]), markup=False)
    for block in document.get("blocked_since", ()):
        OUT.print(sentence(lang, "blocked_since", due=document["due"], **block), markup=False, style="bold")
    for key in ("carried_forward", "blocked"):
        if document[key]:
            rows = (
                (r["provider"], r.get("reason", "-"), money(r["amount_cents"], lang)) for r in document[key]
            )
            show_table(lang, key, ("provider", "reason", ">amount"), rows)


def _show_lump_sums(document: dict[str, Any], lang: Lang) -> None:
    lump_sums = [(t["provider"], i) for t in document["transactions"] for i in t["lump_sums"]]
    if lump_sums:
        columns = ("provider", "lump_sum", ">instalment", "falls_due", ">amount")
        rows = (
            (agb, i["schedule"], f"{i['year']}/{i['instalment']}", i["due"], money(i["amount_cents"], lang))
            for agb, i in lump_sums
        )
        show_table(lang, "lump_sums", columns, rows)
