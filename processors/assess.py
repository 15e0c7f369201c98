"""Assess a declaration: the order of the rules, and what stops or silences what (rules.md section 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from processors.check_message import MessageRules
from processors.findings import Finding, client_path, element, line_path
from processors.line_rules import LineRules, LinesOfMessage, Verdict
from rules.catalogue import Catalogue, Rule, Subject
from rules.facts import REJECTED, DeclarationFacts
from schemas.declaration import Declaration, Line

NOTHING, NOT_ASSESSED, GRANTED, TECHNICAL = "0200", "0233", "8001", "0001"
Watch = Callable[[Line, Iterator[Verdict]], None]

# Rows of the decision table of answer.md A2 that stop before the lines.
LEVEL_2, HEADER, DECLARATION, ASSESSED = 2, 3, 4, 5


@dataclass(slots=True)
class Assessment:
    """What was decided of one declaration. Lines are named by their position; cents are signed.

    `row` says how far the message came: 2 level-2 fault, 3 header fault, 4 declaration fault,
    5 assessed line by line. Only then `states` holds a state per line and identifiers are used.
    """

    row: int
    header_codes: tuple[str, ...]
    declaration_codes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    client_findings: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    line_findings: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    states: list[int] = field(default_factory=list)
    granted_cents: int = 0

    @property
    def processed(self) -> bool:
        """Whether the declaration counts as sent (OP286, IV087)."""
        return self.row == ASSESSED

    @property
    def rejected_positions(self) -> list[int]:
        """Positions of rejected lines, those of rejected clients included."""
        if REJECTED not in self.states:
            return []
        return [position for position, state in enumerate(self.states) if state == REJECTED]

    def line_codes(self, position: int) -> tuple[str, ...]:
        """Return codes of a rejected line: its own, or 0233 below a rejected client."""
        findings = self.line_findings.get(position)
        return tuple(f.rule.return_code for f in findings) if findings else (NOT_ASSESSED,)


class DeclarationRules:
    """All rules on one kind of 323, ready to assess many messages."""

    def __init__(self, catalogue: Catalogue, message: str) -> None:
        self.message = MessageRules(catalogue, message)
        self.header = catalogue.select(message, Subject.HEADER)
        self.lines = LineRules(catalogue, message)
        self.declaration = _above_message(catalogue, message, Subject.DECLARATION)
        self.client = _above_message(catalogue, message, Subject.CLIENT)


def _above_message(catalogue: Catalogue, message: str, subject: Subject) -> tuple[Rule, ...]:
    return tuple(rule for rule in catalogue.select(message, subject) if rule.level > 2)


def refuse_inside(findings: tuple[Finding, ...]) -> Assessment:
    """The assessment of a message that broke a level-2 rule: Header 0001 and nothing else."""
    return Assessment(LEVEL_2, (TECHNICAL,), findings=findings)


def assess(
    declaration: Declaration, facts: DeclarationFacts, rules: DeclarationRules, watch: Watch | None = None
) -> Assessment:
    """Assess a declaration that passed level 2. `facts` change while lines are granted.

    `watch` is called with each line and its verdicts at the moment the line is decided, for
    whoever must explain it; it does not influence the outcome.
    """
    header = _broken(rules.header, "Header", declaration.header, facts)
    if header:
        return Assessment(HEADER, _codes(header), findings=header)
    whole = _broken(rules.declaration, "Declaratie", declaration, facts)
    if whole:
        return Assessment(DECLARATION, (NOTHING,), _codes(whole), findings=whole)
    result = Assessment(ASSESSED, (NOTHING,), states=[REJECTED] * len(declaration.lines))
    for client in declaration.clients:
        for rule in rules.client:
            if not rule.holds(client, facts):
                finding = Finding(rule, element(client_path(client), rule), rule.clash(client, facts))
                result.client_findings[client.position] = (
                    *result.client_findings.get(client.position, ()), finding,
                )  # fmt: skip
    if len({line.reference for line in declaration.lines}) < len(declaration.lines):
        times = Counter(line.reference for line in declaration.lines)
        facts.doubled_references = frozenset(reference for reference in times if times[reference] > 1)
    _assess_lines(declaration, facts, rules.lines.start(declaration, facts), result, watch)
    result.declaration_codes = (GRANTED,) if REJECTED not in result.states else (NOTHING,)
    return result


_BEGIN: Final = attrgetter("period.begin")


def in_order(declaration: Declaration) -> list[Line]:
    """Credits in document order, then debits by begin of their period (OP366, OC-09)."""
    credits = [line for line in declaration.lines if line.side == "C"]
    debits = [line for line in declaration.lines if line.side != "C"]
    debits.sort(key=_BEGIN)
    return credits + debits


def _assess_lines(
    declaration: Declaration,
    facts: DeclarationFacts,
    lines: LinesOfMessage,
    result: Assessment,
    watch: Watch | None,
) -> None:
    def refuse(line: Line) -> None:
        path = line_path(declaration, line)
        result.line_findings[line.position] = tuple(
            Finding(rule, element(path, rule), rule.clash(*arguments), _variant(rule, line, facts))
            for rule, arguments in lines.broken(line)
        )

    rejected = result.client_findings
    todo = in_order(declaration)
    if rejected:
        todo = [line for line in todo if line.client not in rejected]
    if watch is None:
        result.granted_cents = lines.decide(todo, result.states, refuse)
        return
    for line in todo:
        watch(line, lines.verdicts(line))
        result.granted_cents += lines.decide((line,), result.states, refuse)


def _broken(rules: tuple[Rule, ...], base: str, subject: object, facts: object) -> tuple[Finding, ...]:
    return tuple(
        Finding(rule, element(base, rule), rule.clash(subject, facts))
        for rule in rules
        if not rule.holds(subject, facts)
    )


def _codes(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.rule.return_code for f in findings))


_PRICED: Final = frozenset({"TR418"})


def _variant(rule: Rule, line: Line, facts: DeclarationFacts) -> str | None:
    """Who must act, where that depends on what we hold ourselves: 9338 and 0611 may be our own fault."""
    if rule.id == "TR338":
        similar = any(
            category in (None, line.category) and code in (None, line.code)
            for category, code in facts.client_products.get(line.bsn, ())
        )
        return "both" if similar else "municipality"
    if rule.id in _PRICED:
        price = facts.price(line)
        if price.ambiguous:
            return "municipality"
        return "both" if price.cents is None else None
    return None
