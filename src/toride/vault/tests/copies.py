"""Copies of the stores as a thief, or a restore, would have them: files, base backups and write-ahead logs."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tests import settings as suite
from tests.cluster import FAST, Cluster
from tests.running import free_port

ON_SERVER = suite.STORE == "postgres"
ALIASES = {"data": "TORIDE_DATABASE_URL", "keys": "TORIDE_KEYS_URL"}


@dataclass
class Copy:
    """One moment's data store, key store and KMS."""

    data: Path | Cluster
    keys: Path | Cluster
    kms: bytes


def live():
    """What is there today."""
    here = settings.HOME
    kms = (here / "kms" / "root.json").read_bytes()
    return Copy(suite.data_cluster, suite.keys_cluster, kms) if ON_SERVER else Copy(here / "data", here / "keys", kms)


@contextmanager
def taken(folder):
    """A copy of this moment, taken beside the work: base backup with its log, or the file with its -wal and -shm."""
    now = live()
    if not ON_SERVER:
        for name in ("data", "keys"):
            shutil.copytree(settings.HOME / name, folder / name)
        yield Copy(folder / "data", folder / "keys", now.kms)
        return
    copies = [_base_backup(cluster) for cluster in (now.data, now.keys)]
    try:
        yield Copy(*copies, now.kms)
    finally:
        for copy in copies:
            copy.stop()


def _base_backup(cluster):
    folder = Path(f"{cluster.folder}-{os.urandom(4).hex()}")
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    copy = Cluster(folder, port, cluster.bin, cluster.password)
    place = ["-h", str(cluster.folder), "-p", str(cluster.port), "-U", "postgres"]
    copy.run("pg_basebackup", *place, "-D", str(folder / "pg"), "-X", "stream", "-c", "fast", "--no-sync")
    arguments = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1 {FAST}"
    copy.run("pg_ctl", "-D", str(folder / "pg"), "-w", "-l", str(folder / "log"), "-o", arguments, "start")
    return copy


def run(code, home, *, data, keys, kms):
    """Runs `code` in a process of its own on these stores and this KMS; what it prints, by line."""
    for name in ("data", "keys", "audit", "kms", "run"):
        (home / name).mkdir(parents=True, mode=0o700)
    (home / "kms" / "root.json").write_bytes(kms)
    (home / "kms" / "root.json").chmod(0o600)
    environment = {**os.environ, "TORIDE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "toride.settings"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    for name, store in (("data", data), ("keys", keys)):
        if ON_SERVER:
            environment[ALIASES[name]] = store.url("toride" if name == "data" else "toride_keys")
        else:
            shutil.copytree(store, home / name, dirs_exist_ok=True)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def files():
    """Every file of today's stores, logs and locks included."""
    if ON_SERVER:
        for cluster in (suite.data_cluster, suite.keys_cluster):
            cluster.sql("CHECKPOINT")
        folders = [suite.data_cluster.folder, suite.keys_cluster.folder, settings.HOME]
    else:
        folders = [settings.HOME]
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]
