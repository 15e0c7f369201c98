"""Options that every command shares, and how a failure becomes an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection
from sqlalchemy.exc import ArgumentError

from desk.screen import print_json, say
from processors.wording import Lang
from schemas.batch import ConservationError
from schemas.numbers import without_bsn
from store.database import StoreUnavailable
from store.registers import RegisterRefused, knows_municipality
from streams.house import House
from streams.settings import Settings, SettingsRefused, read_settings

WRONG_INPUT, WRONG_USE, UNAVAILABLE = 1, 2, 3
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_LAST_DAY = date(9998, 12, 31)  # days are counted on from it


def parse_day(text: str | None) -> date | None:
    """A date YYYY-MM-DD. Raises typer.BadParameter."""
    if text is None:
        return None
    try:
        if len(text) != 10:
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"found {text!r}, expected a date YYYY-MM-DD") from None
    if day > _LAST_DAY:
        raise typer.BadParameter(f"found {text!r}, expected a date before 9999")
    return day


def parse_lang(text: str) -> str:
    """nl or en. Raises typer.BadParameter."""
    if text not in {"nl", "en"}:
        raise typer.BadParameter(f"found {text!r}, expected nl or en")
    return text


Database = Annotated[
    str | None,
    typer.Option(
        "--database", metavar="URL", help="Default: DECLASTROOM_DATABASE_URL, else sqlite:///declastroom.db"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else there")]
Language = Annotated[
    str, typer.Option("--lang", parser=parse_lang, metavar="nl|en", help="Language of explanations")
]
Municipality = Annotated[
    str | None, typer.Option("--municipality", metavar="CODE", help="Of this municipality only")
]
Provider = Annotated[str | None, typer.Option("--provider", metavar="AGB", help="Of this provider only")]


def language(text: str) -> Lang:
    """The language of an option that was parsed before."""
    return "en" if text == "en" else "nl"


def settings(database: str | None) -> Settings:
    """Settings from the environment, the database from the command line where it was given.

    Ends the command in hand when one of them is wrong.
    """
    with failures("--json" in sys.argv):
        return read_settings(database, os.environ.get("DECLASTROOM_SECRETS_DIR"))


def house(chosen: Settings) -> House:
    """The house under these settings."""
    made = House(chosen.choices(), chosen.pseudonym_key())
    made.sent_on = today() if chosen.answers_dated == "sent" else None
    return made


def today() -> date:
    """The day it is where Dutch messages are received."""
    return datetime.now(AMSTERDAM).date()


def now() -> str:
    """The moment it is, as text."""
    return datetime.now(AMSTERDAM).isoformat(timespec="seconds")


@contextmanager
def failures(as_json: bool) -> Iterator[None]:
    """Turn what can go wrong into one clear message and the exit status that belongs to it."""
    try:
        yield
    except RegisterRefused as refused:
        stop(as_json, [str(fault) for fault in refused.faults], WRONG_INPUT)
    except SettingsRefused as refused:
        stop(as_json, refused.faults, WRONG_USE)
    except ArgumentError:
        stop(as_json, ["--database: expected a URL such as sqlite:///declastroom.db"], WRONG_USE)
    except StoreUnavailable as unavailable:
        stop(as_json, [str(unavailable)], UNAVAILABLE)
    except ConservationError as error:
        told = (
            f"the books do not add up, nothing was stored: {error}; `declastroom replay --check` tells where"
        )
        stop(as_json, [told], UNAVAILABLE)
    except OSError as error:
        stop(
            as_json, [": ".join(str(part) for part in (error.strerror, error.filename) if part)], UNAVAILABLE
        )


def known_municipality(connection: Connection, code: str | None, as_json: bool) -> None:
    """Stop when a list is asked of a municipality that the register never knew: it would be empty."""
    if code is not None and not knows_municipality(connection, code):
        wrong(as_json, f"--municipality: found {code!r}, expected a code of the register")


def make_writable(out: Path) -> None:
    """Make the output folder and try it, before anything is stored. Raises OSError."""
    out.mkdir(parents=True, exist_ok=True)
    probe = out / f".{os.getpid()}.part"
    probe.write_bytes(b"")
    probe.unlink()


def wrong(as_json: bool, text: str) -> NoReturn:
    """Stop because the content of an argument is wrong; nothing was stored."""
    stop(as_json, [text], WRONG_INPUT)


def stop(as_json: bool, faults: Sequence[str], status: int) -> NoReturn:
    """Stop with a sentence for each fault, on stderr and with `--json` on stdout, without citizen numbers."""
    told = [without_bsn(fault) for fault in faults]
    if as_json:
        print_json({"errors": told})
    for fault in told:
        say(fault)
    raise typer.Exit(status)
