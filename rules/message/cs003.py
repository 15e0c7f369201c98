"""CS003: a period does not end before it begins."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from rules.wording import shown
from schemas.allocation import Allocation, Contact


@rule(
    "CS003",
    level=Level.MESSAGE,
    subject=Subject.CONTACT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Periode/Einddatum",),
    source="iJw/iWmo 3.2 CS003",
)
def contact_period_ends_after_it_begins(contact: Contact, facts: AllocationFacts) -> bool:
    """The period of a Contact, if it has both dates, ends on or after its first day."""
    return contact.begin is None or contact.end is None or contact.end >= contact.begin


@contact_period_ends_after_it_begins.explains
def _(contact: Contact, facts: AllocationFacts) -> Clash:
    return Clash(shown(contact.end), f">= {contact.begin}")


@rule(
    "CS003",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATION,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Einddatum",),
    source="iJw/iWmo 3.2 CS003",
)
def allocation_ends_after_it_begins(allocation: Allocation, facts: AllocationFacts) -> bool:
    """An allocation with an end ends on or after Ingangsdatum."""
    return allocation.end is None or allocation.end >= allocation.start


@allocation_ends_after_it_begins.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash(shown(allocation.end), f">= {allocation.start}")
