"""Faults of whole messages: an extra declaration beside an ordinary one, and what must follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from desk.synthetic.numbers import one_off
from desk.synthetic.region import FORMER_TOWN
from desk.synthetic.stage import Scene, Stage
from desk.synthetic.wire import ClientLines, WireLine, declaration_xml
from schemas.period import Period, first_day, last_day, minus_months


@dataclass(frozen=True)
class Envelope:
    """What a declaration says about itself, apart from its lines; `place` orders the files."""

    place: int
    identification: str
    dated_on: date
    number: str
    month: date
    period: Period | None = None
    total_cents: int | None = None


class Attempt(NamedTuple):
    """What a mishap works with: a valid scene of two lines, and what the ordinary message said."""

    stage: Stage
    scene: Scene
    envelope: Envelope
    earlier: Envelope
    earlier_content: bytes
    received_on: date

    @property
    def bsn(self) -> str:
        """The client of the scene."""
        return self.scene.steps[0][0].bsn

    @property
    def lines(self) -> tuple[WireLine, ...]:
        """The lines of the scene: one of the month before, one of the month."""
        return tuple(claim.line for claim in self.scene.steps[0])

    def write(
        self,
        *,
        envelope: Envelope | None = None,
        bsn: str | None = None,
        lines: tuple[WireLine, ...] | None = None,
    ) -> bytes:
        """The declaration, with what is given instead of the valid parts."""
        return write_declaration(
            self.stage, envelope or self.envelope, [(bsn or self.bsn, self.lines if lines is None else lines)]
        )


def write_declaration(stage: Stage, envelope: Envelope, clients: Sequence[ClientLines]) -> bytes:
    """A 323 of the partition of the stage."""
    partition = stage.partition
    return declaration_xml(
        partition.domain,
        partition.town.code,
        partition.provider.agb,
        envelope.identification,
        envelope.dated_on,
        number=envelope.number,
        month=envelope.month,
        signed_on=envelope.dated_on,
        clients=clients,
        period=envelope.period,
        total_cents=envelope.total_cents,
    )


def _same_identification(attempt: Attempt) -> bytes:
    """9056: an identification that was used."""
    used = attempt.earlier.identification
    return attempt.write(envelope=replace(attempt.envelope, identification=used))


def _same_number(attempt: Attempt) -> bytes:
    """9333: a declaration number that was used."""
    return attempt.write(envelope=replace(attempt.envelope, number=attempt.earlier.number))


def _month_before(attempt: Attempt) -> bytes:
    """8214: a month before the latest that was declared."""
    month = minus_months(attempt.envelope.month, 1)
    return attempt.write(envelope=replace(attempt.envelope, month=month), lines=attempt.lines[:1])


def _dated_tomorrow(attempt: Attempt) -> bytes:
    """8848: dated after the day on which all messages may be received."""
    dated_on = date.fromordinal(attempt.received_on.toordinal() + 1)
    return attempt.write(envelope=replace(attempt.envelope, dated_on=dated_on))


def _former_town(attempt: Attempt) -> bytes:
    """S300: sent to a municipality that has ended."""
    partition = attempt.stage.partition._replace(town=FORMER_TOWN)
    return attempt._replace(stage=replace(attempt.stage, partition=partition)).write()


def _wrong_total(attempt: Attempt) -> bytes:
    """TR358: a total that is a cent more than its lines."""
    total = 1 + sum(line.signed_cents for line in attempt.lines)
    return attempt.write(envelope=replace(attempt.envelope, total_cents=total))


def _wrong_bsn(attempt: Attempt) -> bytes:
    """CS002: the last digit of a BSN is one off."""
    return attempt.write(bsn=one_off(attempt.bsn))


def _same_period_twice(attempt: Attempt) -> bytes:
    """TR416: two debits for one allocation, product and period."""
    first, second = attempt.lines
    return attempt.write(lines=(first, second, second._replace(reference=attempt.stage.numbers.reference())))


def _same_reference_twice(attempt: Attempt) -> bytes:
    """TR101: one reference on two lines of a client."""
    first, second = attempt.lines
    return attempt.write(lines=(first, second._replace(reference=first.reference)))


def _two_months(attempt: Attempt) -> bytes:
    """CS340: a declaration period of two months."""
    period = Period(attempt.stage.before.begin, attempt.stage.month.end)
    return attempt.write(envelope=replace(attempt.envelope, period=period))


def _no_tariff(attempt: Attempt) -> bytes:
    """CD087: no tariff for hours."""
    first, second = attempt.lines
    return attempt.write(lines=(first, second._replace(tariff_cents=None)))


def _previous_of_debit(attempt: Attempt) -> bytes:
    """CD060: a debit that names an earlier line."""
    first, second = attempt.lines
    return attempt.write(lines=(first, second._replace(previous=attempt.stage.numbers.reference())))


def _with_second(attempt: Attempt, **values: Any) -> bytes:
    """The declaration with other values on its second line."""
    first, second = attempt.lines
    return attempt.write(lines=(first, second._replace(**values)))


def _later_month(attempt: Attempt) -> bytes:
    """TR134: a declaration period that begins after the message was dated."""
    month = minus_months(first_day(attempt.envelope.dated_on), -1)
    return attempt.write(envelope=replace(attempt.envelope, month=month))


def _unfinished_month(attempt: Attempt) -> bytes:
    """TR137: a declaration period that ends after the message was dated."""
    dated_on = attempt.envelope.dated_on
    if dated_on == last_day(dated_on):
        dated_on = date.fromordinal(dated_on.toordinal() - 1)
    return attempt.write(envelope=replace(attempt.envelope, dated_on=dated_on, month=first_day(dated_on)))


def _credited_twice(attempt: Attempt) -> bytes:
    """TR315: two credits of one earlier line."""
    previous, numbers = attempt.stage.numbers.reference(), attempt.stage.numbers
    credits = [
        line._replace(reference=numbers.reference(), previous=previous, side="C") for line in attempt.lines
    ]
    return attempt.write(lines=(*attempt.lines, *credits))


def _credited_at_once(attempt: Attempt) -> bytes:
    """TR316: a credit of a debit in the same message."""
    first, second = attempt.lines
    reference = attempt.stage.numbers.reference()
    credit = second._replace(reference=reference, previous=second.reference, side="C")
    return attempt.write(lines=(first, second, credit))


def _five_years_old(attempt: Attempt) -> bytes:
    """TR335: a line that ended more than sixty months before it was declared."""
    begin = first_day(minus_months(attempt.envelope.dated_on, 62))
    return _with_second(attempt, begin=begin, end=last_day(begin))


def _before_2021(attempt: Attempt) -> bytes:
    """CS100: a line of the time before the variants of allocations were laid down."""
    return _with_second(attempt, begin=date(2020, 12, 1), end=date(2020, 12, 31))


def _credit_of_nothing(attempt: Attempt) -> bytes:
    """CS325: an amount of zero that is a credit."""
    previous = attempt.stage.numbers.reference()
    return _with_second(attempt, previous=previous, amount_cents=0, side="C")


def _line_over_two_months(attempt: Attempt) -> bytes:
    """CS337: a product period that begins in one month and ends in the next."""
    return _with_second(attempt, begin=attempt.stage.before.begin, end=attempt.stage.month.end)


def _euros_that_differ(attempt: Attempt) -> bytes:
    """CS339: an amount in euros that is not its volume."""
    volume = attempt.lines[1].amount_cents + 1
    return _with_second(attempt, unit="83", volume=volume, tariff_cents=None)


_IN_MESSAGE = (
    _wrong_total, _wrong_bsn, _same_period_twice, _same_reference_twice, _two_months, _no_tariff,
    _previous_of_debit,
)  # fmt: skip


def _any_in_message(attempt: Attempt) -> bytes:
    """0001: one of the faults that are found inside the message."""
    return _IN_MESSAGE[attempt.stage.rng.randrange(len(_IN_MESSAGE))](attempt)


def _broken_structure(attempt: Attempt) -> bytes:
    """A value or an element the schema does not know."""
    choices = (
        (b"<Eenheid>04</Eenheid>", b"<Eenheid>03</Eenheid>"),
        (b"</GeleverdVolume>", b".5</GeleverdVolume>"),
        (b"<DeclaratieNummer>", b"<Notitie/><DeclaratieNummer>"),
        (b"<BerichtVersie>3</BerichtVersie>", b"<BerichtVersie>03</BerichtVersie>"),
    )
    found, broken = choices[attempt.stage.rng.randrange(len(choices))]
    return attempt.write().replace(found, broken, 1)


def _unusable(attempt: Attempt) -> bytes:
    """No XML at all, XML with a DOCTYPE, or a release that is not supported."""
    choices = (
        lambda content: b"Beste gemeente, hierbij onze declaratie.\r\n",
        lambda content: content.replace(b"<Bericht ", b"<!DOCTYPE Bericht>\r\n<Bericht ", 1),
        lambda content: content.replace(b"/3_2/", b"/2_4/"),
    )
    return choices[attempt.stage.rng.randrange(len(choices))](attempt.write())


def _again(attempt: Attempt) -> bytes:
    """The ordinary message once more, byte for byte."""
    return attempt.earlier_content


class Mishap(NamedTuple):
    """How a whole message goes wrong: the `outcome` as `process` names it, and the class of the codes.

    `weight` counts among all mishaps when only an overall share is given; 0 is on request only.
    """

    make: Callable[[Attempt], bytes]
    weight: int
    outcome: str = "answered"
    level: str = "header"
    code: str | None = "0001"


MISHAPS: Final = {
    "0001": Mishap(_any_in_message, 4),
    "TR358": Mishap(_wrong_total, 0),
    "CS002": Mishap(_wrong_bsn, 0),
    "TR416": Mishap(_same_period_twice, 0),
    "TR101": Mishap(_same_reference_twice, 0),
    "CS340": Mishap(_two_months, 0),
    "CD087": Mishap(_no_tariff, 0),
    "CD060": Mishap(_previous_of_debit, 0),
    "9056": Mishap(_same_identification, 2, code="9056"),
    "8848": Mishap(_dated_tomorrow, 0, code="8848"),
    "9333": Mishap(_same_number, 2, level="declaration", code="9333"),
    "8214": Mishap(_month_before, 1, level="declaration", code="8214"),
    "STRUCTURE": Mishap(_broken_structure, 2, "refused", "structure", None),
    "GARBAGE": Mishap(_unusable, 1, "quarantined", "message", None),
    "DUPLICATE": Mishap(_again, 1, "duplicate", "message", None),
    "TR134": Mishap(_later_month, 0),
    "TR137": Mishap(_unfinished_month, 0),
    "TR315": Mishap(_credited_twice, 0),
    "TR316": Mishap(_credited_at_once, 0),
    "TR335": Mishap(_five_years_old, 0),
    "CS100": Mishap(_before_2021, 0),
    "CS325": Mishap(_credit_of_nothing, 0),
    "CS337": Mishap(_line_over_two_months, 0),
    "CS339": Mishap(_euros_that_differ, 0),
    "S300": Mishap(_former_town, 0, code="S300"),
}
ON_REQUEST: Final = frozenset(
    {"TR134", "TR137", "TR315", "TR316", "TR335", "CS100", "CS325", "CS337", "CS339", "S300"}
)
"""Mishaps that take no part, not even in the drawing of lots, unless they are asked for by name."""
