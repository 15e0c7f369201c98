"""Health and metrics of a worker over HTTP, from a thread of their own: a stuck event loop is seen.

`/livez`: whether the loop still turns; nothing else is asked, so an outage elsewhere restarts nobody.
`/readyz`: whether records are handled, with what is lacking. `/metrics`: for Prometheus.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST

from streams.kafka.condition import Condition
from streams.settings import Settings

log = logging.getLogger("declastroom.worker")


class Answer(NamedTuple):
    """A reply to a question over HTTP."""

    status: HTTPStatus
    kind: str
    body: bytes


def answer(path: str, condition: Condition, most_silent: float) -> Answer:
    """The answer to a path. The loop may be silent for at most `most_silent` seconds."""
    if path == "/metrics":
        condition.meters.ready.set(condition.ready)
        condition.meters.silence.set(condition.silence())
        return Answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, condition.meters.text())
    silent = condition.silence()
    lacks = {"loop": f"silent for {silent:.0f} s"} if silent > most_silent else {}
    if path == "/readyz":
        lacks |= condition.lacks
    elif path != "/livez":
        return Answer(HTTPStatus.NOT_FOUND, "application/json", b"{}\n")
    status = HTTPStatus.SERVICE_UNAVAILABLE if lacks else HTTPStatus.OK
    body = {"ok": not lacks, "lacks": lacks}
    return Answer(status, "application/json", json.dumps(body).encode() + b"\n")


@contextmanager
def health(settings: Settings, condition: Condition) -> Iterator[int | None]:
    """Answer as long as this lasts, when a port is set; gives the port (a free one where 0 was set).

    Raises OSError when the port is taken.
    """
    if settings.health_port is None:
        yield None
        return
    most_silent = settings.health_silence_seconds

    class Questions(_Questions):
        reply = staticmethod(lambda path: answer(path, condition, most_silent))

    with ThreadingHTTPServer((settings.health_host, settings.health_port), Questions) as server:
        server.daemon_threads = True
        port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
        log.info("health is told", extra={"port": port})
        try:
            yield port
        finally:
            server.shutdown()


class _Questions(BaseHTTPRequestHandler):
    timeout = 5  # seconds that a client may take to ask
    server_version = "declastroom"
    sys_version = ""
    reply: ClassVar[Any]

    def do_GET(self) -> None:
        """Answer one question."""
        told: Answer = self.reply(self.path.partition("?")[0])
        self.send_response(told.status)
        self.send_header("Content-Type", told.kind)
        self.send_header("Content-Length", str(len(told.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(told.body)

    def log_message(self, format: str, *args: Any) -> None:
        """A question every few seconds is no event."""
