"""How to reach a broker: addresses, certificates, names and passwords from files."""

from __future__ import annotations

import ssl
from typing import Any

from faust.auth import SASLCredentials, SSLCredentials

from streams.settings import Settings


def client_options(settings: Settings) -> dict[str, Any]:
    """Options of every client of aiokafka."""
    options: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap.split(",")}
    secure = settings.kafka_ca_file is not None
    if secure:
        options["ssl_context"] = _context(settings)
    if settings.kafka_username is None:
        return options | ({"security_protocol": "SSL"} if secure else {})
    return options | {
        "security_protocol": "SASL_SSL" if secure else "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.kafka_username,
        "sasl_plain_password": _password(settings),
    }


def credentials(settings: Settings) -> SASLCredentials | SSLCredentials | None:
    """The same for faust."""
    context = None if settings.kafka_ca_file is None else _context(settings)
    if settings.kafka_username is not None:
        return SASLCredentials(
            username=settings.kafka_username,
            password=_password(settings),
            mechanism="SCRAM-SHA-512",
            ssl_context=context,
        )
    return None if context is None else SSLCredentials(context)


def _context(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.kafka_ca_file)


def _password(settings: Settings) -> str:
    if settings.kafka_password_file is None:
        raise ValueError("kafka_username is set and kafka_password_file is not")
    return settings.kafka_password_file.read_text(encoding="utf-8").strip()
