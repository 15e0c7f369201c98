"""Tests that must find something: every bug in `bugs` breaks an invariant before long."""

from __future__ import annotations

import pytest

from schemas.batch import ConservationError
from store.database import StoreUnavailable
from tests.controls.bugs import BUGS, infected
from tests.simulation.answers import Wrong
from tests.simulation.history import History

WITHIN = 400  # histories; the simulation itself plays two thousand


@pytest.mark.parametrize("name", BUGS)
def test_the_simulation_finds(name: str) -> None:
    with infected(name) as machine:
        for seed in range(WITHIN):
            try:
                History(machine, seed).run()
            except (Wrong, StoreUnavailable, ConservationError):  # the oracle, the store or the product
                return
    pytest.fail(f"{WITHIN} histories did not find it")


def test_there_are_a_dozen_at_least() -> None:
    assert len(BUGS) >= 24
