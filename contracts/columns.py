"""What each column of a register table holds, told from the types of its row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

from contracts.tables import Row

Holds = Literal["text", "digits", "number", "rate", "day", "yes_no"]


class Column(NamedTuple):
    """`expected` is for people. `many`: a list in one cell.

    `digits` are codes whose own check notices a zero that got lost; `text` is open, so it cannot.
    """

    expected: str
    holds: Holds
    many: bool


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _holds(parts: list[object]) -> Holds:
    if date in parts:
        return "day"
    if bool in parts:
        return "yes_no"
    if int in parts:
        return "number"
    if Decimal in parts:
        return "rate"
    limits = [limit for part in parts if isinstance(part, FieldInfo) for limit in part.metadata]
    fixed = any(getattr(limit, "pattern", "").startswith("^[0-9]{") for limit in limits)
    return "digits" if fixed or any(get_origin(part) is Literal for part in parts) else "text"


@cache
def column(row_type: type[Row], name: str) -> Column:
    """What column `name` of a table holds. Raises KeyError when there is no such column."""
    field = row_type.model_fields[name]
    parts = [field, *_parts(field.annotation)]
    choices = [get_args(part) for part in parts if get_origin(part) is Literal]
    described = [part.description for part in parts if isinstance(part, FieldInfo) and part.description]
    expected = "one of " + ", ".join(choices[0]) if choices else described[0]
    many = any(get_origin(part) is tuple for part in parts)
    return Column(f"{expected} (or more, separated by ;)" if many else expected, _holds(parts), many)


@cache
def required(row_type: type[Row]) -> tuple[str, ...]:
    """The columns a table must have."""
    return tuple(name for name, field in row_type.model_fields.items() if field.is_required())
