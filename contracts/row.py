"""What every row of a register table is: strict, frozen, with a key and with checks between its columns.

A row that does not fit raises pydantic's ValidationError. Faults between columns of a row are one error
of type `row`, whose context lists them as (column, expected).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError


class Row(BaseModel):
    """One row of a register table. `KEY` names the columns that identify it over versions."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)
    KEY: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def part(cls, cells: Mapping[str, str], broken: Collection[str]) -> Self:
        """What can be read of a row that does not fit: it has no attribute for a `broken` column, nor for a
        missing one that it must have."""
        fit = {name: text for name, text in cells.items() if name not in broken}
        row = cls.model_construct(**{name: _cell(cls, name).validate_python(fit[name]) for name in fit})
        for name in broken:
            row.__dict__.pop(name, None)
        return row

    def identity(self) -> tuple[object, ...]:
        """The values that identify the row over versions."""
        return tuple(getattr(self, column) for column in self.KEY)

    def identity_in_words(self) -> str:
        """The key in words, empty columns and the client's BSN left out."""
        shown = ((column, getattr(self, column)) for column in self.KEY if column != "bsn")
        return ", ".join(f"{column} {value}" for column, value in shown if value not in {None, False, ()})

    def between(self) -> Iterator[tuple[str, str]]:
        """Faults between columns: the column to look at, and what would do there."""
        begin, end = getattr(self, "valid_from", None), getattr(self, "valid_until", None)
        if begin is not None and end is not None and end < begin:
            yield "valid_until", f"a day on or after valid_from {begin}"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if faults := tuple(self.between()):
            raise PydanticCustomError("row", "{faults}", {"faults": faults})
        return self


@cache
def _cell(row_type: type[Row], name: str) -> TypeAdapter[Any]:
    field = row_type.model_fields[name]
    kind: Any = Annotated[field.annotation, field]
    return TypeAdapter(kind, config=ConfigDict(strict=True))
