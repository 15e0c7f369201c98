"""Numbers with a meaning: BSN, AGB code, municipality code, IBAN."""

from __future__ import annotations

import re
from typing import Final

from stdnum import iban as _iban

_BSN: Final = re.compile("[0-9]{9}")
_AGB: Final = re.compile("[0-9]{8}")
_MUNICIPALITY: Final = re.compile("[0-9]{4}")


def is_bsn(text: str) -> bool:
    """Nine digits that pass the eleven test (CS002). 000000000 passes, as the standard says."""
    if _BSN.fullmatch(text) is None:
        return False
    a, b, c, d, e, f, g, h, i = map(int, text)
    return (9 * a + 8 * b + 7 * c + 6 * d + 5 * e + 4 * f + 3 * g + 2 * h - i) % 11 == 0


def is_agb(text: str) -> bool:
    """Eight digits; there is no public check digit."""
    return _AGB.fullmatch(text) is not None


def is_municipality(text: str) -> bool:
    """Four digits (CBS code)."""
    return _MUNICIPALITY.fullmatch(text) is not None


def clean_iban(text: str) -> str | None:
    """The IBAN without spaces and in capitals, or None when its structure or check digits are wrong."""
    compact = str(_iban.compact(text))
    return compact if _iban.is_valid(compact, check_country=False) else None
