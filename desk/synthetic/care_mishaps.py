"""Faults of 301, 305 and 307: those that any of them can have, and the table of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from desk.synthetic.allocation_mishaps import ALLOCATION_MISHAPS
from desk.synthetic.delivery_mishaps import DELIVERY_MISHAPS
from desk.synthetic.letters import RIGHT, CareMishap, Draft, Letters, Spoil, spoiled
from desk.synthetic.numbers import one_off
from desk.synthetic.region import FORMER_TOWN
from schemas.standard import Domain


def _wrong_bsn(draft: Draft) -> Draft:
    """CS002: the last digit of a BSN is one off."""
    return draft.about(bsn=one_off(draft.person.bsn))


def _unknown_day_that_is_told(draft: Draft) -> Draft:
    """CS139: a birth date of which the day is unknown, and is the second."""
    told = draft.about(birth_date=draft.person.birth_date.replace(day=2))
    return told.edited("</b:Datum>", "</b:Datum><b:DatumGebruik>1</b:DatumGebruik>")


def _older_than_anybody(draft: Draft) -> Draft:
    """TR002: a client who was born 121 years ago."""
    return draft.about(birth_date=date(draft.dated_on.year - 121, 1, 1))


def _dated_before_birth(draft: Draft) -> Draft:
    """TR134: dated before the client was born, let alone cared for."""
    return replace(draft, dated_on=draft.person.birth_date - timedelta(days=1))


def _dated_ten_years_ahead(draft: Draft) -> Draft:
    """8848: dated after the day on which all messages may be received."""
    return replace(draft, dated_on=draft.dated_on + timedelta(days=3653))


def _former_town(draft: Draft) -> Draft:
    """S300: from or to a municipality that has ended."""
    return replace(draft, partition=draft.partition._replace(town=FORMER_TOWN))


def _unknown_element(draft: Draft) -> Draft:
    """An element the schema does not know."""
    return draft.edited("<Bsn>", "<Notitie/><Bsn>")


_ANYWHERE: Final[dict[str, tuple[Spoil, str]]] = {
    "CS002": (_wrong_bsn, "0001"),
    "CS139": (_unknown_day_that_is_told, "0001"),
    "TR002": (_older_than_anybody, "0001"),
    "TR134": (_dated_before_birth, "0001"),
    "8848": (_dated_ten_years_ahead, "8848"),
    "S300": (_former_town, "S300"),
}


def _of_any(number: str) -> Iterator[tuple[str, CareMishap]]:
    """The faults that any of these messages can have, in one of them."""

    def same_identification(letters: Letters) -> tuple[Draft, ...]:
        """9056: an identification that was used."""
        right = RIGHT[number](letters)
        later = right[-1].dated_on + timedelta(days=1)
        return (*right, replace(right[-1], place=letters.stage.numbers.message(), dated_on=later))

    outcome = "refused" if number == "301" else "answered"
    for name, (spoil, code) in _ANYWHERE.items():
        yield f"{number}-{name}", CareMishap(spoiled(number, spoil), outcome, codes=(code,))
    yield f"{number}-9056", CareMishap(same_identification, outcome, codes=("9056",))
    yield f"{number}-STRUCTURE", CareMishap(spoiled(number, _unknown_element), "refused", "structure", ())


CARE_MISHAPS: Final = {
    **dict(_of_any("301")),
    **ALLOCATION_MISHAPS,
    **dict(_of_any("305")),
    **dict(_of_any("307")),
    **DELIVERY_MISHAPS,
}
"""By the name one asks for them; all of them on request only."""
IMPOSSIBLE: Final = {
    domain: frozenset(name for name, m in CARE_MISHAPS.items() if m.domain not in {None, domain})
    for domain in Domain
}
"""Names of faults that do not exist under a law."""
