"""What the standard demands: one rule, one file; the catalogue; what a rule may know."""

from typing import Final

RULE_SET: Final = "iStandaarden 3.2 / 2026.1"
