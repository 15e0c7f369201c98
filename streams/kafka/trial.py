"""A child that decides one message without storing anything, to see whether a process survives it.

Reads the message from standard input; settings from the environment.
"""

from __future__ import annotations

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from store.database import open_store, trial
from store.inbox import Inbox
from streams.group import decide_one, refresh
from streams.house import House
from streams.settings import Settings
from streams.sources import Source


def main() -> None:
    """Decide and forget; a defect that raises is no reason to fail, an end of the process is."""
    settings = Settings()
    house = House(settings.choices(), settings.pseudonym_key())
    content = sys.stdin.buffer.read()
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    with trial(open_store(settings.database_url), writes=True) as connection:
        refresh(house, connection)
        try:
            decide_one(Inbox(connection), house, Source("trial", content), today)
        except MemoryError:
            raise
        except Exception:
            return


if __name__ == "__main__":
    main()
