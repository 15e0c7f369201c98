"""What one cell of a register table may hold, and the words that tell so.

Every value arrives as text and leaves typed: dates, whole cents, lists separated by `;`. The
description of a type is what a fault report shows as *expected*.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from schemas.numbers import clean_iban, is_bsn

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RATE = re.compile("-?[0-9]{1,4}([.,][0-9]{1,3})?")
_WHOLE = re.compile("[0-9]{1,12}")
_PRINTABLE = "^[^\\x00-\\x1f\\x7f]+$"
_YES = frozenset({"yes", "ja", "true", "1"})
_NO = frozenset({"no", "nee", "false", "0"})


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _DATE.fullmatch(value) is None:
        raise ValueError("a date YYYY-MM-DD")
    return date.fromisoformat(value)


def _whole(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _WHOLE.fullmatch(value) is None:
        raise ValueError("a whole number")
    return int(value)


def _rate(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _RATE.fullmatch(value) is None:
        raise ValueError("a percentage with up to 3 decimals")
    return Decimal(value.replace(",", "."))


def _items(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return tuple(value) if isinstance(value, list) else value


def _yes_or_no(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.lower() not in _YES | _NO:
        raise ValueError("yes or no")
    return value.lower() in _YES


def _bsn(value: str) -> str:
    if not is_bsn(value):
        raise ValueError("a BSN")
    return value


def _iban(value: str) -> str:
    iban = clean_iban(value)
    if iban is None:
        raise ValueError("a valid IBAN")
    return iban


Day = Annotated[date, BeforeValidator(_day), Field(description="a date YYYY-MM-DD")]
Cents = Annotated[int, BeforeValidator(_whole), Field(ge=0, description="a whole number of cents")]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=0, description="a whole number")]
Percent = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=100, description="a percentage, 1 to 100")]
_RATE_WORDS = "a percentage with up to 3 decimals"
Rate = Annotated[Decimal, BeforeValidator(_rate), Field(ge=-100, le=1000, description=_RATE_WORDS)]
Share = Annotated[
    Decimal, BeforeValidator(_rate), Field(gt=0, le=1000, description=f"{_RATE_WORDS}, above 0")
]
Threshold = Annotated[
    int, BeforeValidator(_whole), Field(ge=1, le=1000, description="a percentage, 1 to 1000")
]
Year = Annotated[int, BeforeValidator(_whole), Field(ge=2015, le=2100, description="a year, 2015 to 2100")]
Months = Annotated[
    int, BeforeValidator(_whole), Field(ge=1, le=24, description="a number of months, 1 to 24")
]
Instalments = Annotated[
    int, BeforeValidator(_whole), Field(ge=1, le=366, description="a number of instalments, 1 to 366")
]
YesNo = Annotated[bool, BeforeValidator(_yes_or_no), Field(description="yes or no")]
Text = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=_PRINTABLE, description="1 to 200 printable characters"),
]
Code = Annotated[
    str, Field(min_length=1, max_length=5, pattern=_PRINTABLE, description="a code of 1 to 5 characters")
]
Category = Annotated[str, Field(pattern="^[0-9]{2}$", description="2 digits")]
Municipality = Annotated[str, Field(pattern="^[0-9]{4}$", description="4 digits")]
Agb = Annotated[str, Field(pattern="^[0-9]{8}$", description="8 digits")]
Bsn = Annotated[str, AfterValidator(_bsn), Field(pattern="^[0-9]{9}$", description="a BSN")]
Iban = Annotated[str, AfterValidator(_iban), Field(max_length=50, description="a valid IBAN")]
Bic = Annotated[str, Field(pattern="^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$", description="a BIC")]
Domain = Literal["jw", "wmo"]
Unit = Literal["01", "04", "14", "16", "82", "83", "84"]
PricedUnit = Literal["01", "04", "14", "16", "82", "84"]

Domains = Annotated[tuple[Domain, ...], BeforeValidator(_items), Field(min_length=1)]
Items = Annotated[tuple[Text, ...], BeforeValidator(_items)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_items)]
Municipalities = Annotated[tuple[Municipality, ...], BeforeValidator(_items)]
Agbs = Annotated[tuple[Agb, ...], BeforeValidator(_items), Field(min_length=1)]
Thresholds = Annotated[tuple[Threshold, ...], BeforeValidator(_items), Field(min_length=1)]
