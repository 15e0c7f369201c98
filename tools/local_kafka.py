"""A real Apache Kafka broker in a local folder: one node, no containers, nothing installed.

The jars come from Maven Central once and are kept in the user's cache. Needs `mvn` and Java 17.

`python -m tools.local_kafka FOLDER` runs one until it is interrupted and prints its address.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tools.ports import free_ports

KAFKA_VERSION: Final = "3.9.1"
_LOGGING: Final = "log4j.rootLogger=WARN, file\nlog4j.appender.file=org.apache.log4j.ConsoleAppender\n" \
    "log4j.appender.file.layout=org.apache.log4j.PatternLayout\n" \
    "log4j.appender.file.layout.ConversionPattern=%d %p %c{1} %m%n\n"  # fmt: skip
_POM: Final = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
 <groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
 <dependencies>
  <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
   <version>{KAFKA_VERSION}</version></dependency>
  <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId>
   <version>1.7.36</version></dependency>
 </dependencies></project>
"""


def jars() -> Path:
    """The folder with the jars of the broker, fetched on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "declastroom" / f"kafka-{KAFKA_VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            (folder / "pom.xml").write_text(_POM)
            (folder / "log4j.properties").write_text(_LOGGING)
            subprocess.run(
                ["mvn", "-B", "-q", "-f", folder / "pom.xml", "dependency:copy-dependencies",
                 "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'libs'}"],
                check=True, stdout=sys.stderr,
            )  # fmt: skip
            (folder / "ready").touch()
    return folder


class LocalKafka:
    """One broker with its data below `folder`. It keeps its address over stops and kills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self._controller = free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._properties = folder / "server.properties"
        self._properties.write_text(self._settings())

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process of the broker that runs now."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the broker and wait until it answers. Formats its folder on first use."""
        if not (self.folder / "data" / "meta.properties").exists():
            tool = [*self._java(), "kafka.tools.StorageTool"]
            identity = subprocess.run([*tool, "random-uuid"], check=True, capture_output=True, text=True)
            command = [*tool, "format", "-t", identity.stdout.split()[-1], "-c", str(self._properties)]
            subprocess.run(command, check=True, capture_output=True)
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._java(), "kafka.Kafka", str(self._properties)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        asyncio.run(self._answers())

    def stop(self) -> None:
        """End it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would: kill -9."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    async def _answers(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self._listens() and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        while True:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5000)
            try:
                await admin.start()
                await admin.list_topics()
            except (KafkaError, OSError):
                if time.monotonic() > deadline or self._process is None or self._process.poll() is not None:
                    raise TimeoutError(f"no broker; see {self.folder / 'broker.log'}") from None
                await asyncio.sleep(0.2)
            else:
                return
            finally:
                with contextlib.suppress(KafkaError, OSError):
                    await admin.close()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _java(self) -> list[str]:
        home = jars()
        return [
            "java", "-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Djava.awt.headless=true", f"-Dlog4j.configuration=file:{home / 'log4j.properties'}",
            "-cp", f"{home / 'libs'}/*",
        ]  # fmt: skip

    def _settings(self) -> str:
        return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{self._controller}
listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self._controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={self.folder / "data"}
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
initial.broker.registration.timeout.ms=60000
auto.create.topics.enable=false
message.max.bytes=31457280
replica.fetch.max.bytes=31457280
log.segment.bytes=134217728
"""


@contextmanager
def local_kafka(folder: Path) -> Iterator[LocalKafka]:
    """A broker for as long as it is needed."""
    broker = LocalKafka(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


if __name__ == "__main__":
    with local_kafka(Path(sys.argv[1])) as running:
        print(running.bootstrap, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
