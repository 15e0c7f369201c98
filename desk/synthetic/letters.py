"""What faults of a 301, 305 or 307 are made of: one client, and the right messages about him.

A fault tells a story of such messages of which the last is wrong. Its client and allocation occur
in no other story, so nothing else is touched by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import wraps
from typing import Any, Final, NamedTuple

from desk.synthetic.region import Partition
from desk.synthetic.stage import Stage
from desk.synthetic.wire import Person, allocation_xml, start_xml, stop_xml
from schemas.allocation import Allocation
from schemas.delivery import Delivery
from schemas.standard import Domain

PAUSED: Final = "20"
AS_PLANNED: Final = {Domain.JW: "31", Domain.WMO: "19"}
"""RedenBeeindiging of delivery that ended when it was to end."""


@dataclass(frozen=True)
class Draft:
    """A 301, 305 or 307 that can still be changed; `place` orders the files.

    Each of `edits` is a text of the written message and what takes its place, once; in both `b:`
    stands for the prefix of the base schema.
    """

    number: str
    partition: Partition
    place: int
    identification: str
    dated_on: date
    person: Person
    allocations: tuple[Allocation, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    edits: tuple[tuple[str, str], ...] = ()

    @property
    def allocation(self) -> int | None:
        """ToewijzingNummer of the first product."""
        return self.allocations[0].number if self.allocations else self.deliveries[0].allocation

    def about(self, **values: Any) -> Draft:
        """The same with other values of the client."""
        return replace(self, person=self.person._replace(**values))

    def saying(self, **values: Any) -> Draft:
        """The same with other values in every product."""
        return replace(
            self,
            allocations=tuple(each._replace(**values) for each in self.allocations),
            deliveries=tuple(each._replace(**values) for each in self.deliveries),
        )

    def edited(self, found: str, wrong: str) -> Draft:
        """The same with another text where `found` is first written."""
        return replace(self, edits=(*self.edits, (found, wrong)))

    def write(self) -> bytes:
        """The message. Raises ValueError when it does not hold a text that is to be edited."""
        content = self._content()
        for edit in self.edits:
            found, wrong = (text.replace("b:", f"i{self.partition.domain.value}:").encode() for text in edit)
            if found not in content:
                raise ValueError(f"{found!r} is not in the {self.number}")
            content = content.replace(found, wrong, 1)
        return content

    def _content(self) -> bytes:
        domain, town, agb = self.partition.domain, self.partition.town.code, self.partition.provider.agb
        header = (domain, town, agb, self.identification, self.dated_on)
        match self.number:
            case "301":
                return allocation_xml(*header, person=self.person, allocations=self.allocations)
            case "305":
                return start_xml(*header, person=self.person, starts=self.deliveries)
            case _:
                return stop_xml(*header, person=self.person, stops=self.deliveries)


@dataclass(frozen=True)
class Letters:
    """The right messages about a client with an allocation in hours that began months ago."""

    stage: Stage
    dated_on: date
    person: Person
    allocation: Allocation

    def allocated(self, *others: Allocation) -> Draft:
        """The 301 of the allocation, and of others."""
        return replace(self._draft("301"), allocations=(self.allocation, *others))

    def started(self, day: int = 1) -> Draft:
        """The 305 of delivery since a day of the month."""
        return replace(self._draft("305"), deliveries=(self._delivery(self._day(day)),))

    def paused(self, day: int = 10) -> Draft:
        """The 307 of delivery that stops for a while on a day of the month."""
        return self._stopped(PAUSED, day)

    def ended(self, day: int = 20) -> Draft:
        """The 307 of delivery that stops for good on a day of the month."""
        return self._stopped(AS_PLANNED[self.stage.partition.domain], day)

    def _stopped(self, reason: str, day: int) -> Draft:
        stop = self._delivery(self._day(1))._replace(end=self._day(day), end_reason=reason)
        return replace(self._draft("307"), deliveries=(stop,))

    def _draft(self, number: str) -> Draft:
        place = self.stage.numbers.message()
        return Draft(number, self.stage.partition, place, f"M{place:09d}", self.dated_on, self.person)

    def _delivery(self, begin: date) -> Delivery:
        a = self.allocation
        return Delivery(0, a.number, a.category, a.code, a.start, begin, None, None, "1")

    def _day(self, day: int) -> date:
        return self.stage.month.begin + timedelta(days=day - 1)


def new_letters(stage: Stage, dated_on: date) -> Letters:
    """The messages about somebody new, all of one date."""
    person = stage.person()
    return Letters(stage, dated_on, person, stage.hours(person))


Spoil = Callable[[Draft], Draft]
Story = Callable[[Letters], tuple[Draft, ...]]
RIGHT: Final[dict[str, Story]] = {
    "301": lambda letters: (letters.allocated(),),
    "305": lambda letters: (letters.allocated(), letters.started()),
    "307": lambda letters: (letters.allocated(), letters.started(), letters.ended()),
}
"""For each kind of message the shortest story that ends in a right one."""


class CareMishap(NamedTuple):
    """How the last message of a story goes wrong: the `outcome` as `process` names it, and the codes.

    `level` is as in the manifest. `domain`: only under this law. `claimed`: a line on the allocation
    is granted before the last message.
    """

    tell: Story
    outcome: str
    level: str = "header"
    codes: tuple[str, ...] = ("0001",)
    domain: Domain | None = None
    claimed: bool = False


def spoiled(number: str, spoil: Spoil) -> Story:
    """The story of a message that would have been right."""

    @wraps(spoil)
    def tell(letters: Letters) -> tuple[Draft, ...]:
        *before, right = RIGHT[number](letters)
        return (*before, spoil(right))

    return tell
