"""From an assessment to rejections: what, where, found, expected, how many cents at stake."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from processors.assess import DECLARATION, Assessment
from processors.findings import Finding
from schemas.declaration import Declaration
from schemas.money import unsigned
from schemas.notice import Cause, Notice, Rejection
from schemas.numbers import without_bsn

Pseudonym = Callable[[int, str], str]


def pseudonyms(key: bytes | None, municipality: str) -> Pseudonym:
    """How a municipality's clients are named in notices.

    With a secret key: a keyed hash, the same for a client in every message of this municipality
    and unlinkable to other municipalities. Without a key: his place in the message, which tells
    nobody who he is.
    """
    if key is None:
        return lambda position, bsn: f"client-{position + 1}"
    own = hmac.digest(key, b"tenant/v1" + municipality.encode(), hashlib.sha256)
    return lambda position, bsn: hmac.digest(own, b"bsn/v1" + bsn.encode(), hashlib.sha256).hex()[:32]


def rejections(
    declaration: Declaration,
    assessment: Assessment,
    *,
    sha256: str,
    received_on: str,
    answer_due: str,
    pseudonym: Pseudonym,
) -> Iterator[Rejection]:
    """One rejection per rejected class, in document order; nothing when everything was granted.

    A citizen number of the message is masked where another number should stand.
    """
    header = declaration.header
    amount, side = unsigned(declaration.total_cents)
    message = Rejection(
        municipality=header.municipality,
        provider=header.provider,
        domain=header.domain.value,
        message_sha256=sha256,
        declaration=declaration.number,
        subject="header",
        reference=None,
        allocation=None,
        client=None,
        causes=_few_of_each(assessment.findings),
        codes=assessment.header_codes,
        amount_cents=amount,
        side=side,
        received_on=received_on,
        answer_due=answer_due,
    )
    bsns = {client.bsn for client in declaration.clients}
    told: Iterable[Rejection] = (message,)
    if assessment.row == DECLARATION:
        told = (message._replace(subject="declaration", codes=assessment.declaration_codes),)
    elif assessment.processed:
        told = _below(declaration, assessment, message, pseudonym)
    return (_masked(each, bsns) for each in told)


def structure_rejection(notice: Notice) -> Rejection | None:
    """A 323 that was refused for its structure, as its municipality and provider meet it; else None.

    There is no 325 and no return code (IV087); the amount is unknown, because nothing was read.
    """
    declaration = notice.type in {"JW323", "WMO323"}
    if notice.outcome != "refused" or not declaration or not notice.municipality or not notice.sender:
        return None
    cause = Cause(notice.reason, "", notice.path or "", notice.found or "", notice.expected or "", None)
    return Rejection(
        municipality=notice.municipality,
        provider=notice.sender,
        domain=notice.type[:-3].lower() if notice.type else "",
        message_sha256=notice.sha256,
        declaration=None,
        subject="structure",
        reference=None,
        allocation=None,
        client=None,
        causes=(cause,),
        codes=(),
        amount_cents=0,
        side="D",
        received_on=notice.received_on,
        answer_due=None,
    )


def _below(
    declaration: Declaration, assessment: Assessment, message: Rejection, pseudonym: Pseudonym
) -> Iterator[Rejection]:
    """Rejected clients and lines: a client before his lines."""
    current = -1
    for position in assessment.rejected_positions:
        line = declaration.lines[position]
        client = declaration.clients[line.client]
        name = pseudonym(client.position, client.bsn)
        whole = assessment.client_findings.get(client.position, ())
        if whole and client.position != current:
            current = client.position
            total = sum(each.signed_cents for each in declaration.lines_of(client))
            amount, side = unsigned(total)
            yield message._replace(
                subject="client",
                client=name,
                causes=tuple(_cause(finding) for finding in whole),
                codes=tuple(finding.rule.return_code for finding in whole),
                amount_cents=amount,
                side=side,
            )
        yield message._replace(
            subject="line",
            client=name,
            reference=line.reference,
            allocation=line.texts.allocation.strip(),
            causes=tuple(_cause(f) for f in assessment.line_findings.get(position, whole)),
            codes=assessment.line_codes(position),
            amount_cents=line.amount_cents,
            side=line.side,
        )


def _masked(rejection: Rejection, bsns: AbstractSet[str]) -> Rejection:
    def masked(text: str) -> str:
        return without_bsn(text, bsns.__contains__)

    return rejection._replace(
        allocation=None if rejection.allocation is None else masked(rejection.allocation),
        causes=tuple(
            cause._replace(found=masked(cause.found), expected=masked(cause.expected))
            for cause in rejection.causes
        ),
    )


def _few_of_each(findings: tuple[Finding, ...]) -> tuple[Cause, ...]:
    """At most ten places per rule: a fault repeated on every line is told by its first ones."""
    times: Counter[str] = Counter()
    kept = []
    for finding in findings:
        times[finding.rule.id] += 1
        if times[finding.rule.id] <= 10:
            kept.append(_cause(finding))
    return tuple(kept)


def _cause(finding: Finding) -> Cause:
    return Cause(
        finding.rule.id,
        finding.rule.return_code,
        finding.path,
        finding.clash.found,
        finding.clash.expected,
        finding.variant,
    )
