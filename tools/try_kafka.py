"""A whole pipeline on this machine: a broker, a PostgreSQL, a worker with its relay, and a region through it.

`python -m tools.try_kafka [--lines N] [--folder DIR]` makes a synthetic region, processes it in one
process and through Kafka, and compares both: every output file, byte for byte, and every table. The topics
have one partition here: with more, who reaches a ceiling first depends on which partition is read first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import text

from desk.commands.generate import make
from store.database import open_store
from streams.kafka.topics import create_topics
from streams.settings import Settings
from tools.local_kafka import local_kafka
from tools.local_postgresql import local_postgresql

_SCRIPT: Final = [sys.executable, "-c", "from desk.cli import main; main()"]
_TABLES: Final = {
    "message": "SELECT sha256, type, outcome, claimed_cents, granted_cents, lines, rejected,"
    " answer_identification FROM message",
    "line": "SELECT m.sha256, l.reference, l.state, l.amount_cents, l.used_volume, l.price_row FROM line l"
    " JOIN message m ON m.id = l.message_id",
    "allocation": "SELECT municipality, domain, number, used_volume, used_cents FROM allocation"
    " LEFT JOIN allocation_use ON allocation_id = id",
    "outbox": "SELECT m.sha256, o.topic, o.name, o.body FROM outbox o JOIN message m ON m.id = o.message_id",
    "fault": "SELECT sha256, outcome, reason, detail FROM fault",
}


def main() -> int:
    """Run it; 0 when both ways give the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--folder", type=Path, default=Path("kafka-local"))
    chosen = parser.parse_args()
    folder: Path = chosen.folder
    shutil.rmtree(folder, ignore_errors=True)
    made = make(folder / "region", 1, 4, chosen.lines, 1, date(2026, 3, 1), 0.05, {}, False)
    with local_kafka(folder / "kafka") as broker, local_postgresql() as server:
        embedded = {"DECLASTROOM_DATABASE_URL": f"sqlite:///{folder / 'embedded.db'}"}
        through = {
            "DECLASTROOM_DATABASE_URL": server.url(),
            "DECLASTROOM_KAFKA_BOOTSTRAP": broker.bootstrap,
        }
        asyncio.run(create_topics(Settings(kafka_bootstrap=broker.bootstrap, kafka_partitions=1)))
        print(f"broker {broker.bootstrap}, database {server.url()}", flush=True)
        took = [
            _process(folder, embedded, "embedded", made.received_on),
            _through_kafka(folder, through, made.received_on),
        ]
        same_files = _files(folder / "embedded") == _files(folder / "kafka-out")
        tables = {name: _rows(embedded, sql) == _rows(through, sql) for name, sql in _TABLES.items()}
    count = len(_files(folder / "kafka-out"))
    print(f"in one process: {took[0]:.1f} s; through Kafka: {took[1]:.1f} s")
    print(f"output folders: {'the same' if same_files else 'DIFFERENT'}, {count} files")
    for name, same in tables.items():
        print(f"table {name}: {'the same' if same else 'DIFFERENT'}")
    return 0 if same_files and all(tables.values()) else 1


def _through_kafka(folder: Path, environment: Mapping[str, str], received_on: str) -> float:
    _run(["register", "import", str(folder / "region" / "register")], environment)
    worker = subprocess.Popen([*_SCRIPT, "worker"], env=os.environ | environment)
    try:
        begin = time.monotonic()
        messages = str(folder / "region" / "messages")
        out = ["--out", str(folder / "kafka-out"), "--received-on", received_on]
        _run(["process", messages, *out, "--via", "kafka"], environment)
        took = time.monotonic() - begin
        _run(["status"], environment)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait()
    return took


def _process(folder: Path, environment: Mapping[str, str], out: str, received_on: str) -> float:
    _run(["register", "import", str(folder / "region" / "register")], environment)
    begin = time.monotonic()
    messages = str(folder / "region" / "messages")
    _run(["process", messages, "--out", str(folder / out), "--received-on", received_on], environment)
    return time.monotonic() - begin


def _run(arguments: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run([*_SCRIPT, *arguments], env=os.environ | environment, check=True)


def _files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def _rows(environment: Mapping[str, str], query: str) -> list[str]:
    """Rows as text in an order that does not depend on the database."""
    engine = open_store(environment["DECLASTROOM_DATABASE_URL"])
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    return sorted(str([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in rows)


if __name__ == "__main__":
    sys.exit(main())
