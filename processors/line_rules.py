"""The rules on a line of a 323, grouped once per message type so that good lines pass fast.

`hold` answers only yes or no and stops at the first broken rule. `verdicts` walks the same rules
one by one in the order of the standard and applies suppression (OC-24); it is the plain twin that
explains. A test proves that both agree.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from processors.fuse import Fusion, unpacked
from rules.catalogue import Catalogue, Level, Rule, Subject
from rules.facts import CREDIT, CREDITED, LIVE, DeclarationFacts
from rules.volume import counted
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
    "TR341": _VOLUME,
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
        self.decide = _fused(tuple(groups.items()))

    def start(self, declaration: Declaration, facts: DeclarationFacts) -> LinesOfMessage:
        """The rules bound to one message."""
        return LinesOfMessage(self, declaration, facts)


class LinesOfMessage:
    """Assesses the lines of one declaration against facts that change as lines are granted."""

    def __init__(self, rules: LineRules, declaration: Declaration, facts: DeclarationFacts) -> None:
        self._rules = rules
        self._declaration = declaration
        self._facts = facts

    def decide(self, lines: Iterable[Line], states: list[int], refuse: Callable[[Line], None]) -> int:
        """Grant every line of which all rules hold, in the order given; `refuse` is called with the others
        at once, before a later line is granted. Sets the states of granted lines, returns their cents."""
        granted: int = self._rules.decide(
            lines, self._declaration, self._facts, states, refuse, self._strict_credit_holds
        )
        return granted

    def _strict_credit_holds(self, line: Line) -> bool:
        if not self._facts.choices.strict_credits:
            return True
        return not any(self.broken(line))

    def verdicts(self, line: Line) -> Iterator[Verdict]:
        """Every rule in the order of the standard with what it says of the line."""
        return map(Verdict._make, self._walk(line))

    def broken(self, line: Line) -> Iterator[tuple[Rule, tuple[Any, ...]]]:
        """The rules that the line breaks, with what they were called with."""
        return ((rule, arguments) for rule, outcome, arguments in self._walk(line) if outcome == "broken")

    def _walk(self, line: Line) -> Iterator[tuple[Rule, Outcome, tuple[Any, ...]]]:
        silenced: set[str] = set()
        by_subject = self._arguments(line)
        not_applied = _ADDING_UP if line.side == "C" else frozenset()
        for rule in self._rules.every:
            arguments = by_subject.get(rule.subject)
            if arguments is None or rule.id in not_applied:
                yield rule, "not applicable", ()
            elif rule.id in silenced:
                yield rule, "follows", arguments
            elif rule.holds(*arguments):
                yield rule, "holds", arguments
            else:
                silenced |= FOLLOWERS.get(rule.id, frozenset())
                if rule.id == "TR341" and self._is_agreed_otherwise(line):
                    silenced.add("TR418")  # of course none is agreed in a unit that does not fit
                yield rule, "broken", arguments

    def _is_agreed_otherwise(self, line: Line) -> bool:
        """Whether the product has no tariff in the unit of the line, but is agreed in another (OC-17)."""
        return self._facts.price(line).cents is None and bool(self._facts.agreed_units(line))

    def _arguments(self, line: Line) -> dict[Subject, tuple[Any, ...]]:
        """What rules on this line are called with, by what they look at; the others do not apply."""
        facts = self._facts
        found: dict[Subject, tuple[Any, ...]] = {
            Subject.PERIOD: (line.period, self._declaration),
            Subject.LINE: (line, facts),
        }
        if line.side == "C":
            found[Subject.CREDIT] = (line, facts)
            if not facts.choices.strict_credits:
                return found
        found[Subject.DEBIT] = (line, facts)
        allocation = facts.allocations.get(line.allocation)
        if allocation is not None:
            found[Subject.PERIOD_OF_ALLOCATION] = (line.period, allocation)
            found[Subject.ALLOCATED_LINE] = (line, allocation, facts)
        return found


def _above_message(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.level > Level.MESSAGE)


# These stay the same objects while lines are decided, whatever is put into them.
_FACTS: Final = (
    *("allocations", "choices", "doubled_references", "earlier_lines", "live", "products"),
    *("used_volume", "used_cents"),
)
_REFUSE: Final = "refuse(line)\ncontinue"
_REFUSE_BELOW: Final = textwrap.indent(_REFUSE, "    ")


@cache
def _fused(groups: tuple[tuple[Subject, tuple[Rule, ...]], ...]) -> Callable[..., int]:
    """`decide(lines, declaration, facts, states, refuse, strict_credit_holds)`: all rules in one loop."""
    rules, fused = (
        dict(groups),
        Fusion({"line": Line, "line_period": Period, "allocation": Allocation, "facts": _FACTS}),
    )

    def hold(depth: int, subject: Subject, *arguments: str) -> None:
        for rule in rules[subject]:
            fused.unless(depth, rule.holds, arguments, _REFUSE)

    fused.write(0, "def decide(lines, declaration, facts, states, refuse, strict_credit_holds):")
    fused.write(1, "period_seen, granted_cents = None, 0")
    for field in _FACTS:
        fused.write(1, f"facts_{field} = facts.{field}")
    fused.write(1, "for line in lines:")
    fused.write(2, unpacked("line", Line))
    fused.write(2, "if line_period is not period_seen:")
    fused.write(
        3, f"period_seen, period_holds, spans = line_period, True, {{}}\n{unpacked('line_period', Period)}"
    )
    for rule in rules[Subject.PERIOD]:
        fused.unless(3, rule.holds, ("line_period", "declaration"), "period_holds = False")
    fused.write(2, f"if not period_holds:\n{_REFUSE_BELOW}")
    hold(2, Subject.LINE, "line", "facts")
    fused.write(2, "if line_side == 'C':")
    hold(3, Subject.CREDIT, "line", "facts")
    fused.write(3, f"if not strict_credit_holds(line):\n{_REFUSE_BELOW}")
    fused.write(3, "granted_cents -= line_amount_cents")
    fused.write(2, "else:")
    hold(3, Subject.DEBIT, "line", "facts")
    fused.write(3, "allocation = facts_allocations.get(line_allocation)\nif allocation is None:")
    fused.write(4, _REFUSE)
    fused.write(3, unpacked("allocation", Allocation))
    fused.write(3, "span = allocation_start, allocation_end\nif span not in spans:\n    span_holds = True")
    for rule in rules[Subject.PERIOD_OF_ALLOCATION]:
        fused.unless(4, rule.holds, ("line_period", "allocation"), "span_holds = False")
    fused.write(4, "spans[span] = span_holds")
    fused.write(3, f"if not spans[span]:\n{_REFUSE_BELOW}")
    hold(3, Subject.ALLOCATED_LINE, "line", "allocation", "facts")
    fused.write(3, "granted_cents += line_amount_cents")
    fused.write(2, f"states[line_position] = {fused.value(2, grant, ('line', 'facts'))}")
    fused.write(1, "return granted_cents")
    return fused.compile("decide", "rules on a line of a 323")


def grant(line: Line, facts: DeclarationFacts) -> int:
    """Add an approved line to the running facts (OC-23); returns its state."""
    if line.side == "C":
        reference = line.previous or ""
        original = facts.earlier_lines[reference]
        facts.earlier_lines[reference] = original._replace(state=CREDITED)
        if original.allocation in facts.used_volume:
            facts.used_volume[original.allocation] -= original.used_volume
            facts.used_cents[original.allocation] -= original.amount_cents
        facts.live.discard((original.allocation, original.category, original.code, line.month))
        return CREDIT
    facts.used_volume[line.allocation] += counted(line.volume, line.unit)
    facts.used_cents[line.allocation] += line.amount_cents
    facts.live.add((line.allocation, line.category, line.code, line.month))
    return LIVE
