"""The containers are what they should be: pinned, not root, closed to the outside; their commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import Any

import pytest
import yaml

from streams.kafka.condition import Condition
from streams.kafka.health import health
from streams.settings import Settings
from streams.topology import LARGEST_RECORD
from tests.house.pages import ROOT
from tools.local_kafka import KAFKA_VERSION
from tools.make_command_docs import commands

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
KEYS = {
    "image", "build", "user", "read_only", "cap_drop", "security_opt", "tmpfs", "environment", "secrets",
    "restart", "ports", "volumes", "healthcheck", "command", "depends_on", "stop_grace_period",
}  # fmt: skip


def test_there_is_every_part() -> None:
    assert set(SERVICES) == {"kafka", "postgresql", "topics", "worker", "relay"}
    assert set(COMPOSE) == {"name", "x-declastroom", "services", "secrets", "volumes"}
    assert {key for service in SERVICES.values() for key in service} <= KEYS


def test_every_image_is_pinned_to_a_version() -> None:
    base = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    for image in (*base, *(service["image"] for service in SERVICES.values())):
        assert re.fullmatch(r"[a-z/]+:[0-9]+\.[0-9]+(\.[0-9]+)?(-[a-z-]+)?", image), image
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


def test_nothing_runs_as_root_and_nothing_is_open_to_the_outside() -> None:
    for name, service in SERVICES.items():
        assert str(service["user"]).split(":")[0] not in {"root", "0"}, name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
    assert re.search(r"^USER (?!0|root)", DOCKERFILE, re.MULTILINE)


def test_secrets_come_from_files() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        for variable in service.get("environment", {}):
            assert "PASSWORD" not in variable or variable.endswith("_FILE"), name
            assert not variable.endswith("DATABASE_URL"), name
    assert all(secret["file"].startswith("./.secrets/") for secret in COMPOSE["secrets"].values())
    assert ".secrets" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_every_command_and_every_setting_exists() -> None:
    known = {name.removeprefix("declastroom ") for name, _ in commands()}
    settings = {f"DECLASTROOM_{name.upper()}" for name in Settings.model_fields} | {"DECLASTROOM_SECRETS_DIR"}
    for name in ("topics", "worker", "relay"):
        words = [word for word in SERVICES[name]["command"] if not word.startswith("--")]
        assert {" ".join(words), words[0]} & known, name
        assert set(SERVICES[name]["environment"]) <= settings


@pytest.mark.parametrize("name", ["worker", "relay"])
def test_a_worker_is_healthy_as_long_as_it_says_that_it_is_ready(name: str) -> None:
    """The check of the containers, run against the real answer of a worker."""
    port = SERVICES[name]["environment"]["DECLASTROOM_HEALTH_PORT"]
    first, program, *arguments = SERVICES[name]["healthcheck"]["test"]
    assert (first, program) == ("CMD", "python")
    assert re.search(r"^FROM python:", DOCKERFILE, re.MULTILINE)
    condition = Condition(time.monotonic)
    condition.have("assignment")
    with health(Settings(health_port=0), condition) as real:
        command = [sys.executable, *(each.replace(f":{port}/", f":{real}/") for each in arguments)]
        assert command[1:] != arguments
        assert subprocess.run(command, check=False, capture_output=True).returncode == 0
        condition.lack("database", "gone")
        assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_whoever_waits_waits_for_somebody_who_gets_well() -> None:
    for service in SERVICES.values():
        for other, condition in service.get("depends_on", {}).items():
            assert condition["condition"] in {"service_healthy", "service_completed_successfully"}
            assert condition["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]


def test_the_broker_takes_the_largest_record() -> None:
    environment = SERVICES["kafka"]["environment"]
    assert int(environment["KAFKA_MESSAGE_MAX_BYTES"]) == LARGEST_RECORD
    assert int(environment["KAFKA_REPLICA_FETCH_MAX_BYTES"]) == LARGEST_RECORD
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
