"""The day it is where Dutch messages are received."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")


def today() -> date:
    """Today in the Netherlands; only the edges of the program ask."""
    return datetime.now(AMSTERDAM).date()
