"""Numbers with a meaning and a check: BSN and IBAN."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from stdnum import iban as _iban


def _weighed(*weights: int) -> dict[str, int]:
    """Three digits and their share in the eleven test."""
    return {f"{n:03}": sum(w * int(d) for w, d in zip(weights, f"{n:03}", strict=True)) for n in range(1000)}


_NINE_DIGITS: Final = re.compile("(?<![0-9])[0-9]{9}(?![0-9])")
_FIRST: Final = _weighed(9, 8, 7)
_MIDDLE: Final = _weighed(6, 5, 4)
_LAST: Final = _weighed(3, 2, -1)


def is_bsn(text: str) -> bool:
    """Nine digits that pass the eleven test (CS002). 000000000 passes, as the standard says."""
    try:
        return (_FIRST[text[:3]] + _MIDDLE[text[3:6]] + _LAST[text[6:]]) % 11 == 0
    except KeyError:
        return False


def without_bsn(text: str, is_secret: Callable[[str], bool] = is_bsn) -> str:
    """A text with asterisks for every nine digits that are a secret: that can be a citizen number (CS002)."""
    return _NINE_DIGITS.sub(lambda found: "*" * 9 if is_secret(found[0]) else found[0], text)


def clean_iban(text: str) -> str | None:
    """The IBAN without spaces and in capitals, or None when its structure or check digits are wrong."""
    compact = str(_iban.compact(text))
    return compact if _iban.is_valid(compact, check_country=False) else None
