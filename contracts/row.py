"""What every row of a register table is: strict, frozen, with a key and with checks between its columns.

A row that does not fit raises pydantic's ValidationError. Faults between columns of a row are one error
of type `row`, whose context lists them as (column, expected).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


class Row(BaseModel):
    """One row of a register table. `KEY` names the columns that identify it over versions."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)
    KEY: ClassVar[tuple[str, ...]] = ()

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
