"""CS050: the form of address fits the names given."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from rules.wording import shown
from schemas.allocation import Name

WITH_PARTNER = ("1", "2", "3", "4")


@rule(
    "CS050",
    level=Level.MESSAGE,
    subject=Subject.NAME,
    return_code="0001",
    messages={"JW301"},
    elements=("Naam/NaamGebruik",),
    source="iJw/iWmo 3.2 CS050; COD700",
)
def name_usage_fits_names_jw(name: Name, facts: AllocationFacts) -> bool:
    """With a partner name NaamGebruik is 1 to 4, without one it is 1 or 6."""
    return name.usage in (WITH_PARTNER if name.has_partner_name else ("1", "6"))


@name_usage_fits_names_jw.explains
def _(name: Name, facts: AllocationFacts) -> Clash:
    return Clash(shown(name.usage), "1, 2, 3, 4" if name.has_partner_name else "1, 6")


@rule(
    "CS050",
    level=Level.MESSAGE,
    subject=Subject.NAME,
    return_code="0001",
    messages={"WMO301"},
    elements=("Naam/NaamGebruik",),
    source="iJw/iWmo 3.2 CS050; COD700; ERR-11",
)
def name_usage_fits_names_wmo(name: Name, facts: AllocationFacts) -> bool:
    """With a partner name NaamGebruik is 1 to 4, without one it is 1."""
    return name.usage in (WITH_PARTNER if name.has_partner_name else ("1",))


@name_usage_fits_names_wmo.explains
def _(name: Name, facts: AllocationFacts) -> Clash:
    return Clash(shown(name.usage), "1, 2, 3, 4" if name.has_partner_name else "1")
