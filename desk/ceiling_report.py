"""A page about ceilings that stands on its own: a chart per ceiling, drawn as SVG, and its figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Final

from processors.wording import Lang
from reference.texts import report_texts
from schemas.money import euro
from schemas.period import month_number, months
from streams.ceiling_overview import Standing

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 220, 90, 12, 190
_STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
h2{font-size:1.1rem;margin:2rem 0 .3rem}table{border-collapse:collapse;margin:.4rem 0}
td,th{padding:.15rem .8rem .15rem 0;text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}
svg{max-width:100%;height:auto}svg text{font:11px system-ui,sans-serif;fill:#444}
.used{fill:none;stroke:#1f5fa8;stroke-width:2.5}.band{fill:#1f5fa8;opacity:.15}
.expected{fill:none;stroke:#1f5fa8;stroke-width:2;stroke-dasharray:5 4}
.room{stroke:#a32222;stroke-width:1.5}.notice{stroke:#b36b00;stroke-width:1;stroke-dasharray:2 3}
.axis{stroke:#999}
"""


def report_page(standings: list[Standing], day: date, lang: Lang = "nl") -> str:
    """The whole page; it loads nothing from anywhere."""
    words = report_texts()
    parts = [_section(standing, lang) for standing in standings] or [f"<p>{words['none'][lang]}</p>"]
    title = f"{words['title'][lang]} {day}"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _section(standing: Standing, lang: Lang) -> str:
    words, watch, expected = report_texts(), standing.watch, standing.forecast
    rows: list[tuple[str, str]] = [
        ("room", euro(watch.amount_cents, lang)),
        ("allocated", euro(standing.allocated_cents, lang)),
        ("claimed", euro(standing.claimed_cents, lang)),
        ("paid", euro(standing.paid_cents, lang)),
        ("used", euro(standing.used_cents, lang)),
        ("exposure", euro(standing.exposure_cents, lang)),
    ]
    if expected is not None:
        spread = f"{euro(expected.low_cents, lang)} – {euro(expected.high_cents, lang)}"
        rows.append(("forecast", f"{euro(expected.cents, lang)} ({spread})"))
    rows += [(f"falls_{at}", str(on or "–")) for at, on in standing.falls.items()]
    cells = "".join(f"<tr><th>{words[key][lang]}</th><td class=n>{text}</td></tr>" for key, text in rows)
    kind = words["ceiling" if watch.enforceable else "indication"][lang]
    heading = f"{escape(watch.name)} – {kind}, {watch.begin} – {watch.end}"
    return f"<section><h2>{heading}</h2>\n{chart(standing, lang)}\n<table>{cells}</table></section>"


def chart(standing: Standing, lang: Lang = "nl") -> str:
    """Usage by month, what is expected of the months to come, and the room, as SVG."""
    watch, expected, words = standing.watch, standing.forecast, report_texts()
    first, whole = month_number(watch.begin), months(watch.begin, watch.end)
    high = max(watch.amount_cents, standing.used_cents, 0 if expected is None else expected.high_cents, 1)

    def x(month: int) -> int:
        return LEFT + (WIDTH - LEFT - 10) * month // whole

    def y(cents: int) -> int:
        return BOTTOM - (BOTTOM - TOP) * max(0, cents) // (high * 11 // 10 + 1)

    points = list(_running(standing, first, whole))
    drawn = [f'<line class="axis" x1="{LEFT}" y1="{BOTTOM}" x2="{WIDTH - 10}" y2="{BOTTOM}"/>']
    free = 0  # where the next label may stand without covering the one above it
    for name, cents in (("room", watch.amount_cents), ("notice", watch.amount_cents * 7 // 10)):
        drawn.append(f'<line class="{name}" x1="{LEFT}" y1="{y(cents)}" x2="{WIDTH - 10}" y2="{y(cents)}"/>')
        label = max(free, y(cents) + 4)
        drawn.append(f'<text x="4" y="{label}">{euro(cents, lang)[:-3]}</text>')
        free = label + 12
    if expected is not None and expected.complete < whole:
        at, begun = expected.complete, dict(points).get(expected.complete, 0)
        end = x(whole)
        drawn.append(
            f'<polygon class="band" points="{x(at)},{y(begun)} {end},{y(expected.high_cents)}'
            f' {end},{y(expected.low_cents)}"/>'
        )
        drawn.append(f'<polyline class="expected" points="{x(at)},{y(begun)} {end},{y(expected.cents)}"/>')
    line = " ".join(f"{x(month)},{y(cents)}" for month, cents in points)
    drawn.append(f'<polyline class="used" points="{line}"/>')
    drawn += [
        f'<text x="{x(month) + 6}" y="{BOTTOM + 16}">{(first + month) % 12 + 1}</text>'
        for month in range(whole)
    ]
    title = f"{escape(watch.name)}: {words['chart'][lang]}"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}"><title>{title}</title>'
        + "".join(drawn)
        + "</svg>"
    )


def _running(standing: Standing, first: int, whole: int) -> Iterator[tuple[int, int]]:
    """Usage added up to the end of each month, up to the last that holds any."""
    total = 0
    yield 0, 0
    last = max((month - first for month in standing.by_month), default=-1)
    for month in range(min(last + 1, whole)):
        total += standing.by_month.get(first + month, 0)
        yield month + 1, total
