"""Clients who do not exist."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from desk.synthetic.numbers import Numbers
from desk.synthetic.region import Partition
from desk.synthetic.wire import Person
from schemas.standard import Domain

_SURNAMES: Final = (
    "Appelboom", "Berkhout", "Dijksterhuis", "Eikelenboom", "Fluitekruid", "Groenewoud", "Hazelaar",
    "Iepenburg", "Jasmijn", "Kastanje", "Lindeboom", "Meidoorn", "Notelaar", "Ooievaar", "Populier",
    "Ruigrok",
)  # fmt: skip
_STREETS: Final = (
    "Merelhof", "Zwaluwlaan", "Roodborststraat", "Vinkenweg", "Ekstersingel", "Spreeuwenpad", "Lijsterdreef",
    "Koekoekplein",
)  # fmt: skip
_LETTERS: Final = "ABCDEFGHJKLMNPRS"


def make_person(rng: Random, numbers: Numbers, partition: Partition, born_before: date) -> Person:
    """A client: under 18 for the Youth Act, at most 90 for the Social Support Act."""
    bits = rng.getrandbits(30)
    youth = partition.domain is Domain.JW
    age_days = 4 * 365 + bits % 4096 if youth else 40 * 365 + bits % 16384
    surname = _SURNAMES[bits & 15]
    return Person(
        next(numbers.bsn),
        surname,
        _LETTERS[bits >> 4 & 15],
        born_before - timedelta(days=age_days),
        "12"[bits >> 8 & 1],
        _STREETS[bits >> 9 & 7],
        1 + (bits >> 12 & 127),
        f"{1000 + (bits >> 12 & 8191)}XX",
        partition.town.name,
        f"06{bits:010d}"[:10] if youth and bits >> 19 & 3 == 0 else None,
    )
