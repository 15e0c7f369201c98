"""TR056: a sender uses an identification once per message type."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import HeaderFacts
from schemas.declaration import Header


@rule(
    "TR056",
    level=Level.HISTORY,
    subject=Subject.HEADER,
    return_code="9056",
    messages={"JW301", "WMO301", "JW305", "WMO305", "JW307", "WMO307", "JW323", "WMO323"},
    elements=("BerichtIdentificatie/Identificatie",),
    source="iJw/iWmo 3.2 TR056, OC-04",
)
def identification_is_new(header: Header, facts: HeaderFacts) -> bool:
    """The sender has not used Identificatie before for this type of message."""
    return not facts.identification_used


@identification_is_new.explains
def _(header: Header, facts: HeaderFacts) -> Clash:
    return Clash(header.identification, "⟨new⟩")
