"""What 301, 305 and 307 have in common: one client, levels in order, any fault rejects the whole.

Codes are kept per class of the message, under the path of the class, as a return message repeats
them (answer.md B2). Paths use the Dutch element names; a class that repeats is counted from 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from processors.findings import Finding, element
from rules.catalogue import Catalogue, Level, Rule, Subject
from schemas.declaration import Header

HEADER: Final = "Header"
NO_REMARK, NOT_ASSESSED, TECHNICAL = ("0200",), ("0233",), ("0001",)


@dataclass(frozen=True)
class CareAssessment:
    """What was decided of a 301, 305 or 307.

    `codes` holds the return codes per class path: nothing when accepted; only the header's for a
    fault at level 2 or in the header; otherwise every class of the message. `findings` stand in
    document order, those of one class in the order of the standard.
    """

    codes: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the message counts as sent (OP286)."""
        return not self.codes

    @property
    def header_codes(self) -> tuple[str, ...]:
        """Return codes of the header; empty when accepted."""
        return self.codes.get(HEADER, ())


class Place(NamedTuple):
    """A spot in a message that rules look at: the path of its class, and what the rules get."""

    path: str
    subject: Subject
    arguments: tuple[Any, ...]


Rules = Mapping[Subject, tuple[Rule, ...]]


@lru_cache(maxsize=16)
def inside(catalogue: Catalogue, message: str) -> Rules:
    """The level-2 rules of a message type, by what they look at."""
    return {subject: catalogue.select(message, subject, Level.MESSAGE) for subject in Subject}


@lru_cache(maxsize=16)
def beyond(catalogue: Catalogue, message: str) -> Rules:
    """The rules of levels 3 and 4 of a message type, level by level as their table lists them."""
    levels = (Level.HISTORY, Level.EXTERNAL)
    return {
        subject: tuple(r for level in levels for r in catalogue.select(message, subject, level))
        for subject in Subject
    }


def keys(classes: Iterable[tuple[str, Hashable]]) -> Iterator[Place]:
    """The logical keys of the classes in one parent, each with the count of all of them (TR101)."""
    siblings = list(classes)
    times = Counter(key for _, key in siblings)
    return (Place(path, Subject.KEY, (key, times)) for path, key in siblings)


def broken(places: Iterable[Place], rules: Rules) -> dict[str, tuple[Finding, ...]]:
    """The broken rules per class path, in document order."""
    found: dict[str, tuple[Finding, ...]] = {}
    for place in places:
        findings = tuple(
            Finding(rule, element(place.path, rule), rule.clash(*place.arguments))
            for rule in rules[place.subject]
            if not rule.holds(*place.arguments)
        )
        if findings:
            found[place.path] = found.get(place.path, ()) + findings
    return found


def stopped_early(
    header: Header, facts: object, places: Iterable[Place], catalogue: Catalogue
) -> CareAssessment | None:
    """The refusal of a message with a fault at level 2 or in its header; None when it may go on."""
    name = header.message_type.name
    faults = broken(places, inside(catalogue, name))
    if faults:
        return CareAssessment({HEADER: TECHNICAL}, tuple(f for found in faults.values() for f in found))
    faults = broken([Place(HEADER, Subject.HEADER, (header, facts))], beyond(catalogue, name))
    if faults:
        return CareAssessment({HEADER: _codes(faults[HEADER])}, faults[HEADER])
    return None


def by_class(paths: Iterable[str], faults: Mapping[str, tuple[Finding, ...]]) -> CareAssessment:
    """The assessment of a message that came to its classes. `paths`: every class, parents first.

    A class below a faulty one was not assessed (0233), whatever was found in it; a class without
    a remark gets 0200. Without any fault the message is accepted.
    """
    if not faults:
        return CareAssessment({})
    codes: dict[str, tuple[str, ...]] = {HEADER: NO_REMARK}
    findings: list[Finding] = []
    for path in paths:
        if any(above in faults for above in _above(path)):
            codes[path] = NOT_ASSESSED
        elif path in faults:
            codes[path] = _codes(faults[path])
            findings += faults[path]
        else:
            codes[path] = NO_REMARK
    return CareAssessment(codes, tuple(findings))


def _above(path: str) -> Iterator[str]:
    steps = path.split("/")
    return ("/".join(steps[:depth]) for depth in range(1, len(steps)))


def _codes(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.rule.return_code for finding in findings))
