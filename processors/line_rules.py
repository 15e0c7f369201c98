"""The rules on a line of a 323, grouped once per message type so that good lines pass fast.

`hold` answers only yes or no and stops at the first broken rule. `verdicts` walks the same rules
one by one in the order of the standard and applies suppression (OC-24); it is the plain twin that
explains. A test proves that both agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from rules.catalogue import Catalogue, Level, Rule, Subject
from rules.facts import DeclarationFacts
from schemas.allocation import Allocation
from schemas.declaration import Declaration, Line
from schemas.period import Period

# After the rule on the left the rules on the right are not tested: they would only repeat it (OC-24).
_WITHOUT_ALLOCATION: Final = frozenset(
    {"TR304", "TR384", "TR339", "TR340", "TR341", "TR307", "TR308", "TR387", "TR388",
     "TR321", "TR322", "TR369", "TR389"}
)  # fmt: skip
_VOLUME: Final = frozenset({"TR321", "TR322"})
FOLLOWERS: Final = {
    "TR338": _WITHOUT_ALLOCATION,
    "TR304": _WITHOUT_ALLOCATION,
    "TR384": _WITHOUT_ALLOCATION,
    "TR341": _VOLUME | {"TR418"},  # no tariff is agreed in a unit that does not fit
    "TR307": _VOLUME,
    "TR308": _VOLUME,
    "TR381": frozenset({"TR418"}),
}
# Rules that add a line up with live debits make no sense on a credit, not even a strict one (OC-13).
_ADDING_UP: Final = frozenset({"TR322", "TR369", "TR389"})
_OF_A_LINE: Final = (
    Subject.PERIOD,
    Subject.LINE,
    Subject.DEBIT,
    Subject.CREDIT,
    Subject.PERIOD_OF_ALLOCATION,
    Subject.ALLOCATED_LINE,
)
_Span = tuple[date, date | None]
Outcome = Literal["holds", "broken", "follows", "not applicable"]


class Verdict(NamedTuple):
    """What one rule says of one line; `arguments` are what the rule was called with."""

    rule: Rule
    outcome: Outcome
    arguments: tuple[Any, ...]


class LineRules:
    """The rules of levels 3 and 4 on lines of one message type."""

    def __init__(self, catalogue: Catalogue, message: str) -> None:
        groups = {s: _above_message(catalogue.select(message, s)) for s in _OF_A_LINE}
        self.every = tuple(r for r in catalogue if any(r in group for group in groups.values()))
        self._period = _calls(groups[Subject.PERIOD])
        self._line = _calls(groups[Subject.LINE])
        self._debit = _calls(groups[Subject.DEBIT])
        self._credit = _calls(groups[Subject.CREDIT])
        self._period_of_allocation = _calls(groups[Subject.PERIOD_OF_ALLOCATION])
        self._allocated = _calls(groups[Subject.ALLOCATED_LINE])

    def start(self, declaration: Declaration, facts: DeclarationFacts) -> LinesOfMessage:
        """The rules bound to one message, with a memory for what its lines share."""
        return LinesOfMessage(self, declaration, facts)


class LinesOfMessage:
    """Assesses the lines of one declaration against facts that change as lines are granted."""

    def __init__(self, rules: LineRules, declaration: Declaration, facts: DeclarationFacts) -> None:
        self._rules = rules
        self._declaration = declaration
        self._facts = facts
        self._good_periods: dict[Period, bool] = {}
        self._period: Period | None = None
        self._good_spans: dict[_Span, bool] = {}
        self._good_by_period: dict[Period, dict[_Span, bool]] = {}

    def hold(self, line: Line) -> bool:
        """Whether every rule on the line holds."""
        facts, rules = self._facts, self._rules
        good = self._good_periods.get(line.period)
        if good is None:
            good = all(holds(line.period, self._declaration) for holds in rules._period)
            self._good_periods[line.period] = good
        if not good:
            return False
        for holds in rules._line:
            if not holds(line, facts):
                return False
        if line.side == "C":
            for holds in rules._credit:
                if not holds(line, facts):
                    return False
            return not facts.choices.strict_credits or not self._broken(line)
        for holds in rules._debit:
            if not holds(line, facts):
                return False
        allocation = facts.allocations.get(line.allocation)
        if allocation is None or not self._period_fits(line.period, allocation):
            return False
        return False not in [holds(line, allocation, facts) for holds in rules._allocated]

    def _period_fits(self, period: Period, allocation: Allocation) -> bool:
        if period is not self._period:
            self._period = period
            self._good_spans = self._good_by_period.setdefault(period, {})
        span = (allocation.start, allocation.end)
        good = self._good_spans.get(span)
        if good is None:
            good = all(holds(period, allocation) for holds in self._rules._period_of_allocation)
            self._good_spans[span] = good
        return good

    def _broken(self, line: Line) -> bool:
        return any(verdict.outcome == "broken" for verdict in self.verdicts(line))

    def verdicts(self, line: Line) -> Iterator[Verdict]:
        """Every rule in the order of the standard with what it says of the line."""
        silenced: set[str] = set()
        for rule in self._rules.every:
            arguments = self._arguments(rule, line)
            if arguments is None:
                yield Verdict(rule, "not applicable", ())
            elif rule.id in silenced:
                yield Verdict(rule, "follows", arguments)
            elif rule.holds(*arguments):
                yield Verdict(rule, "holds", arguments)
            else:
                silenced |= FOLLOWERS.get(rule.id, frozenset())
                yield Verdict(rule, "broken", arguments)

    def _arguments(self, rule: Rule, line: Line) -> tuple[Any, ...] | None:
        facts = self._facts
        subject = rule.subject
        if subject is Subject.PERIOD:
            return (line.period, self._declaration)
        if subject is Subject.LINE:
            return (line, facts)
        is_credit = line.side == "C"
        if subject is Subject.CREDIT:
            return (line, facts) if is_credit else None
        if is_credit and (not facts.choices.strict_credits or rule.id in _ADDING_UP):
            return None
        if subject is Subject.DEBIT:
            return (line, facts)
        allocation = facts.allocations.get(line.allocation)
        if allocation is None:
            return None
        if subject is Subject.PERIOD_OF_ALLOCATION:
            return (line.period, allocation)
        return (line, allocation, facts)


def _above_message(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.level > Level.MESSAGE)


def _calls(rules: tuple[Rule, ...]) -> tuple[Any, ...]:
    return tuple(rule.holds for rule in rules)
