"""What people see on a terminal: tables on stdout, progress and remarks on stderr, or one JSON document."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from processors.wording import Lang
from reference.texts import screen_texts
from schemas.money import euro

OUT = Console(width=None if sys.stdout is not None and sys.stdout.isatty() else 140, highlight=False)
ERR = Console(stderr=True, highlight=False)


class Advance(Protocol):
    """Tell how far a long job is."""

    def __call__(self, done: int) -> None: ...


def print_json(document: Any) -> None:
    """One JSON document on stdout and nothing else there."""
    is_utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(document, ensure_ascii=not is_utf8, indent=1) + "\n")
    sys.stdout.flush()


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; columns that start with `>` stand to the right. Hostile text is shown, never obeyed."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        justify: Literal["left", "right"] = "right" if column.startswith(">") else "left"
        table.add_column(column.lstrip(">"), justify=justify, overflow="fold")  # nothing is cut off
    for row in rows:
        table.add_row(*(visible(str(cell)) for cell in row))
    OUT.print(table)


def show_table(
    lang: Lang, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], **values: object
) -> None:
    """A table in a language: `title`, with `values` in it, and `columns` are names in the catalogue."""
    print_table(screen_texts()["titles"][title][lang].format(**values), headings(lang, *columns), rows)


def headings(lang: Lang, *columns: str) -> list[str]:
    """Columns of the catalogue in a language; what stands to the right keeps its `>`."""
    names = screen_texts()["columns"]
    return [column[: -len(name)] + names[name][lang] for column in columns if (name := column.lstrip(">"))]


def sentence(lang: Lang, name: str, **values: object) -> str:
    """A sentence of the catalogue with its values."""
    told: str = screen_texts()["sentences"][name][lang]
    return told.format(**values)


def value(lang: Lang, kind: str, code: str) -> str:
    """One of a few values as people say it; as it is when the catalogue does not know it."""
    word: str = screen_texts()["values"][kind].get(code, {}).get(lang, code)
    return word


def say(text: str) -> None:
    """A remark for whoever is watching; never part of the result."""
    ERR.print(text, markup=False, soft_wrap=True)


def visible(text: str) -> str:
    """Text of others for a terminal: control and direction characters as escapes, markup as text."""
    return escape("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text))


def money(cents: int, lang: Lang = "nl") -> str:
    """Cents as they are shown on a terminal."""
    return euro(cents, lang)


@contextmanager
def progress(title: str, total: int) -> Iterator[Advance]:
    """A progress bar on stderr, only where somebody is watching a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)
