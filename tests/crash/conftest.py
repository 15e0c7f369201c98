"""One uninterrupted run that the crash tests compare with."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.crash.driving import Driver
from tests.crash.scenario import OTHER_TOWN, TOWN, Trial, write_messages, write_register


class World(NamedTuple):
    """Messages, a database that knows the register, and what an uninterrupted run makes of them."""

    inbox: Path
    template: Path
    processed: Trial
    closed: Trial


@pytest.fixture(scope="module")
def world(run: Driver, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Made by the same commands, with nothing in their way."""
    folder = tmp_path_factory.mktemp("world")
    inbox, register = write_messages(folder / "inbox"), write_register(folder / "register")
    template = Trial(folder / "template")
    assert run(["register", "import", str(register), "--database", template.url]) == 0
    processed = Trial(folder / "processed", template.settled())
    assert run(processed.process(inbox)) == 0
    closed = Trial(folder / "closed", processed.settled())
    for town in (TOWN, OTHER_TOWN):
        assert run(closed.close(town)) == 0
    return World(inbox, template.database, processed, closed)
