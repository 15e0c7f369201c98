"""The figures beside their targets, as tables or as JSON. A figure is told, never judged by exit status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.measure import Result
from desk.screen import print_table

_UNITS = {"times": "{:.2f} ×", "MiB": "{:.0f} MiB", "seconds": "{:.1f} s"}


@dataclass(frozen=True)
class Figure:
    """One figure in `unit` (times, MiB, seconds), and what it may be at most; None: nothing was promised."""

    name: str
    value: float
    unit: str
    limit: float | None

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached."""
        return None if self.limit is None else self.value <= self.limit


@dataclass(frozen=True)
class Report:
    """The worlds that were timed with the targets of their ratios, and the other figures."""

    worlds: Sequence[tuple[Result, float | None]]
    figures: Sequence[Figure]
    skipped: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values; seconds and bytes."""
        return {
            "worlds": [_world(result, limit) for result, limit in self.worlds],
            "figures": [{**asdict(each), "reached": each.reached} for each in self.figures],
            "skipped": list(self.skipped),
        }

    def show(self) -> None:
        """All of it as tables."""
        print_table(
            "Whole ÷ floor",
            ("323s", ">messages", ">lines", ">MiB", ">floor ms", ">whole ms", ">lines/s", ">ratio",
             ">CPU ratio", ">target", "reached"),
            (_row(result, limit) for result, limit in self.worlds),
        )  # fmt: skip
        print_table(
            "Other figures",
            ("figure", ">value", ">target", "reached"),
            (
                (f.name, _value(f.value, f.unit), _target(f.limit, f.unit), _yes(f.reached))
                for f in self.figures
            ),
        )
        for name in self.skipped:
            print(f"not measured: {name}")


def _world(result: Result, limit: float | None) -> dict[str, Any]:
    return {
        "name": result.name,
        "messages": result.messages,
        "lines": result.lines,
        "bytes": result.size,
        "rounds": len(result.rounds),
        "floor_seconds": result.floor,
        "whole_seconds": result.whole,
        "lines_per_second": result.lines / result.whole,
        "ratio": result.ratio,
        "cpu_ratio": result.cpu_ratio,
        "limit": limit,
        "reached": None if limit is None else result.ratio <= limit,
    }


def _row(result: Result, limit: float | None) -> tuple[str, ...]:
    return (
        result.name,
        f"{result.messages:,}",
        f"{result.lines:,}",
        f"{result.size / 2**20:.2f}",
        f"{result.floor * 1000:.1f}",
        f"{result.whole * 1000:.1f}",
        f"{result.lines / result.whole:,.0f}",
        f"{result.ratio:.2f}",
        f"{result.cpu_ratio:.2f}",
        _target(limit, "times"),
        _yes(None if limit is None else result.ratio <= limit),
    )


def _value(value: float, unit: str) -> str:
    return _UNITS[unit].format(value)


def _target(limit: float | None, unit: str) -> str:
    return "-" if limit is None else f"≤ {_value(limit, unit)}"


def _yes(reached: bool | None) -> str:
    return "-" if reached is None else "yes" if reached else "no"
