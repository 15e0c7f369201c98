"""Settling a year of a region and making its reports, beside the processing of the same lines."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine

from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.traffic import messages_of
from desk.workbook import workbook
from processors.tables import Table, csv_bytes
from rules.facts import Choices
from store.database import open_store, transaction, trial
from store.registers import load, save
from store.reports import Reach
from streams import report
from streams.close import close
from streams.embedded import Embedded
from streams.files import write_files
from streams.house import House
from streams.settings import Settings
from streams.settle import settle, settlement_files
from streams.sources import Source

YEAR: Final = 2026
YEAR_LINES: Final = 200_000
LIMIT_SECONDS: Final = 30.0
_REPORTS: Final = (
    report.production_report, report.growth_report, report.market_report, report.turnover_report,
    report.realisation_report, report.rejections_report,
)  # fmt: skip


class CostFigures(NamedTuple):
    """Seconds of one core: `processing` of the year, then every step of settling and reporting it."""

    lines: int
    processing: float
    steps: dict[str, float]

    @property
    def whole(self) -> float:
        """Settling and all reports, with their files."""
        return sum(self.steps.values())

    @property
    def ratio(self) -> float:
        """Settling and reporting ÷ processing."""
        return self.whole / self.processing


def measure_costs(folder: Path, lines: int) -> CostFigures:
    """Process a year of five municipalities, close its batches, settle it and make every report."""
    engine = open_store(f"sqlite:///{folder / 'year.db'}")
    decided, processing = _process_year(engine, folder, lines)
    steps: dict[str, float] = {}
    with trial(engine) as connection:
        register = load(connection)
        done = _timed(steps, "settle", lambda: settle(connection, register, YEAR))
        _timed(steps, "settle, files", lambda: write_files(folder / "out", settlement_files(done)))
        source = report.Source(connection, register)
        for make in _REPORTS:
            name = make.__name__.removesuffix("_report")
            tables = _timed(steps, name, partial(make, source, Reach(YEAR)))
            _timed(steps, f"{name}, csv", partial(list, map(csv_bytes, tables)))
            _timed(steps, f"{name}, xlsx", partial(workbook, tables, "nl"))
        busiest = _busiest(report.market_report(source, Reach(YEAR))[0])
        _timed(steps, "lines of the largest", lambda: report.lines_report(source, busiest))
    engine.dispose()
    return CostFigures(decided, processing, steps)


def _process_year(engine: Engine, folder: Path, lines: int) -> tuple[int, float]:
    rng = Random(1)
    region = make_region(rng, municipalities=5, lines=lines, months=months_from(date(YEAR, 1, 1), 12))
    rows = {**register_rows(region), "payment_blocks": ()}
    with transaction(engine) as connection:
        save(connection, rows, recorded_at="2026-01-01T00:00:00", after_message=0)
    runtime = Embedded(engine, House(Choices()), Settings(group_messages=500), folder / "processed")
    sources = (Source(m.name, m.content) for m in messages_of(rng, region, fault_share=0.05, faults={}))
    first = next(sources)
    began = process_time()
    decided = sum(o.lines for o in runtime.process(chain([first], sources), region.received_on))
    processing = process_time() - began
    for town in region.towns:
        with transaction(engine, alone=True) as connection:
            close(connection, load(connection), town.code, date(YEAR, 12, 31))
    return decided, processing


def _busiest(market: Table) -> Reach:
    largest = market.rows[0]
    return Reach(YEAR, domain=str(largest[0]), provider=str(largest[2]))


def _timed(steps: dict[str, float], name: str, step: Callable[[], Any]) -> Any:
    gc.collect()
    began = perf_counter()
    found = step()
    steps[name] = perf_counter() - began
    return found
