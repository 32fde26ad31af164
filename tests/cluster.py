"""Throw-away PostgreSQL clusters on loopback, never owned by root."""

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.running import free_port

ROLES = ("owner", "app", "sequencer")
FAST = "-c fsync=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=64MB"


def binaries() -> Path | None:
    """The newest PostgreSQL server programs on this machine, 15 or later."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found and int(found[-1].parts[4]) >= 15:
        return found[-1].parent
    plain = shutil.which("initdb")
    return Path(plain).parent if plain and shutil.which("pg_ctl") else None


@dataclass
class Cluster:
    """One server: `url(database, role)` gives a connection URL."""

    folder: Path
    port: int
    bin: Path
    password: str

    def url(self, database: str, role: str = "app") -> str:
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, program: str, *arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
        command = [str(self.bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/", **options)  # type: ignore[call-overload,no-any-return]

    def create(self, *databases: str) -> None:
        """Databases owned by the owner role, which the two others may only connect to."""
        for name in databases:
            self.sql(f"CREATE DATABASE {name} OWNER owner TEMPLATE template0 ENCODING 'UTF8'")
            self.sql(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
            self.sql(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO app, sequencer")
            self.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT ALL ON SCHEMA public TO owner", name)

    def sql(self, statement: str, database: str = "postgres") -> str:
        return self.run(
            "psql",
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-h",
            str(self.folder),
            "-p",
            str(self.port),
            "-d",
            database,
            "-c",
            statement,
        ).stdout.strip()

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.run("pg_ctl", "-D", str(self.folder / "pg"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def start(options: str = FAST) -> Cluster:
    """Starts a cluster of its own; the caller stops it."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL 15 or newer is not installed")
    folder = Path(tempfile.mkdtemp(prefix="toride-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    cluster = Cluster(folder, port, programs, secrets.token_hex(12))
    data = str(folder / "pg")
    cluster.run(
        "initdb", "-D", data, "-A", "scram-sha-256", "--auth-local=trust", "-U", "postgres", "-E", "UTF8", "--no-sync"
    )
    arguments = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1 {options}"
    cluster.run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", arguments, "start")
    for role in ROLES:
        cluster.run(
            "psql",
            "-XAtq",
            "-h",
            str(folder),
            "-p",
            str(port),
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-c",
            f"CREATE ROLE {role} LOGIN PASSWORD '{cluster.password}'",
        )
    return cluster
