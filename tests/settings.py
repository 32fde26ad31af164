"""Settings of the test suite: a home in the temporary folder, and the stores that TORIDE_TEST_STORE names.

`sqlite` (default) or `postgres`; on PostgreSQL two clusters are started (data and audit; keys), tests connect as app.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

STORE = os.environ.get("TORIDE_TEST_STORE", "sqlite")
for name in [
    name
    for name in os.environ
    if name.startswith("TORIDE_") and not name.startswith(("TORIDE_TEST", "TORIDE_FIELD_DATA"))
]:
    del os.environ[name]

HOME_FOLDER = Path(tempfile.mkdtemp(prefix="toride-test-"))
atexit.register(shutil.rmtree, HOME_FOLDER, ignore_errors=True)
os.environ["TORIDE_HOME"] = str(HOME_FOLDER / "home")

if STORE == "postgres":
    from tests import cluster

    data_cluster, keys_cluster = cluster.start(), cluster.start()
    atexit.register(data_cluster.stop)
    atexit.register(keys_cluster.stop)
    data_cluster.create("toride", "toride_audit")
    keys_cluster.create("toride_keys")
    for _variable, _cluster, _database in (
        ("TORIDE_DATABASE", data_cluster, "toride"),
        ("TORIDE_AUDIT", data_cluster, "toride_audit"),
        ("TORIDE_KEYS", keys_cluster, "toride_keys"),
    ):
        os.environ[f"{_variable}_URL"] = _cluster.url(_database)
        os.environ[f"{_variable}_OWNER_URL"] = _cluster.url(_database, "owner")
        os.environ[f"{_variable}_SEQUENCER_URL"] = _cluster.url(_database, "sequencer")

from toride.base import home as _home  # noqa: E402

_home.create(Path(os.environ["TORIDE_HOME"]), demo=False)

from toride.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
