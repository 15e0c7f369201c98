"""What is used of an allocation, as it was read and as it becomes."""

from __future__ import annotations

Counter = tuple[int, int | None, int | None, int, int]
"""Id of the allocation, volume and cents as read (None: never used), volume and cents as they become."""
