"""All texts for people, Dutch with English beside it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def rule_texts() -> dict[str, dict[str, Any]]:
    """Per rule: `who` acts by default, and per language `says` (with {found}, {expected}) and `fix`."""
    text = (files("reference.texts") / "rules.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
