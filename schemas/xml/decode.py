"""Text of a valid message to values: bounded and total, they return None and never raise.

The schema lets more through than a value can hold: signs, thousands of zeros, years beyond 9999,
a midnight written as 24:00:00 (messages.md section 6).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_BLANKS: Final = " \t\r\n"  # white space of XML, not of Unicode
_DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE: Final = re.compile("([+-]?)0*([0-9]{1,18})")
_TIME: Final = re.compile(r"([0-9]{2}:[0-5][0-9]:[0-5][0-9])(?:\.([0-9]+))?")
_NANOSECONDS: Final = 9


def day(text: str | None) -> date | None:
    """The day of an xs:date without time zone, None when it is none of the years 1 to 9999."""
    if text is None:
        return None
    if len(text) != 10:
        text = text.strip(_BLANKS)
    return _day(text) if len(text) == 10 else None


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    if _DATE.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def whole(text: str | None) -> int | None:
    """The number of an xs:integer, None when it has more than 18 digits that count."""
    if text is None:
        return None
    if len(text) <= 18 and text.isascii() and text.isdigit():
        return int(text)
    match = _WHOLE.fullmatch(text.strip(_BLANKS))
    if match is None:
        return None
    number = int(match[2])
    return -number if match[1] == "-" else number


def moment(day_text: str | None, time_text: str | None) -> str | None:
    """Date and time as one text that sorts in order of time, None when either cannot be read.

    `YYYY-MM-DDTHH:MM:SS`, and a fraction of 6 to 9 digits when there is one. 24:00:00 is 00:00:00 of
    the next day.
    """
    on, match = day(day_text), _TIME.fullmatch((time_text or "").strip(_BLANKS))
    if on is None or match is None:
        return None
    clock, fraction = match[1], (match[2] or "").rstrip("0")[:_NANOSECONDS]
    if clock >= "24":
        if clock != "24:00:00" or fraction or on == date.max:
            return None
        on, clock = on + timedelta(days=1), "00:00:00"
    return f"{on.isoformat()}T{clock}" + (f".{fraction.ljust(6, '0')}" if fraction else "")
