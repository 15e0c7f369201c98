"""`declastroom process` and `declastroom check`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from sqlalchemy import Engine

from desk import options
from desk.screen import money, print_json, progress, sentence, show_table, value
from processors.wording import Lang, notice_object, rejection_object
from schemas.notice import Notice, Rejection, rejections_from_json
from store.database import StoreUnavailable, open_store, trial
from store.inbox import Inbox
from store.outbox import notices, parcels
from streams.attempts import persist
from streams.embedded import Embedded, refresh
from streams.group import decide_one
from streams.house import House
from streams.outcome import Outcome
from streams.settings import Settings
from streams.sources import Source, files_below, read_sources

Paths = Annotated[list[Path], typer.Argument(exists=True, help="XML files, folders or ZIPs, in this order")]
ReceivedOn = Annotated[
    str | None, typer.Option("--received-on", metavar="DATE", help="Date of receipt (default: today)")
]


def process(
    paths: Paths,
    out: Annotated[Path, typer.Option("--out", help="Output folder")] = Path("out"),
    received_on: ReceivedOn = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    via: Annotated[
        Literal["kafka"] | None,
        typer.Option("--via", metavar="kafka", help="Through a broker and its workers"),
    ] = None,
    patience: Annotated[
        int, typer.Option("--patience", help="With --via: seconds to wait for a worker that does nothing")
    ] = 120,
    json: options.Json = False,
) -> None:
    """Take in messages: answer 323, 305 and 307, store 301.

    Example: declastroom process messages/ --out out --received-on 2026-04-08
    """
    day = options.parse_day(received_on) or options.today()
    chosen = options.settings(database)
    with options.failures(json):
        files = files_below(paths)
        options.make_writable(out)
        house, engine, told = options.house(chosen), open_store(chosen.database_url), options.language(lang)
        outcomes: list[Outcome] = []
        with progress("process", len(files)) as advance:
            if via == "kafka":
                outcomes = _via_kafka(engine, house, chosen, out, told, files, day, patience, advance)
            else:
                for outcome in Embedded(engine, house, chosen, out, told).process(read_sources(files), day):
                    outcomes.append(outcome)
                    advance(min(len(outcomes), len(files)))
        document = report(outcomes)
        if json:
            print_json(document)
        else:
            show(document, told)


def _via_kafka(
    engine: Engine, house: House, chosen: Settings, out: Path, lang: Lang, files: list[Path], day: date,
    patience: int, advance: Callable[[int], object],
) -> list[Outcome]:  # fmt: skip
    """The same through a broker. The Kafka runtime is imported only here: it takes its time."""
    from streams.kafka.client import NotHandled, process_via_kafka  # noqa: PLC0415
    from streams.kafka.topics import BrokerUnavailable  # noqa: PLC0415

    try:
        return process_via_kafka(
            engine, house, chosen, out, lang, read_sources(files), day, patience, advance
        )
    except (NotHandled, BrokerUnavailable) as unavailable:
        raise StoreUnavailable(str(unavailable)) from unavailable


def report(outcomes: list[Outcome]) -> dict[str, Any]:
    """The report of a run: a row per message, and totals, to which a duplicate adds no lines or cents."""
    hidden = {"message_id"}
    fresh = [o for o in outcomes if o.outcome != "duplicate"]
    rows = [{k: v for k, v in o._asdict().items() if k not in hidden} for o in outcomes]
    return {
        "messages": rows,
        "totals": {
            "messages": len(outcomes),
            "lines": sum(o.lines for o in fresh),
            "granted_cents": sum(o.granted_cents for o in fresh),
        },
    }


def show(document: dict[str, Any], lang: Lang) -> None:
    """The report as a table; long runs are summed up per outcome."""
    rows = document["messages"]
    if len(rows) <= 60:
        show_table(
            lang,
            "messages",
            ("file", "type", "sender", "identification", "outcome", ">granted_rejected", ">granted"),
            (
                (
                    Path(r["file"]).name,
                    r["type"] or "-",
                    r["sender"] or "-",
                    r["identification"] or "-",
                    r["outcome"] + (f" ({r['reason']})" if r["reason"] else ""),
                    f"{r['lines'] - r['rejected']}/{r['rejected']}",
                    money(r["granted_cents"], lang),
                )
                for r in rows
            ),
        )
    kinds = sorted({(r["type"] or "-", r["outcome"]) for r in rows})
    of_kind = {kind: [r for r in rows if (r["type"] or "-", r["outcome"]) == kind] for kind in kinds}
    fresh = [r for r in rows if r["outcome"] != "duplicate"]
    without = "" if len(fresh) == len(rows) else sentence(lang, "without_duplicates")
    label = (sentence(lang, "total"), without)
    show_table(
        lang,
        "totals",
        ("type", "outcome", ">messages", ">lines", ">rejected", ">granted"),
        (
            (
                *kind,
                len(these),
                sum(r["lines"] for r in these),
                sum(r["rejected"] for r in these),
                money(sum(r["granted_cents"] for r in these), lang),
            )
            for kind, these in (*of_kind.items(), (label, fresh))
        ),
    )


def check(
    paths: Paths,
    received_on: ReceivedOn = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Check messages against the stored state, storing nothing.

    Example: declastroom check declaration.xml
    """
    day = options.parse_day(received_on) or options.today()
    chosen = options.settings(database)
    with options.failures(json):
        files = files_below(paths)
        kept = options.house(chosen)
        engine = open_store(chosen.database_url)
        checked: list[tuple[Outcome, list[Rejection]]] = []
        noticed: list[Notice] = []
        with progress("check", len(files)) as advance:
            for source in read_sources(files):
                outcome, rejected, told_of = persist(
                    partial(_try, engine, kept, source, day), chosen.patience_seconds
                )
                checked.append((outcome, rejected))
                noticed += told_of
                advance(min(len(checked), len(files)))
    told = options.language(lang)
    document = {
        **report([outcome for outcome, _ in checked]),
        "rejections": [rejection_object(r, told) for _, found in checked for r in found],
        "notices": [notice_object(notice, told) for notice in noticed],
        "stored": False,
    }
    if json:
        print_json(document)
        return
    show(document, told)
    show_rejections(document["rejections"], told)
    if noticed:
        show_notices(document["notices"], told)


def _try(
    engine: Engine, kept: House, source: Source, day: date
) -> tuple[Outcome, list[Rejection], list[Notice]]:
    """What would become of one message."""
    with trial(engine, writes=True) as connection:
        refresh(kept, connection)
        inbox = Inbox(connection)
        outcome = decide_one(inbox, kept, source, day)
        is_message = outcome.message_id is not None
        noticed = [] if is_message else list(notices(inbox, [outcome.sha256]))
        return outcome, list(_rejections(inbox, outcome)), noticed


def _rejections(inbox: Inbox, outcome: Outcome) -> Iterator[Rejection]:
    if outcome.message_id is not None:
        for parcel in parcels(inbox, [outcome.message_id], ("rejections",)):
            yield from rejections_from_json(parcel.body)


def show_rejections(rows: list[dict[str, Any]], lang: Lang) -> None:
    """Rejections as a table."""
    show_table(
        lang,
        "rejections",
        ("provider", "declaration", "class", "reference", "codes", "who_acts", ">amount", "explanation"),
        (
            (
                r["provider"],
                r["declaration"] or "-",
                value(lang, "class", r["class"]),
                r["reference"] or "-",
                " ".join(r["codes"]),
                value(lang, "who_acts", r["who_acts"]),
                money(-r["amount_cents"] if r["side"] == "C" else r["amount_cents"], lang),
                r["explanation"] if r["reference"] else " ".join((r["explanation"], *_places(r, lang))),
            )
            for r in rows
        ),
    )


def _places(row: dict[str, Any], lang: Lang) -> Iterator[str]:
    """Where a message as a whole is at fault; a line that is rejected says by itself where that is."""
    where = "; ".join(dict.fromkeys(row["paths"]))
    if row["class"] == "structure":
        yield from _place(where, row["found"], row["expected"], lang)
    elif row["class"] == "header" and where:
        yield sentence(lang, "where", where=where)


def _place(where: str | None, found: str | None, expected: str | None, lang: Lang) -> Iterator[str]:
    if where and found and expected:
        yield sentence(lang, "found_where", where=where, found=found, expected=expected)
    elif found:
        yield sentence(lang, "found", found=found)


def show_notices(rows: list[dict[str, Any]], lang: Lang) -> None:
    """Messages without an answer as a table: what is wrong, where, and what to do."""
    show_table(
        lang,
        "notices",
        ("file", "outcome", "explanation", "how_to_fix"),
        (
            (
                r["file"],
                f"{r['outcome']} ({r['reason']})",
                " ".join((r["explanation"], *_place(r["path"], r["found"], r["expected"], lang))),
                r["how_to_fix"],
            )
            for r in rows
        ),
    )
