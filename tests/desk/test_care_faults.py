"""Every rule can be asked for by name, and a fault of a 301, 305 or 307 is found as the account says."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from lxml import etree

from contracts.register import Register
from desk.synthetic.care_mishaps import CARE_MISHAPS
from desk.synthetic.mishaps import MISHAPS, ON_REQUEST
from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.scenes import LINE_FAULTS
from desk.synthetic.shares import mishap_quota
from desk.synthetic.traffic import messages_of
from processors.allocation_signals import CLAIMED_CARE_CUT, DELETION_WITHOUT_END, SIZE_CHANGED
from processors.care import CareAssessment
from rules.catalogue import Rule
from tests.desk.core_run import CATALOGUE, CoreRun
from tests.desk.test_costs_and_reports import Desk

FAULTS = dict.fromkeys(["S300", *CARE_MISHAPS], 0.2)
NEVER = {"301-9379": "no requests (315, 317) are kept, so the product never reports TR379"}
COMPANIONS = {
    "301-CD077": {"CD078"},  # size and budget exclude each other, each by a rule of its own
    "301-CD078": {"CD077"},
    "307-9074": {"TR415"},  # what is stopped by the same stop has stopped
    "307-S329": {"TR382"},  # a start with that code was refused for it
}


def name_of(rule: Rule, number: str) -> str:
    """The name under which one asks for a broken rule in a message."""
    code = rule.id if rule.return_code == "0001" else rule.return_code
    return code if number == "323" else f"{number}-{code}"


def named() -> dict[str, set[Rule]]:
    """The rules behind every name."""
    rules: defaultdict[str, set[Rule]] = defaultdict(set)
    for rule in CATALOGUE:
        for message in rule.messages:
            rules[name_of(rule, message[-3:])].add(rule)
    return rules


def test_every_rule_that_can_be_reported_can_be_asked_for() -> None:
    assert named().keys() - {*LINE_FAULTS, *MISHAPS, *CARE_MISHAPS} == NEVER.keys()


def test_every_signal_about_a_301_can_be_asked_for() -> None:
    signals = {name[4:].lower() for name, mishap in CARE_MISHAPS.items() if mishap.level == "signal"}
    assert signals == {CLAIMED_CARE_CUT, DELETION_WITHOUT_END, SIZE_CHANGED}


def test_what_is_on_request_does_not_even_draw_lots() -> None:
    asked, other = Random(1), Random(1)
    mishap_quota(asked, 0.5, {})
    for _ in MISHAPS.keys() - ON_REQUEST:
        other.randrange(1_000_000)
    assert asked.getstate() == other.getstate()


@pytest.mark.parametrize(("first_month", "months"), [(date(2026, 3, 1), 1), (date(2021, 2, 1), 2)])
def test_a_fault_breaks_its_own_rules_and_together_they_break_all(first_month: date, months: int) -> None:
    rng = Random(6)
    region = make_region(rng, municipalities=2, lines=60, months=months_from(first_month, months))
    run = CoreRun(Register(1, register_rows(region, FAULTS)), region.received_on)
    broken: defaultdict[str, set[Rule]] = defaultdict(set)
    for message in messages_of(rng, region, fault_share=0, faults=FAULTS):
        found = run.take(message.content)
        if isinstance(found, CareAssessment):
            assert found.accepted or message.expected, found.findings
            for expected in message.expected:
                broken[expected.fault] |= {finding.rule for finding in found.findings}
    rules_of = named()
    for fault, rules in broken.items():
        ids = {rule.id for rule in rules_of.get(fault, ())} | COMPANIONS.get(fault, set())
        assert {rule.id for rule in rules} == ids, fault
    care = {rule for rule in CATALOGUE if any(not message.endswith("323") for message in rule.messages)}
    assert {rule.id for rule in care.difference(*broken.values())} == {"TR379"}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A region with every fault of these messages and S300, processed; the report is `report.json`."""
    desk = Desk(tmp_path_factory.mktemp("care"))
    faults = ",".join(f"{name}={share}" for name, share in FAULTS.items())
    made = desk.json(
        "generate", "--out", "region", "--lines", 60, "--municipalities", 2, "--fault-share", 0, "--faults",
        faults,
    )  # fmt: skip
    desk.json("register", "import", "region/register")
    report = desk.json("process", "region/messages", "--out", "out", "--received-on", made["received_on"])
    (desk.folder / "report.json").write_text(json.dumps(report))
    return desk


def account(region: Desk) -> dict[str, dict[str, Any]]:
    """What is expected, by the hash of the message."""
    faults = json.loads((region.folder / "region/manifest.json").read_text())["faults"]
    messages = region.folder / "region/messages"
    return {sha256((messages / fault["file"]).read_bytes()).hexdigest(): fault for fault in faults}


def listed(region: Desk, pattern: str) -> list[dict[str, Any]]:
    """Rows of the lists of a run."""
    return [json.loads(row) for path in region.folder.glob(pattern) for row in path.read_text().splitlines()]


def returned(answer: Path) -> dict[str, list[str]]:
    """The codes of an answer by class; a class without a remark is left out."""
    codes: defaultdict[str, list[str]] = defaultdict(list)
    for element in etree.parse(answer).getroot().iter("{*}RetourCode"):
        if element.text not in {"0200", "8001"}:
            at = next(islice(element.iterancestors(), 1, None))
            codes[etree.QName(at).localname].append(element.text or "")
    return codes


def test_process_finds_every_fault_under_its_code_and_nothing_else(region: Desk) -> None:
    expected, found = account(region), set()
    refused = {row["sha256"]: row["codes"] for row in listed(region, "out/notices.jsonl")}
    told = {(row["message_sha256"], row["kind"]) for row in listed(region, "out/*/signals.jsonl")}
    for message in json.loads((region.folder / "report.json").read_text())["messages"]:
        answer = message["answer"]
        codes = returned(region.folder / "out" / answer) if answer else {}
        fault = expected.get(message["sha256"])
        if fault is None:
            assert (message["outcome"], codes) == ("answered" if answer else "stored", {}), message
            continue
        found.add(fault["fault"])
        assert message["outcome"] == fault["outcome"]
        if fault["level"] == "signal":
            assert (message["sha256"], fault["fault"][4:].lower()) in told
        elif message["outcome"] == "refused":
            assert refused[message["sha256"]] == fault["codes"], fault
        else:
            product = "StartProduct" if message["type"].endswith("305") else "StopProduct"
            at = "Header" if fault["level"] == "header" else product
            assert codes == {at: fault["codes"]}, fault
    assert found == FAULTS.keys()
