"""What a rule is, and the catalogue that finds them all.

A rule is a plain function that states the law in the positive: it returns True when the rule holds.
`@rule` wraps it in a frozen value and registers nothing; `discover()` walks the package and refuses
to build a catalogue that is incomplete or contradicts itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, IntEnum
from itertools import permutations
from typing import Any, NamedTuple

from reference.ledger import position
from reference.texts import rule_texts
from schemas.declaration import Client, Line

FIRST_DAY = date(2021, 1, 1)  # no period of this message series begins earlier (CS100)


class Level(IntEnum):
    """Control level of the standard (IV088, IV032). Level 1 is the XSD."""

    MESSAGE = 2
    HISTORY = 3
    EXTERNAL = 4


class Subject(Enum):
    """What a rule looks at; it fixes the arguments of the function (see `docs/reference/rules.md`)."""

    HEADER = "header, facts"
    DECLARATION = "declaration, facts"
    CLIENT = "client, facts"
    PERIOD = "period, declaration"
    LINE = "line, facts"
    DEBIT = "debit line, facts"
    CREDIT = "credit line, facts"
    PERIOD_OF_ALLOCATION = "period, allocation"
    ALLOCATED_LINE = "debit line, allocation, facts"
    KEY = "logical key, count of every key in its parent"
    BSN = "citizen number, facts"
    BIRTH_DATE = "birth date of the client or a relation, facts"
    NAME = "name of the client or a relation, facts"
    CONTACT = "contact of the client or a relation, facts"
    ALLOCATED_CLIENT = "client of a 301, facts"
    ALLOCATION_MESSAGE = "allocation message, facts"
    ALLOCATION = "allocation, facts"
    DELIVERY = "start or stop, facts"
    FIRST_DELIVERY = "start or stop with status 1, facts"
    REMOVAL = "start or stop with status 3, facts"


class Clash(NamedTuple):
    """The two values that clash, as text for people: what the message says, what it should say."""

    found: str
    expected: str


class Spot(NamedTuple):
    """Where a rule about a whole declaration is broken: the client or line, the element in it, the values."""

    at: Client | Line
    element: str
    clash: Clash


@dataclass(frozen=True)
class Rule:
    """One published rule for one subject, with the dates between which it is in force (closed)."""

    id: str
    level: Level
    subject: Subject
    return_code: str
    messages: frozenset[str]
    elements: tuple[str, ...]
    source: str
    in_force: tuple[date, date | None]
    holds: Callable[..., bool]
    title: str
    explanation: list[Callable[..., Clash]] = field(default_factory=list, compare=False, repr=False)
    location: list[Callable[..., Iterator[Spot]]] = field(default_factory=list, compare=False, repr=False)

    def explains(self, function: Callable[..., Clash]) -> Callable[..., Clash]:
        """Attach the function that names found and expected value; same arguments as the rule."""
        self.explanation.append(function)
        return function

    def locates(self, function: Callable[..., Iterator[Spot]]) -> Callable[..., Iterator[Spot]]:
        """Attach the function that names every client or line at fault in a declaration; same arguments."""
        self.location.append(function)
        return function

    def spots(self, *subject: Any) -> tuple[Spot, ...]:
        """The clients and lines at fault in a declaration that broke the rule; none if it is the whole."""
        return tuple(self.location[0](*subject)) if self.location else ()

    def clash(self, *subject: Any) -> Clash:
        """Found and expected value of a subject that broke the rule."""
        return self.explanation[0](*subject)


def rule(
    id_: str,
    *,
    level: Level,
    subject: Subject,
    return_code: str,
    messages: set[str],
    elements: tuple[str, ...],
    source: str,
    in_force: tuple[date, date | None] = (FIRST_DAY, None),
) -> Callable[[Callable[..., bool]], Rule]:
    """Declare a rule. The function's docstring says in English what must be true."""

    def wrap(function: Callable[..., bool]) -> Rule:
        title = " ".join((function.__doc__ or "").split())
        return Rule(
            id_, level, subject, return_code, frozenset(messages), elements, source, in_force, function, title
        )

    return wrap


class CatalogueError(Exception):
    """The rules contradict each other or miss something; the program must not start."""


class Catalogue:
    """All rules, in the order of the published tables; immutable."""

    def __init__(self, rules: list[Rule]) -> None:
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda r: position(r.id)))

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def on(self, received_on: date) -> Catalogue:
        """The rules in force for a message received on a day; before the first day, those of the first."""
        day = max(received_on, FIRST_DAY)
        kept = [
            r for r in self.rules if r.in_force[0] <= day and (r.in_force[1] is None or day <= r.in_force[1])
        ]
        return self if len(kept) == len(self.rules) else Catalogue(kept)

    def select(self, message: str, subject: Subject, level: Level | None = None) -> tuple[Rule, ...]:
        """Rules for a message type (`JW323`) and subject, in the order of the published tables."""
        return tuple(
            r
            for r in self.rules
            if r.subject is subject and message in r.messages and (level is None or r.level is level)
        )


def _modules() -> Iterator[tuple[str, Any]]:
    for package_name in ("rules.message", "rules.history", "rules.external"):
        package = importlib.import_module(package_name)
        for module in pkgutil.iter_modules(package.__path__):
            if not module.name.startswith("_"):
                yield module.name, importlib.import_module(f"{package_name}.{module.name}")


def discover() -> Catalogue:
    """Build the catalogue. Raises CatalogueError with every fault found, not just the first."""
    found: list[Rule] = []
    faults: list[str] = []
    texts = rule_texts()
    for name, module in _modules():
        here = [value for value in vars(module).values() if isinstance(value, Rule)]
        if not here:
            faults.append(f"{module.__name__}: holds no rule")
        for item in here:
            faults.extend(_faults(item, name, module.__name__, texts))
        found.extend(here)
    faults.extend(
        f"{one.id}: two versions in force on one day for {one.subject.name}"
        for one, other in permutations(found, 2)
        if _overlap(one, other)
    )
    if faults:
        raise CatalogueError("\n".join(sorted(set(faults))))
    return Catalogue(found)


def _faults(item: Rule, name: str, module: str, texts: dict[str, Any]) -> Iterator[str]:
    if item.id.lower() != name:
        yield f"{item.id}: declared in {module}"
    if item.id not in texts:
        yield f"{item.id}: no text in reference/texts/rules_*.yaml"
    if not item.source or not item.title:
        yield f"{item.id}: no source or no docstring"
    if len(item.explanation) != 1:
        yield f"{item.id}: needs exactly one explanation of found and expected"
    expected_room = {Level.MESSAGE: "message", Level.HISTORY: "history", Level.EXTERNAL: "external"}
    if module.split(".")[1] != expected_room[item.level]:
        yield f"{item.id}: level {item.level} belongs in rules/{expected_room[item.level]}"


def _overlap(one: Rule, other: Rule) -> bool:
    if one.id != other.id or one.subject is not other.subject or not one.messages & other.messages:
        return False
    ends = one.in_force[1] or date.max, other.in_force[1] or date.max
    return one.in_force[0] <= ends[1] and other.in_force[0] <= ends[0]
