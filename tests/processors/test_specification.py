from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date

import pytest

from processors.specification import COLUMNS, specification_csv
from schemas.batch import Batch, ConservationError, GrantedLine
from tests.processors.batches import ELM, OAK, PROVIDERS, block, closed, granted


def line(message_id: int, cents: int, reference: str = "R1", allocation: int = 12) -> GrantedLine:
    side = "C" if cents < 0 else "D"
    return GrantedLine(
        message_id, reference, allocation, date(2026, 2, 1), date(2026, 2, 28), abs(cents), side
    )


def rows(batch: Batch, *lines: GrantedLine) -> list[dict[str, str]]:
    text = specification_csv(batch, lines).decode()
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sums(found: list[dict[str, str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in found:
        total[row["provider"]] += int(row["cents"])
    return total


def test_a_row_per_granted_line_with_everything_in_its_own_column() -> None:
    batch = closed(granted(1, 700, domain="wmo"))
    content = specification_csv(batch, [line(1, 1000, "R1"), line(1, -300, "R2", 13)])
    start = '"0384-2026-0001","41410001","De Eik","wmo","D1"'
    month = '"2026-02-01","2026-02-28"'
    assert content.decode().split("\r\n") == [
        ",".join(f'"{name}"' for name in COLUMNS),
        f'{start},"R1",12,{month},"D",1000,"LINE"',
        f'{start},"R2",13,{month},"C",-300,"LINE"',
        "",
    ]


def test_the_rows_of_a_provider_add_up_to_what_it_is_paid() -> None:
    batch = closed(
        granted(1, 900),
        granted(2, -100, ELM),
        carried_in={OAK: -200, ELM: -50},
        blocks=[block(amount_cents=300, reason="ATTACHMENT")],
    )
    found = rows(batch, line(2, -100), line(1, 900))
    assert sums(found) == {OAK: 400, ELM: 0}
    assert {t.provider: t.amount_cents for t in batch.transactions} == {OAK: 400}
    assert [(row["provider"], row["entry"], row["side"], row["cents"]) for row in found] == [
        (OAK, "LINE", "D", "900"),
        (OAK, "CARRIED_IN", "C", "-200"),
        (OAK, "HELD ATTACHMENT", "C", "-300"),
        (ELM, "LINE", "C", "-100"),
        (ELM, "CARRIED_IN", "C", "-50"),
        (ELM, "CARRIED_FORWARD", "D", "150"),
    ]


def test_order_follows_provider_domain_and_declaration_not_the_reader() -> None:
    batch = closed(granted(3, 1, ELM), granted(2, 1, domain="wmo"), granted(1, 1))
    content = specification_csv(batch, [line(1, 1), line(2, 1), line(3, 1)])
    assert content == specification_csv(batch, [line(3, 1), line(2, 1), line(1, 1)])
    found = rows(batch, line(1, 1), line(2, 1), line(3, 1))
    assert [(row["provider"], row["domain"], row["declaration"]) for row in found] == [
        (OAK, "jw", "D1"),
        (OAK, "wmo", "D2"),
        (ELM, "jw", "D3"),
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "=cmd|' /C calc'!A0"],
)
def test_a_cell_that_would_be_a_formula_gets_an_apostrophe(text: str) -> None:
    batch = closed(granted(1, 5), providers={OAK: PROVIDERS[OAK].model_copy(update={"name": text})})
    row = rows(batch, line(1, 5, reference=text))[0]
    assert row["name"] == row["reference"] == f"'{text}"


def test_other_text_and_negative_numbers_are_left_as_they_are() -> None:
    batch = closed(granted(1, -5))
    row = rows(batch, line(1, -5, reference='a-b,"c";=d'))[0]
    assert row["reference"] == 'a-b,"c";=d'
    assert b",-5," in specification_csv(batch, [line(1, -5)])


def test_lines_that_are_not_the_granted_amount_stop_the_specification() -> None:
    batch = closed(granted(1, 100))
    with pytest.raises(ConservationError):
        specification_csv(batch, [line(1, 99)])
    with pytest.raises(ConservationError):
        specification_csv(batch, [])
    assert len(rows(batch, line(1, 100), line(7, 55))) == 1
