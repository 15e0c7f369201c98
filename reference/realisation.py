"""Which part of what is allocated comes to be claimed: observed shares, by domain and category."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import yaml

WHOLE: Final = 1000


@cache
def _shares() -> dict[str, dict[str, int]]:
    return dict(yaml.safe_load((files("reference") / "realisation.yaml").read_text(encoding="utf-8")))


def realised_share(domain: str, category: str | None) -> int:
    """The share in thousandths; of a category without a figure, or of none, that of the whole domain."""
    shares = _shares()[domain]
    return shares.get(category or "other", shares["other"])
