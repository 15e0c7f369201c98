"""Every hostile case meets the gate: the outcome that was foreseen, in bounded time, nothing given away."""

from __future__ import annotations

import re
from time import process_time

import pytest

from reference.texts import fault_texts
from schemas.declaration import Declaration
from schemas.xml.fault import Fault
from schemas.xml.gate import Admitted, admit
from schemas.xml.read_declaration import read_declaration
from schemas.xml.zip import messages_in_zip
from tests.hostile.base import VALID, Case
from tests.hostile.corpus import all_cases

_VALID = VALID.encode()
_SECONDS = 5  # of one core; a case of 25 MB takes about half a second


def judge(data: bytes) -> Declaration | Fault:
    """What the gate and the reader make of a file."""
    admitted = admit(data)
    return admitted if isinstance(admitted, Fault) else read_declaration(admitted.root, admitted.message_type)


def _outcome(case: Case) -> Declaration | Fault:
    if case.category != "Z":
        return judge(case.data)
    messages = messages_in_zip(case.data)
    if isinstance(messages, Fault):
        return messages
    results = [judge(data) for _, data in messages]
    return next((result for result in results if isinstance(result, Fault)), results[0])


def _wrong(case: Case) -> list[str]:
    """What is wrong with the way a case is treated."""
    begin = process_time()
    result = _outcome(case)
    wrong = [f"{process_time() - begin:.1f} s"] if process_time() - begin > _SECONDS else []
    if isinstance(result, Fault):
        shown = " ".join(part for part in result[:5] if part)
        numbers = set(re.findall("[0-9]{9}", case.data[:1_000_000].decode("utf-8", "replace")))
        wrong += ["a BSN in the fault"] if any(number in shown for number in numbers) else []
        wrong += ["no text for its reason"] if result.reason not in fault_texts() else []
        if result.outcome == "refused" and None in (result.path, result.found, result.expected):
            wrong.append("a refusal without path, found or expected")
        found: tuple[str, str | None] = (result.outcome, result.reason)
    else:
        found = ("admitted", None)
        line = result.lines[0]
        read = {**line._asdict(), "as_written": line.texts.allocation}
        wrong += [
            f"{name} read as {read[name]!a}" for name, value in case.reads.items() if read[name] != value
        ]
    if found != (case.outcome, case.reason):
        wrong.append(f"{found} instead of {(case.outcome, case.reason)}")
    if not isinstance(admit(_VALID), Admitted):
        wrong.append("a valid message is not admitted after it")
    return [f"{case.id} {case.sentence}: {text}" for text in wrong]


@pytest.mark.parametrize("category", "ABCDEFGHIJLZ")
def test_every_case_of_a_category(category: str) -> None:
    assert [text for case in all_cases() if case.category == category for text in _wrong(case)] == []


def test_the_corpus_is_large_and_every_case_has_its_own_id() -> None:
    ids = [case.id for case in all_cases()]
    assert len(ids) == len(set(ids))
    assert sum(id_[0] in "ABCDEFGHIJ" for id_ in ids) >= 250


def test_a_fault_is_the_same_the_second_time() -> None:
    for case in all_cases():
        if case.outcome == "refused" and len(case.data) < 100_000:
            assert _outcome(case) == _outcome(case), case.id
