"""A PostgreSQL server of one's own, from the packages of the machine: for tests, measurements and a try.

    python -m tools.local_postgresql start FOLDER     prints the URL of its database
    python -m tools.local_postgresql stop FOLDER

It listens on 127.0.0.1 only, on a free port, without passwords. PostgreSQL refuses to run as root;
then it runs as the user `postgres` that its package made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from tools.ports import free_ports

_MISSING: Final = "PostgreSQL is not installed on this machine: apt-get install postgresql"
_USER: Final = "declastroom"
_START_SECONDS: Final = 60


class PostgresqlMissing(Exception):
    """The programs of a PostgreSQL server are not on this machine."""


class LocalPostgresql:
    """A server with its data in one folder."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._programs = _programs()
        self._settings = settings or {}
        self.port = 0

    def start(self) -> None:
        """Start the server, on the same port again once it has one; returns when it answers."""
        if not self._data.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                account = pwd.getpwnam("postgres")
                os.chown(self._folder, account.pw_uid, account.pw_gid)
            make = ("--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", f"--username={_USER}", "--no-sync")
            self._run("initdb", *make)
        self.port = self.port or self._known_port() or free_ports(1)[0]
        told = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **self._settings,
        }
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in told.items())
        log = str(self._folder / "server.log")
        self._run("pg_ctl", "start", "--wait", f"--timeout={_START_SECONDS}", f"--log={log}", "-o", options)

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server: `fast` ends its sessions in order, `immediate` as if the machine had failed."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def kill(self) -> None:
        """Kill the server and all its sessions at once, and wait until they are gone."""
        first = self.pid
        for number in (first, *_children(first)):
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while _alive(first):
            time.sleep(0.02)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    @property
    def pid(self) -> int:
        """The first process of the server that runs now; the others are its children."""
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{database}"

    def _known_port(self) -> int:
        options = self._data / "postmaster.opts"
        words = options.read_text().replace('"', "").split() if options.exists() else []
        return next((int(word[5:]) for word in words if word.startswith("port=")), 0)

    def _run(self, program: str, *arguments: str) -> None:
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        command = [str(self._programs / program), "-D", str(self._data), *arguments]
        told = self._folder / f"{program}.txt"  # a server keeps a pipe of its starter open for ever
        with told.open("wb") as output:
            done = subprocess.run(
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                check=False, **as_user,
            )  # fmt: skip
        if done.returncode != 0:
            log = self._folder / "server.log"
            more = log.read_text()[-2000:] if log.exists() else ""
            raise OSError(f"{program} ended with {done.returncode}: {told.read_text()} {more}")


@contextmanager
def local_postgresql(settings: Mapping[str, str] | None = None) -> Iterator[LocalPostgresql]:
    """A server for as long as it is needed, in a folder that its own account can reach."""
    with tempfile.TemporaryDirectory(prefix="declastroom-postgresql-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = LocalPostgresql(Path(folder) / "server", settings)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


def _programs() -> Path:
    """The folder of `initdb` and `pg_ctl`, of the newest version. Raises PostgresqlMissing."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = [path for path in reversed(packaged) if (path / "initdb").exists()]
    on_path = shutil.which("initdb")
    if found:
        return found[0]
    if on_path is None:
        raise PostgresqlMissing(_MISSING)
    return Path(on_path).resolve().parent


def _children(parent: int) -> list[int]:
    told = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(number) for number in told.read_text().split()] if told.exists() else []


def _alive(number: int) -> bool:
    state = Path(f"/proc/{number}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def main(verb: str, folder: str) -> None:
    """`start` or `stop` the server of a folder."""
    server = LocalPostgresql(Path(folder).resolve())
    if verb == "start":
        server.start()
        print(server.url())
    else:
        server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
