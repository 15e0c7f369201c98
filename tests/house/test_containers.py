"""The containers are what they should be: pinned, not root, closed to the outside; their commands exist."""

from __future__ import annotations

import re
from typing import Any

import yaml

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
        check = SERVICES[name].get("healthcheck")
        assert check is None or check["test"][1:3] == ["declastroom", "status"]


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
