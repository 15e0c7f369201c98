"""Make the 325 of an assessed declaration, and check it before it leaves (answer.md A2-A6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from processors.assess import DECLARATION, NOT_ASSESSED, NOTHING, Assessment
from schemas.declaration import Client, Declaration, Line
from schemas.money import signed
from schemas.standard import answer_type
from schemas.xml.read_answer import ReturnedClient, read_answer
from schemas.xml.write_answer import ClientAnswer, answer_xml, declaration_answer

_SAME: Final = "TR367: a returned line repeats the 323 exactly"


class AnswerRefused(Exception):
    """Our own answer breaks a rule of the standard; it must not leave the house."""


def answer(declaration: Declaration, assessment: Assessment, identification: str, dated_on: date) -> bytes:
    """The 325, checked. `identification` is ours and new; `dated_on` its Dagtekening.

    Raises AnswerRefused when the answer would not explain its totals, does not repeat a line
    exactly or is not valid (A6); that is a defect, never the provider's fault.
    """
    text = answer_xml(
        declaration.header,
        identification=identification,
        dated_on=dated_on,
        header_codes=assessment.header_codes,
        body=_body(declaration, assessment) if assessment.row >= DECLARATION else (),
    )
    check_answer(text, declaration, assessment)
    return text.encode("utf-8")


def _body(declaration: Declaration, assessment: Assessment) -> Iterator[str]:
    granted, codes = assessment.granted_cents, assessment.declaration_codes
    return declaration_answer(declaration, granted, codes, _clients(declaration, assessment))


def _clients(declaration: Declaration, assessment: Assessment) -> Iterator[ClientAnswer]:
    by_client: dict[int, list[Line]] = {}
    for position in assessment.rejected_positions:
        line = declaration.lines[position]
        by_client.setdefault(line.client, []).append(line)
    for position, lines in by_client.items():
        findings = assessment.client_findings.get(position)
        codes = tuple(f.rule.return_code for f in findings) if findings else (NOTHING,)
        coded = ((line, assessment.line_codes(line.position)) for line in lines)
        yield ClientAnswer(declaration.clients[position].bsn, codes, coded)


def check_answer(text: str, declaration: Declaration, assessment: Assessment) -> None:
    """Read our own 325 back and hold it against the 323 (answer.md A6, TR342, TR366, TR367)."""
    try:
        body = read_answer(text, answer_type(declaration.header.message_type))
    except ValueError as error:
        raise AnswerRefused(str(error)) from error
    if body is None:
        _demand(assessment.row < DECLARATION, "an answer about lines needs DeclaratieAntwoord")
        return
    claimed, granted = (signed(int(amount), side) for amount, side in (body.claimed, body.granted))
    _demand(claimed == declaration.total_cents, "TR376: the claimed total is that of the 323")
    _demand(granted == assessment.granted_cents, "the granted total is that of the approved lines")
    _demand(claimed != 0 or body.claimed[1] == "D", "CS325: a claimed total of zero is a debit")
    _demand(granted != 0 or body.granted[1] == "D", "CS325: a granted total of zero is a debit")
    if assessment.row == DECLARATION:
        _demand(not body.clients and granted == 0, "a rejected declaration grants nothing and lists nobody")
        return
    rejected = _check_clients(body.clients, declaration, assessment)
    _demand(rejected == claimed - granted, "TR342: the returned lines explain the difference")
    _demand((not body.clients) == (body.codes == ("8001",)), "8001 exactly when nothing is returned")


def _check_clients(clients: list[ReturnedClient], declaration: Declaration, assessment: Assessment) -> int:
    positions = assessment.rejected_positions
    expected = iter(positions)
    rejected, count = 0, 0
    for client in clients:
        whole_client = client.codes[0] != NOTHING
        for returned in client.lines:
            line = declaration.lines[next(expected)]
            _demand(client.bsn == line.bsn and returned.texts == _texts(line), _SAME)
            below = returned.codes[0] == NOT_ASSESSED
            _demand(below == whole_client, "0233 exactly below a rejected client")
            rejected += line.signed_cents
            count += 1
        if whole_client:
            owner: Client = declaration.clients[line.client]
            _demand(len(client.lines) == owner.end_line - owner.first_line, "8187 returns every line")
    _demand(count == len(positions), "TR366: every rejected line is returned once")
    return rejected


def _texts(line: Line) -> tuple[str, ...]:
    wire = line.texts
    return (
        line.reference, line.previous or "", wire.allocation, line.category, line.code, wire.begin, wire.end,
        wire.volume, line.unit, wire.tariff or "", wire.amount, line.side,
    )  # fmt: skip


def _demand(condition: bool, rule: str) -> None:
    if not condition:
        raise AnswerRefused(rule)
