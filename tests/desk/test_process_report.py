"""The report of `process`: rows and totals."""

from __future__ import annotations

import pytest

from desk.commands.process import report, show
from streams.outcome import Outcome


def _outcomes() -> list[Outcome]:
    first = Outcome("a.xml", "0" * 64, "JW323", "41410001", "0384", "B1", "answered")._replace(
        claimed_cents=300, granted_cents=200, lines=3, rejected=1
    )
    return [first, first._replace(file="b.xml", outcome="duplicate")]


def test_a_duplicate_adds_nothing_to_the_totals() -> None:
    assert report(_outcomes())["totals"] == {"messages": 2, "lines": 3, "granted_cents": 200}


def test_the_table_shows_a_duplicate_and_leaves_it_out_of_the_total(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[object, ...]] = []
    monkeypatch.setattr("desk.screen.print_table", lambda title, columns, rows: shown.extend(rows))
    show(report(_outcomes()), "nl")
    assert shown[-3:] == [
        ("JW323", "answered", 1, 3, 1, "€ 2,00"),
        ("JW323", "duplicate", 1, 3, 1, "€ 2,00"),
        ("totaal", "zonder dubbele", 1, 3, 1, "€ 2,00"),
    ]
