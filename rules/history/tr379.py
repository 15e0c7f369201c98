"""TR379: a provider reference answers a request."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from schemas.allocation import Allocation


@rule(
    "TR379",
    level=Level.HISTORY,
    subject=Subject.ALLOCATION,
    return_code="9379",
    messages={"JW301", "WMO301"},
    elements=("ReferentieAanbieder",),
    source="iJw/iWmo 3.2 TR379; IV093, IV097",
)
def reference_answers_a_request(allocation: Allocation, facts: AllocationFacts) -> bool:
    """ReferentieAanbieder, if filled, names a known request; not tested where no requests are kept."""
    if facts.requests is None or allocation.provider_reference is None:
        return True
    return allocation.provider_reference in facts.requests


@reference_answers_a_request.explains
def _(allocation: Allocation, facts: AllocationFacts) -> Clash:
    return Clash("ReferentieAanbieder", "⟨reference_of_request⟩")
