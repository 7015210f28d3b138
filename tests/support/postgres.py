"""A throw-away PostgreSQL cluster on a socket of its own: no port, no password, nothing kept, nothing waited for."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

USER = "postgres"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses='' -c max_connections=50"


@dataclass
class Cluster:
    folder: Path
    made: int = field(default=0)

    def url(self, name: str, *, user: str = USER) -> str:
        return f"postgresql://{user}@/{name}?host={self.folder}"

    def new_database(self, *, template: str = "template0") -> str:
        """URL of a database of its own, a copy of `template`."""
        self.made += 1
        name = f"coach_{self.made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def emptied(self, name: str, tables: Iterable[str]) -> str:
        """URL of a database whose rows are gone: much cheaper than a new one."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(f"TRUNCATE {', '.join(tables)}".encode())
        return self.url(name)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Raises RuntimeError with what to do when PostgreSQL is not installed."""
    folder = Path(tempfile.mkdtemp(prefix="coach-pg-"))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        folder.chmod(0o755)
        data = folder / "data"
        _run("initdb", "--no-sync", "--no-instructions", f"--username={USER}", "--auth=trust", "-E", "UTF8", "-D", data)
        _ask_for_a_password(data / "pg_hba.conf", user="locked")
        _run("pg_ctl", "start", "-w", "-s", "-D", data, "-l", folder / "log", "-o", f"{FAST} -k {folder}")
        try:
            yield Cluster(folder)
        finally:
            _run("pg_ctl", "stop", "-s", "-m", "immediate", "-D", data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ask_for_a_password(rules: Path, *, user: str) -> None:
    """Everyone else is trusted; the first rule that fits counts."""
    rules.write_text(f"local all {user} scram-sha-256\n{rules.read_text()}")


def _run(program: str, *arguments: str | Path) -> None:
    command = [str(_program(program)), *map(str, arguments)]
    if os.getuid() == 0:
        command = ["runuser", "-u", USER, "--", *command]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{program} failed: {(done.stderr or done.stdout).strip()[-500:]}")


def _program(name: str) -> Path:
    """PostgreSQL's server programs stand outside the path on Debian; the newest version wins."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    found = shutil.which(name) or (versions[-1] if versions else None)
    if found is None or (os.getuid() == 0 and not _has_user()):
        raise RuntimeError("The store's tests need PostgreSQL: `sh tools/system_packages.sh` installs it.")
    return Path(found)


def _has_user() -> bool:
    return any(entry.pw_name == USER for entry in pwd.getpwall())
