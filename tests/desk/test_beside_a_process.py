"""A check and an explanation while somebody takes messages in: they wait for it, and are right about it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rules.facts import Choices
from store.database import open_store, transaction
from store.inbox import Inbox
from store.registers import import_register
from streams.group import refresh
from streams.handle import handle
from streams.house import House
from tests.crash.scenario import BSNS, DAY, OAK, allocation, declaration, line, write_register
from tests.simulation.wire import bytes_of

PROGRAM = Path(sys.executable).with_name("declastroom")


def test_who_looks_while_a_message_is_taken_in_waits_for_it(store_url: str, tmp_path: Path) -> None:
    engine, house = open_store(store_url), House(Choices())
    with transaction(engine, alone=True) as connection:
        register = write_register(tmp_path / "register")
        import_register(connection, register, recorded_at="2026-01-01", after_message=0)
    first, claim = bytes_of(allocation(1, BSNS[0])), bytes_of(declaration("D1", line("R1", 1, BSNS[0])))
    later = tmp_path / "later.xml"
    later.write_bytes(bytes_of(declaration("D2", line("R2", 1, BSNS[0], month=2), month=2)))
    with transaction(engine) as connection:
        refresh(house, connection)
        for content in (first, claim):
            handle(content, "before.xml", DAY, Inbox(connection), house)

    def start(*words: str) -> subprocess.Popen[str]:
        command = [str(PROGRAM), *words, "--database", store_url, "--json"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    with transaction(engine) as connection:
        handle(later.read_bytes(), "later.xml", DAY, Inbox(connection), house)
        checking = start("check", str(later), "--received-on", str(DAY))
        explaining = start("explain", "--provider", OAK, "--domain", "jw", "--reference", "R1")
        time.sleep(3)  # long enough to come to the lock
    checked, explained = _told(checking), _told(explaining)
    assert [row["outcome"] for row in checked["messages"]] == ["duplicate"]
    assert explained["line"]["reference"] == "R1"


def _told(process: subprocess.Popen[str]) -> Any:
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return json.loads(out)
