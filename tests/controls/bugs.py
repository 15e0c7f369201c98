"""Bugs put into the product on purpose: what the simulation is worth is how soon it finds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch

from sqlalchemy import delete

import rules.external.tr346 as amount_rule
import schemas.xml.write_answer as answer_writer
from processors import answer, assess
from rules.catalogue import Catalogue
from rules.facts import CREDITED, LIVE
from rules.volume import cap_in_total, counted
from schemas.declaration import Line
from schemas.money import half_up
from store import declarations
from store.batch_tables import batch_message
from store.inbox import Inbox
from streams import close, handle_declaration
from tests.simulation.machine import Machine

Bug = Callable[[Machine, ExitStack], None]
BUGS: dict[str, Bug] = {}


def _bug(function: Bug) -> Bug:
    BUGS[function.__name__] = function
    return function


@contextmanager
def infected(name: str) -> Iterator[Machine]:
    """A machine that runs the product with one bug."""
    machine = Machine()
    with ExitStack() as stack:
        BUGS[name](machine, stack)
        yield machine


def _rule(machine: Machine, rule_id: str, holds: Callable[..., bool]) -> None:
    catalogue = machine.house.catalogue
    changed = [replace(r, holds=holds) if r.id == rule_id else r for r in catalogue]
    machine.house.catalogue = Catalogue(changed)


def _left_out(stack: ExitStack, guarded: str) -> None:
    """Leave out a guarded statement of the store."""
    stack.enter_context(patch.object(declarations, guarded, lambda *_: None))


def _wrapped(stack: ExitStack, module: Any, name: str, around: Callable[..., Any]) -> None:
    stack.enter_context(patch.object(module, name, around(vars(module)[name])))


@_bug
def credit_of_a_rejected_debit(machine: Machine, stack: ExitStack) -> None:
    _rule(machine, "TR323", lambda line, facts: line.previous in facts.earlier_lines)
    _left_out(stack, "_credit")


@_bug
def credit_of_another_amount(machine: Machine, stack: ExitStack) -> None:
    def lax(line: Line, facts: Any) -> bool:
        original = facts.earlier_lines.get(line.previous)
        return original is not None and original.state in {LIVE, CREDITED}

    _rule(machine, "TR323", lax)


@_bug
def credit_twice(machine: Machine, stack: ExitStack) -> None:
    _rule(machine, "TR390", lambda line, facts: True)
    _left_out(stack, "_credit")


@_bug
def half_to_even(machine: Machine, stack: ExitStack) -> None:
    def half_even(numerator: int, denominator: int) -> int:
        low, rest = divmod(numerator, denominator)
        return low + (2 * rest > denominator or (2 * rest == denominator and low % 2))

    stack.enter_context(patch.object(amount_rule, "half_up", half_even))


@_bug
def rounded_price_per_minute(machine: Machine, stack: ExitStack) -> None:
    def from_rounded(numerator: int, denominator: int, _: Any = half_up) -> int:
        return half_up(9345, denominator) * (numerator // 9345)

    stack.enter_context(patch.object(amount_rule, "half_up", from_rounded))


@_bug
def debt_forgotten(machine: Machine, stack: ExitStack) -> None:
    def positive(real: Any) -> Any:
        return lambda *given: {agb: cents for agb, cents in real(*given).items() if cents > 0}

    _wrapped(stack, close, "balances", positive)


@_bug
def batch_covers_nothing(machine: Machine, stack: ExitStack) -> None:
    def uncovered(real: Any) -> Any:
        def save(connection: Any, *given: Any) -> None:
            real(connection, *given)
            connection.execute(delete(batch_message))

        return save

    _wrapped(stack, close, "save_batch", uncovered)


@_bug
def cut_off_ignored(machine: Machine, stack: ExitStack) -> None:
    def all_of_them(real: Any) -> Any:
        return lambda connection, town, cut_off: [
            each._replace(received_on=cut_off) for each in real(connection, town, date(2099, 1, 1))
        ]

    _wrapped(stack, close, "open_declarations", all_of_them)


@_bug
def blocks_ignored(machine: Machine, stack: ExitStack) -> None:
    _wrapped(stack, close, "close_batch", lambda real: lambda *a, **k: real(*a, **(k | {"blocks": ()})))


@_bug
def another_municipality_pays(machine: Machine, stack: ExitStack) -> None:
    def of_all(real: Any) -> Any:
        return lambda connection, town, cut_off: [
            each for code in ("0384", "0363", "0518") for each in real(connection, code, cut_off)
        ]

    for name in ("open_declarations", "granted_lines"):
        _wrapped(stack, close, name, of_all)


@_bug
def control_sum_off_by_a_cent(machine: Machine, stack: ExitStack) -> None:
    def spoil(real: Any) -> Any:
        def make(*given: Any) -> Any:
            content = real(*given)
            return content and re.sub(rb"(CtrlSum>)\d+", rb"\g<1>1", content)

        return make

    _wrapped(stack, close, "pain001", spoil)


@_bug
def sign_lost(machine: Machine, stack: ExitStack) -> None:
    stack.enter_context(patch.object(Line, "signed_cents", property(lambda line: line.amount_cents)))


@_bug
def zero_is_a_credit(machine: Machine, stack: ExitStack) -> None:
    def wrong(cents: int) -> tuple[int, str]:
        return abs(cents), "D" if cents > 0 else "C"

    stack.enter_context(patch.object(answer_writer, "unsigned", wrong))


@_bug
def answer_lists_granted_lines(machine: Machine, stack: ExitStack) -> None:
    everything = property(lambda assessment: list(range(len(assessment.states))))
    stack.enter_context(patch.object(assess.Assessment, "rejected_positions", everything))
    stack.enter_context(patch.object(answer, "check_answer", lambda *_: None))


@_bug
def counters_never_move(machine: Machine, stack: ExitStack) -> None:
    stack.enter_context(patch.object(Inbox, "move_counters", lambda *_: True))


@_bug
def credited_line_stays_live(machine: Machine, stack: ExitStack) -> None:
    _left_out(stack, "_credit")


@_bug
def cap_one_hour_too_high(machine: Machine, stack: ExitStack) -> None:
    def lax(line: Line, allocation: Any, facts: Any) -> bool:
        cap = None if allocation.size is None else cap_in_total(allocation, allocation.size)
        used = facts.used_volume[allocation.number]
        return cap is None or used + counted(line.volume, line.unit) <= cap + 60

    _rule(machine, "TR322", lax)


@_bug
def budget_unwatched(machine: Machine, stack: ExitStack) -> None:
    _rule(machine, "TR369", lambda line, allocation, facts: True)


@_bug
def second_debit_in_a_month(machine: Machine, stack: ExitStack) -> None:
    _rule(machine, "TR389", lambda line, allocation, facts: True)


@_bug
def reference_used_again(machine: Machine, stack: ExitStack) -> None:
    _rule(machine, "TR314", lambda line, facts: True)


@_bug
def debits_before_credits(machine: Machine, stack: ExitStack) -> None:
    def debits_first(declaration: Any) -> list[Line]:
        return sorted(declaration.lines, key=lambda line: line.side == "C")

    stack.enter_context(patch.object(assess, "in_order", debits_first))


@_bug
def duplicate_not_noticed(machine: Machine, stack: ExitStack) -> None:
    stack.enter_context(patch.object(Inbox, "seen", lambda *_: None))


@_bug
def identification_of_another_provider(machine: Machine, stack: ExitStack) -> None:
    def over_all(real: Any) -> Any:
        def facts(inbox: Inbox, relation_id: int, declaration: Any) -> Any:
            used = inbox.execute(
                "SELECT 1 FROM message WHERE type LIKE '%323' AND identification = ?",
                (declaration.header.identification,),
            ).fetchone()
            return real(inbox, relation_id, declaration)._replace(identification_used=used is not None)

        return facts

    _wrapped(stack, handle_declaration, "header_facts", over_all)


@_bug
def attempt_not_undone(machine: Machine, stack: ExitStack) -> None:
    def keep(inbox: Inbox, savepoint: str) -> None:
        inbox.execute(f"RELEASE {savepoint}")

    stack.enter_context(patch.object(Inbox, "roll_back", keep))


@_bug
def answer_not_put_out(machine: Machine, stack: ExitStack) -> None:
    put_out = Inbox.put_out

    def forget(inbox: Inbox, message_id: int, topic: str, name: str, body: bytes) -> None:
        if message_id % 7 or topic != "answers":
            put_out(inbox, message_id, topic, name, body)

    stack.enter_context(patch.object(Inbox, "put_out", forget))
