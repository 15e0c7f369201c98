"""Why lines were rejected, counted per provider and reason (KP-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from processors.reports import named, percent
from processors.tables import Cell, Table
from processors.wording import Lang, who_acts
from reference.texts import code_texts
from schemas.money import signed
from schemas.notice import Rejection


def reasons_table(rejections: Iterable[Rejection], names: Mapping[str, str], lang: Lang) -> Table:
    """Rejections per code, most first. One with two codes counts under both, so amounts overlap."""
    counts: dict[tuple[str, ...], list[int]] = {}
    for each in rejections:
        for code in each.codes or ("",):
            key = (each.municipality, each.provider, each.domain, each.subject, code, who_acts(each))
            found = counts.setdefault(key, [0, 0])
            found[0] += 1
            found[1] += signed(each.amount_cents, each.side)
    ranked = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
    rows: list[tuple[Cell, ...]] = [
        (*key[:5], code_texts().get(key[4], {}).get(lang, ""), key[5], *found) for key, found in ranked
    ]
    columns = (
        "municipality", "provider", "name", "domain", "class", "code", "meaning", "who_acts", "rejections",
        "amount_cents",
    )  # fmt: skip
    return Table("rejections", columns, tuple(named(rows, names, 1)))


def rates_table(counts: Iterable[tuple[str, str, str, int, int]], names: Mapping[str, str]) -> Table:
    """Rejected of submitted lines: `counts` are municipality, provider, law, lines and rejected lines."""
    rows: list[tuple[Cell, ...]] = [
        (*key, lines, rejected, percent(rejected, lines)) for *key, lines, rejected in sorted(counts)
    ]
    columns = ("municipality", "provider", "name", "domain", "lines", "rejected", "rejected_percent")
    return Table("rates", columns, tuple(named(rows, names, 1)))
