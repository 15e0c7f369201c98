"""`declastroom costs settle` and `costs split`: who bears what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.costs import CostKeys, Key, percentages
from desk import options
from desk.screen import OUT, headings, money, print_json, print_table, sentence, show_table
from processors.cost_report import settlement_object
from processors.wording import Lang
from schemas.costs import Settlement
from store.database import open_store, trial
from store.registers import load
from streams.files import write_files
from streams.settle import settle, settlement_files

costs = typer.Typer(help="Who bears the cost.", no_args_is_help=True)


@costs.command("settle")
def settle_command(
    year: Annotated[int, typer.Option("--year", metavar="YYYY", help="The year of service")],
    out: Annotated[Path | None, typer.Option("--out", help="Output folder, for a report each")] = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Settle the costs of a year between municipalities: recharges and pools, each adding up to zero.

    Example: declastroom costs settle --year 2026 --out out
    """
    with options.failures(json):
        if out is not None:
            options.make_writable(out)
        with trial(open_store(options.settings(database).database_url)) as connection:
            register = load(connection)
            names = {row.code: row.name for row in register.municipalities()}
            settlement = settle(connection, register, year)
        if out is not None:
            write_files(out, settlement_files(settlement))
    if json:
        print_json({**settlement_object(settlement), "register_version": register.version})
    else:
        _show(settlement, names, options.language(lang))


def _show(settlement: Settlement, names: dict[str, str], lang: Lang) -> None:
    show_table(
        lang,
        "costs",
        ("municipality", "name", ">granted", ">recharged", ">settled", ">lump_sums", ">bears"),
        (
            (
                a.municipality,
                names.get(a.municipality, ""),
                money(a.granted_cents, lang),
                money(a.recharged_in_cents - a.recharged_out_cents, lang),
                money(a.settled_cents, lang),
                money(a.lump_sum_cents, lang),
                money(a.borne_cents, lang),
            )
            for a in settlement.accounts
        ),
        year=settlement.year,
    )
    for pool in settlement.pools:
        by = sentence(lang, "by_key", key=pool.key) if pool.settled else sentence(lang, "not_settled")
        show_table(
            lang,
            "pool",
            ("municipality", ">paid", ">share", ">settlement"),
            (
                (s.municipality, *(money(c, lang) for c in (s.paid_cents, s.share_cents, s.delta_cents)))
                for s in pool.shares
            ),
            regime=pool.regime,
            domain=pool.domain,
            codes=" ".join(pool.codes),
            by=by,
        )
    if settlement.recharges:
        show_table(
            lang,
            "recharges",
            ("from", "to", "provider", "reference", "product", "begin", ">amount"),
            (
                (n.municipality, to, n.provider, n.reference, n.code, n.begin_on, money(n.cents, lang))
                for to, n in settlement.recharges
            ),
        )


@costs.command("split")
def split_command(
    key: Annotated[str, typer.Option("--key", metavar="KEY", help="Name of the cost key in the register")],
    amount_cents: Annotated[int, typer.Option("--amount-cents", help="What to divide; a credit is negative")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Members of this day (today)")
    ] = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Divide an amount by a key: by its own method, exactly, and by whole percents.

    Example: declastroom costs split --key INWONERS --amount-cents 17400000 --on 2026-01-01
    """
    day = options.parse_day(on) or options.today()
    with options.failures(json), trial(open_store(options.settings(database).database_url)) as connection:
        register = load(connection)
    names = {row.code: row.name for row in register.municipalities()}
    found = CostKeys(register).on(key, day)
    if found is None:
        options.wrong(json, f"--key: found {key!r}, expected a key with members on {day}")
    methods = [Key(method, found.weights) for method in dict.fromkeys((found.method, "EXACT", "PERCENT_0"))]
    shares = {each.method: each.split(amount_cents) for each in methods}
    written = {each.method: percentages(each) for each in methods if each.decimals is not None}
    document: dict[str, Any] = {
        "key": key,
        "on": str(day),
        "method": found.method,
        "amount_cents": amount_cents,
        "weights": dict(found.weights),
        "percentages": written,
        "shares": shares,
    }
    if json:
        print_json(document)
        return
    told = options.language(lang)
    amount = money(amount_cents, told)
    print_table(
        sentence(told, "split", amount=amount, key=key, method=found.method, day=day),
        [*headings(told, "municipality", "name", ">weight"), *(f">{method}" for method in shares)],
        (
            (code, names.get(code, ""), weight,
             *(_share(written.get(m, {}).get(code), each[code], told) for m, each in shares.items()))
            for code, weight in found.weights
        ),
    )  # fmt: skip
    totals = ", ".join(f"{method} {money(sum(cents.values()), told)}" for method, cents in shares.items())
    OUT.print(sentence(told, "sum", totals=totals), markup=False)


def _share(percentage: str | None, cents: int, lang: Lang) -> str:
    return money(cents, lang) if percentage is None else f"{percentage} % {money(cents, lang)}"
