"""Text in the characters every SEPA bank accepts: `a-z A-Z 0-9 / - ? : ( ) . , ' +` and space."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_REPLACED: Final = str.maketrans(
    {
        "&": "+", "<": "(", ">": ")", "[": "(", "]": ")", "{": "(", "}": ")", "_": "-", ";": ",", "\\": "-",
        "|": "-", '"': "'", "`": "'", "‘": "'", "’": "'", "“": "'", "”": "'", "–": "-", "—": "-", "…": "...",
        "€": "EUR", "@": "(at)", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "ħ": "h",
    }
)  # fmt: skip
_FOREIGN: Final = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")
_SPACES: Final = re.compile(" +")
_SLASHES: Final = re.compile("/{2,}")
_MEANINGFUL: Final = re.compile("[a-zA-Z0-9]")


def sepa_text(text: str, longest: int, otherwise: str) -> str:
    """`text` in the SEPA set, at most `longest` characters; `otherwise` when no letter or digit is left.

    Signs go by a fixed map (`&` becomes `+`, angle brackets become round ones), letters lose their accents,
    white space becomes one space and anything else a full stop. A slash neither begins nor ends the text
    nor stands next to another one (the slash rule of the European Payments Council).
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    plain = unicodedata.normalize("NFKD", spaced.translate(_REPLACED)).translate(_REPLACED)
    accented = "".join(character for character in plain if not unicodedata.combining(character))
    tidy = _SLASHES.sub("/", _SPACES.sub(" ", _FOREIGN.sub(".", accented)))
    cut = tidy.strip(" /")[:longest].rstrip(" /")
    return cut if _MEANINGFUL.search(cut) else otherwise
