"""Level 2 on a 323: every rule that needs nothing but the message. Any fault stops the message (0001)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from processors.findings import Finding, client_path, element, line_path, spot_path
from processors.fuse import Fusion, unpacked
from rules.catalogue import Catalogue, Level, Rule, Subject
from schemas.declaration import Client, Declaration, Line
from schemas.period import Period


class MessageRules:
    """The level-2 rules of one message type, grouped by what they look at."""

    def __init__(self, catalogue: Catalogue, message: str) -> None:
        def select(subject: Subject) -> tuple[Rule, ...]:
            return catalogue.select(message, subject, Level.MESSAGE)

        self.declaration = select(Subject.DECLARATION)
        self.client = select(Subject.CLIENT)
        self.period = select(Subject.PERIOD)
        self.line = select(Subject.LINE)
        self._all_clients_hold = _fused("client", Client, self.client)
        self._all_lines_hold = _fused("line", Line, self.line)

    def check(self, declaration: Declaration) -> tuple[Finding, ...]:
        """All faults, in the order of the standard and then of the document."""
        findings = [
            finding
            for rule in self.declaration
            if not rule.holds(declaration, None)
            for finding in _in_declaration(rule, declaration)
        ]
        if not self._all_clients_hold(declaration.clients):
            findings += [
                Finding(rule, element(client_path(client), rule), rule.clash(client, None))
                for rule in self.client
                for client in declaration.clients
                if not rule.holds(client, None)
            ]
        findings += self._periods(declaration)
        findings += self._lines(declaration)
        return tuple(findings)

    def _lines(self, declaration: Declaration) -> list[Finding]:
        lines = declaration.lines
        if self._all_lines_hold(lines):
            return []
        broken = [rule for rule in self.line if not all(rule.holds(line, None) for line in lines)]
        return [
            Finding(rule, element(line_path(declaration, line), rule), rule.clash(line, None))
            for line in lines
            for rule in broken
            if not rule.holds(line, None)
        ]

    def _periods(self, declaration: Declaration) -> list[Finding]:
        """Few periods occur in a message, so each is tested once and reported on every line that has it."""
        broken: dict[Period, list[Rule]] = {}
        for period in {line.period for line in declaration.lines}:
            rules = [rule for rule in self.period if not rule.holds(period, declaration)]
            if rules:
                broken[period] = rules
        if not broken:
            return []
        return [
            Finding(rule, element(line_path(declaration, line), rule), rule.clash(line.period, declaration))
            for line in declaration.lines
            for rule in broken.get(line.period, ())
        ]


def _in_declaration(rule: Rule, declaration: Declaration) -> list[Finding]:
    """A broken rule about the whole declaration, at every client or line that it names."""
    spots = rule.spots(declaration, None)
    if not spots:
        return [Finding(rule, element("Declaratie", rule), rule.clash(declaration, None))]
    return [Finding(rule, spot_path(declaration, spot), spot.clash) for spot in spots]


@cache
def _fused(name: str, kind: type[Client | Line], rules: tuple[Rule, ...]) -> Callable[..., bool]:
    """`all_hold(each)`: whether every rule holds for every client or line, nearly always so."""
    fused = Fusion({name: kind})
    fused.write(0, f"def all_hold(each):\n    for {name} in each:")
    fused.write(2, unpacked(name, kind))
    for rule in rules:
        fused.unless(2, rule.holds, (name, "None"), "return False")
    fused.write(1, "return True")
    return fused.compile("all_hold", f"level-2 rules on a {name} of a 323")
