"""CD007: a language is named exactly when a language interpreter is needed."""

from rules.catalogue import Clash, Level, Subject, rule
from rules.facts import AllocationFacts
from rules.wording import shown
from schemas.allocation import AllocatedClient


@rule(
    "CD007",
    level=Level.MESSAGE,
    subject=Subject.ALLOCATED_CLIENT,
    return_code="0001",
    messages={"JW301", "WMO301"},
    elements=("Communicatie/Taal",),
    source="iJw/iWmo 3.2 CD007; COD747",
)
def language_comes_with_a_language_interpreter(client: AllocatedClient, facts: AllocationFacts) -> bool:
    """Taal is filled if and only if Vorm is 1 (language interpreter)."""
    return (client.communication_language is not None) == (client.communication_form == "1")


@language_comes_with_a_language_interpreter.explains
def _(client: AllocatedClient, facts: AllocationFacts) -> Clash:
    form, language = shown(client.communication_form), shown(client.communication_language)
    return Clash(f"Vorm {form}, Taal {language}", "⟨language_if_form_1⟩")
