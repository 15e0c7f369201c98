"""The account of a synthetic region against the core: every fault is found, and nothing but the faults."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from contracts.register import Register
from desk.synthetic.care_mishaps import CARE_MISHAPS
from desk.synthetic.manifest import Message, Outcome
from desk.synthetic.mishaps import MISHAPS
from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.scenes import LINE_FAULTS
from desk.synthetic.traffic import messages_of
from processors.care import NO_REMARK, CareAssessment
from schemas.xml.fault import Fault
from tests.desk.core_run import CoreRun, Decided

ALL_FAULTS = dict.fromkeys([*LINE_FAULTS, *MISHAPS, *CARE_MISHAPS], 0.015)


@pytest.mark.parametrize(
    ("seed", "lines", "months", "first_month", "faults"),
    [
        (1, 2500, 1, date(2026, 3, 1), ALL_FAULTS),
        (2, 3000, 3, date(2025, 11, 1), ALL_FAULTS),
        (3, 1500, 2, date(2024, 1, 1), {"9390": 0.05, "CORRECTION": 0.2}),
        (4, 2000, 1, date(2021, 2, 1), {}),
    ],
)
def test_the_core_decides_as_the_account_says(
    seed: int, lines: int, months: int, first_month: date, faults: dict[str, float]
) -> None:
    rng = Random(seed)
    region = make_region(rng, municipalities=3, lines=lines, months=months_from(first_month, months))
    run = CoreRun(Register(1, register_rows(region, faults)), region.received_on)
    messages = sorted(messages_of(rng, region, fault_share=0, faults=faults), key=lambda each: each.name)
    for message in messages:
        if {expected.outcome for expected in message.expected} != {"duplicate"}:
            check(message, run.take(message.content))
    assert {expected.fault for message in messages for expected in message.expected} == {
        fault for fault in faults if fault not in {"CREDIT", "CORRECTION"}
    }


def check(message: Message, found: Decided | CareAssessment | Fault) -> None:
    """Compare one outcome with the account."""
    if isinstance(found, Fault):
        assert [found.outcome] == [expected.outcome for expected in message.expected], found
    elif message.outcome is None:
        assert isinstance(found, CareAssessment), found
        codes = [expected.codes for expected in message.expected if expected.level != "signal"]
        assert [*{*found.codes.values()} - {NO_REMARK}] == codes, found.findings
    else:
        assert isinstance(found, Decided)
        assessment = found.assessment
        assert message.outcome.outcome == "answered"
        assert assessment.processed == message.outcome.processed
        if assessment.processed:
            check_lines(message, message.outcome, found)
        for expected in message.expected:
            if expected.level == "header":
                assert assessment.header_codes == expected.codes
            elif expected.level == "declaration":
                assert assessment.declaration_codes == expected.codes


def check_lines(message: Message, outcome: Outcome, found: Decided) -> None:
    """Compare the decision on every line and the totals."""
    wanted = Counter(
        (expected.reference, expected.allocation, expected.codes)
        for expected in message.expected
        if expected.level == "line"
    )
    assert found.rejected() == wanted
    assert (len(found.declaration.lines), wanted.total()) == (outcome.lines, outcome.rejected)
    assert found.declaration.total_cents == outcome.claimed_cents
    assert found.assessment.granted_cents == outcome.granted_cents
    clients = [expected.codes for expected in message.expected if expected.level == "client"]
    broken = found.assessment.client_findings.values()
    assert [tuple(finding.rule.return_code for finding in each) for each in broken] == clients


@pytest.mark.parametrize("rule", ["TR358", "CS002", "TR416", "TR101", "CS340", "CD087", "CD060"])
def test_a_fault_inside_the_message_breaks_its_own_rule(rule: str) -> None:
    rng = Random(6)
    region = make_region(rng, municipalities=1, lines=40, months=months_from(date(2026, 3, 1), 1))
    run = CoreRun(Register(1, register_rows(region)), region.received_on)
    named = set()
    for message in messages_of(rng, region, fault_share=0, faults={rule: 1}):
        found = run.take(message.content)
        if message.expected:
            assert isinstance(found, Decided)
            named.add(tuple({f.rule.id for f in found.assessment.findings}))
    assert named == {(rule,)}
