"""Settings, from the environment (`DECLASTROOM_…`) or files; every open choice of the standard is one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

from rules.facts import Choices

DEFAULT_DATABASE = "sqlite:///declastroom.db"


class Settings(BaseSettings):
    """All settings. Lists and meanings: `docs/reference/settings.md`."""

    model_config = SettingsConfigDict(env_prefix="DECLASTROOM_", frozen=True, extra="ignore")

    database_url: str = DEFAULT_DATABASE
    pseudonym_key_file: Path | None = None
    strict_credits: bool = False
    rejected_lines_use_references: bool = True
    answers_dated: Literal["received", "sent"] = "received"
    worked_holidays: frozenset[Literal["good_friday", "liberation_day"]] = frozenset()
    ceiling_payment: Literal["hold_until_due", "pay_and_recover"] = "hold_until_due"
    group_messages: int = 100
    group_bytes: int = 8 * 2**20
    patience_seconds: float = 60.0
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_prefix: str = "declastroom"
    kafka_group: str = "declastroom"
    kafka_instance: str | None = None
    kafka_session_seconds: float = 45.0
    kafka_group_bytes: int = 4 * 2**20
    kafka_most_unpublished: int = 50_000
    kafka_longest_unpublished_seconds: float = 300.0
    kafka_stop_seconds: float = 25.0
    kafka_replication: int = 1
    kafka_partitions: int | None = None
    kafka_ca_file: Path | None = None
    kafka_username: str | None = None
    kafka_password_file: Path | None = None
    health_host: str = "127.0.0.1"
    health_port: int | None = None
    health_silence_seconds: float = 30.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"

    def choices(self) -> Choices:
        """The choices that rules look at."""
        return Choices(
            strict_credits=self.strict_credits,
            rejected_lines_use_references=self.rejected_lines_use_references,
            worked_holidays=tuple(sorted(self.worked_holidays)),
        )

    def pseudonym_key(self) -> bytes | None:
        """The secret that names clients in notices; None when none was given."""
        return None if self.pseudonym_key_file is None else self.pseudonym_key_file.read_bytes().strip()
