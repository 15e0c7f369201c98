"""TR135: a message is not dated in the future."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import HeaderFacts
from schemas.declaration import Header


@rule(
    "TR135",
    level=Level.EXTERNAL,
    subject=Subject.HEADER,
    return_code="8848",
    messages={"JW301", "WMO301", "JW305", "WMO305", "JW307", "WMO307", "JW323", "WMO323"},
    elements=("BerichtIdentificatie/Dagtekening",),
    source="iJw/iWmo 3.2 TR135",
)
def message_is_not_dated_in_the_future(header: Header, facts: HeaderFacts) -> bool:
    """Dagtekening is on or before the date of receipt (Europe/Amsterdam)."""
    return header.dated_on <= facts.received_on


@message_is_not_dated_in_the_future.explains
def _(header: Header, facts: HeaderFacts) -> Clash:
    return Clash(str(header.dated_on), f"<= {facts.received_on}")
