"""Settings, from the environment (`DECLASTROOM_…`) or files; every open choice of the standard is one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from rules.facts import Choices

DEFAULT_DATABASE = "sqlite:///declastroom.db"
SHORTEST_KEY_BYTES: Final = 32
_EXPECTED: Final = {
    "bool_parsing": "true or false",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "literal_error": "{expected}",
    "greater_than_equal": "at least {ge}",
    "value_error": "a list in JSON",
    "frozen_set_type": "a list in JSON",
}


class SettingsRefused(Exception):
    """Settings that are wrong: a sentence for each, without the value of a secret."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def _parse_list(value: object) -> object:
    """A list as it stands in an environment. Raises ValueError."""
    return json.loads(value) if isinstance(value, str) else value


Holidays = Annotated[
    frozenset[Literal["good_friday", "liberation_day"]], NoDecode, BeforeValidator(_parse_list)
]
AtLeastOne = Annotated[int, Field(ge=1)]


class Settings(BaseSettings):
    """All settings. Lists and meanings: `docs/reference/settings.md`."""

    model_config = SettingsConfigDict(env_prefix="DECLASTROOM_", frozen=True, extra="ignore")

    database_url: str = DEFAULT_DATABASE
    pseudonym_key_file: Path | None = None
    strict_credits: bool = False
    rejected_lines_use_references: bool = True
    answers_dated: Literal["received", "sent"] = "received"
    worked_holidays: Holidays = frozenset()
    ceiling_payment: Literal["hold_until_due", "pay_and_recover"] = "hold_until_due"
    group_messages: AtLeastOne = 500
    group_bytes: AtLeastOne = 8 * 2**20
    patience_seconds: float = 60.0
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_prefix: str = "declastroom"
    kafka_group: str = "declastroom"
    kafka_instance: str | None = None
    kafka_session_seconds: float = 45.0
    kafka_group_messages: AtLeastOne = 50
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
        """The secret that names clients in notices; None when none was given.

        Raises OSError, and SettingsRefused when it is so short that a BSN could be found by trying.
        """
        if self.pseudonym_key_file is None:
            return None
        key = self.pseudonym_key_file.read_bytes().strip()
        if len(key) < SHORTEST_KEY_BYTES:
            raise SettingsRefused(
                [
                    f"DECLASTROOM_PSEUDONYM_KEY_FILE: found a key of {len(key)} bytes in"
                    f" {self.pseudonym_key_file}, expected at least {SHORTEST_KEY_BYTES} bytes besides white"
                    f" space; make one with: openssl rand -hex 32 > {self.pseudonym_key_file}"
                ]
            )
        return key


def read_settings(database_url: str | None = None, secrets_folder: str | None = None) -> Settings:
    """Settings from the environment and from files in a folder. Raises SettingsRefused with every fault."""
    given: dict[str, Any] = {} if database_url is None else {"database_url": database_url}
    if secrets_folder is not None:
        if not Path(secrets_folder).is_dir():
            raise SettingsRefused(
                [f"DECLASTROOM_SECRETS_DIR: found {secrets_folder!r}, expected a folder that exists"]
            )
        given["_secrets_dir"] = secrets_folder
    try:
        return Settings(**given)
    except ValidationError as wrong:
        raise SettingsRefused([_fault(each) for each in wrong.errors()]) from None


def _fault(error: Any) -> str:
    """One sentence. No secret is ever here: their settings are text, which is never wrong."""
    expected = _EXPECTED.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    return f"DECLASTROOM_{str(error['loc'][0]).upper()}: found {error['input']!r}, expected {expected}"
