"""CS335: a deleted allocation begins and ends on one day."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from rules.wording import shown
from schemas.allocation import Allocation


@rule(
    "CS335",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Einddatum",),
    source="iJw/iWmo 3.2 CS335, ERR-28",
)
def deletion_ends_on_its_first_day(allocation: Allocation, facts: AllocationFacts) -> bool:
    """With reason 13 an Einddatum, if filled, equals Ingangsdatum."""
    return allocation.change_reason != "13" or allocation.end in (None, allocation.start)


@deletion_ends_on_its_first_day.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash(shown(allocation.end), str(allocation.start))
