"""CD076: a weekly size comes with an end date."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "CD076",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Einddatum",),
    source="iJw/iWmo 3.2 CD076",
)
def weekly_size_comes_with_an_end(allocation: Allocation, facts: AllocationFacts) -> bool:
    """With frequency 2 (per week) the Einddatum is filled."""
    return allocation.size is None or allocation.size.frequency != "2" or allocation.end is not None


@weekly_size_comes_with_an_end.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash("Frequentie 2: ⟨empty⟩", "Einddatum")
