"""Texts for simple types: plain valid ones, ones on a boundary, and ones meant to be refused."""

from __future__ import annotations

import re
from random import Random
from typing import Final

from tests.schemas.model import Value

DATES: Final = (
    "2024-01-01", "2024-02-29", "2023-12-31", "1900-01-01", "0001-01-01", "9999-12-31", "12024-01-01",
    "-0044-03-15", " 2024-01-01", "2024-01-01\n",
)  # fmt: skip
TIMES: Final = (
    "00:00:00", "23:59:59", "24:00:00", "12:30:00.5", "12:30:00.123456789", "\t12:30:00 ",
)  # fmt: skip
_BAD_DATES: Final = (
    "2023-02-29", "2024-04-31", "1900-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01",
    "2024-1-1", "24-01-01", "01-01-2024", "20240101", "2024-01", "2024-01-01Z", "2024-01-01+01:00",
    "2024-01-01-05:00", "2024-01-01T00:00:00", "+2024-01-01", "2024 -01-01", "02024-01-01", "2024-01-01-",
    "2024/01/01", "٢٠٢٤-01-01",
)  # fmt: skip
_BAD_TIMES: Final = (
    "12:30", "24:00:01", "25:00:00", "12:60:00", "12:30:60", "12:30:00Z", "12:30:00+01:00", "12:30:00-01:00",
    "12:30:00.", "1:30:00", "12.30.00", "123000", "-12:30:00", "2024-01-01T12:30:00",
)  # fmt: skip
_BAD_NUMBERS: Final = (
    "-1", "--1", "+-1", "+", "-", "1.0", "1.", "1,0", "1e3", "0x10", "1 000", "1_000", "٣", "NaN", "INF",
    "9" * 13, "9" * 30, "-" + "9" * 30,
)  # fmt: skip
_HOSTILE: Final = (
    "", " ", "  ", "\t", "\n", "\r", "\r\n", "\u00a0", "\u2003", "\u0085", "\u200b", "\ufeff", ".", "..",
    ". .", "a\nb", "a\rb", "\na", "a\n", " a ", "\ta", "a\t", "é", "ỳ", "Ỳ", "À", "×", "Z̈", "😀", "😀😀",
    "日本", "<b>", "&amp;", "%00", "' OR 1=1", "null", "true", "0", "00", "1", "01", "001", "-0", "+0", "C",
    "D", "c", "d", "D ", " D", "CD", "DC", "3", "03", "+3", "2", "02", "490", "484", "0490", "1.0.0",
    "01.0.0", "1.0", "1.0.0.0", "0.0.0", "1.0.0-rc", "1..0", "10.20.30", "a b", "a-b", "A1", "AB", "NL",
    "nl", "S300", "9384", "0000",
)  # fmt: skip


def plain(value: Value, rng: Random) -> str:
    """A valid text, as a well-behaved sender writes it."""
    if value.allowed:
        return rng.choice(value.allowed)
    for pattern in reversed(value.patterns):
        if pattern.isdigit():
            return pattern
        if digits := re.fullmatch(r"\[0-9\](?:\{(\d+)\}|\*)", pattern):
            return "".join(rng.choices("0123456789", k=int(digits[1] or 10)))
        if r"\." in pattern:
            return rng.choice(("1.0.0", "0.1.0", "3.2.10", "0.0.0"))
    if value.base == "integer":
        return str(rng.randint(value.least or 0, value.most or 0))
    if value.base == "date":
        return f"20{rng.randint(10, 30)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if value.base == "time":
        return f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"
    return "".join(rng.choices("abcXYZ", k=rng.randint(value.least or 0, min(value.most or 12, 12))))


def edge(value: Value, rng: Random) -> str:
    """A text on or just over a boundary of the type, in a form few senders write."""
    if value.base == "integer":
        least, most = value.least or 0, value.most or 0
        number = rng.choice((least, least + 1, most - 1, most, most + 1, least - 1))
        form = rng.choice(("{}", "{}", "+{}", "00{}", " {}", "{}\n", "\t{}  ", "{:030d}"))
        return form.format(number)
    if value.base in ("date", "time"):
        return rng.choice(DATES if value.base == "date" else TIMES)
    usual = plain(value, rng)
    most = value.most or 40
    filled = (usual or "x") * most
    return rng.choice((
        usual, filled[:most], filled[: most + 1], filled[: value.least or 0], usual[:-1], usual + " ",
        " " + usual, " " * (most - 1) + "x", " " * most, "é" * most, "😀" * most, "😀" * (most + 1),
        usual.swapcase(), usual[::-1], "\t" + usual[:-1], usual[:-1] + "\n", usual * 500, "." * most,
    ))  # fmt: skip


def hostile(value: Value, rng: Random, others: tuple[str, ...]) -> str:
    """A text that is probably refused; `others` are codes of the other domain."""
    bad = {"integer": _BAD_NUMBERS, "date": _BAD_DATES, "time": _BAD_TIMES}.get(
        value.base, others or _HOSTILE
    )
    return rng.choice(rng.choice((bad, _HOSTILE)))


def awkward() -> list[str]:
    """Every fixed text of this module, and texts and numbers on both sides of every bound."""
    lengths = [*range(1, 41), 79, 80, 81, 199, 200, 201]
    filled = [letter * length for letter in "x1À" for length in lengths]
    numbers = [str(10**digits + step) for digits in range(14) for step in (-1, 0, 1)]
    return [*DATES, *TIMES, *_BAD_DATES, *_BAD_TIMES, *_BAD_NUMBERS, *_HOSTILE, *filled, *numbers]
