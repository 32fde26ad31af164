"""The three stores (data, keys, audit), who connects to them as what, and which table lives where."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import dj_database_url

from toride.base import config
from toride.base.errors import ConfigurationError

ALIASES = {"default": "TORIDE_DATABASE", "keys": "TORIDE_KEYS", "audit": "TORIDE_AUDIT"}
FILES = {"default": "data/toride.db", "keys": "keys/keys.db", "audit": "audit/audit.db"}
WAITS = {"default": 30, "keys": 30, "audit": 4}  # seconds for another's write; no longer than one waits for the writer
ROLES = ("app", "owner", "sequencer")
# PRAGMAs of the embedded default. FULL: an acknowledged commit survives a power cut (sqlite.org/pragma.html).
SQLITE_INIT = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
    "PRAGMA secure_delete=ON; PRAGMA cache_size=-16000; PRAGMA journal_size_limit=67108864;"
)


def role() -> str:
    """As what this process connects: app, owner (migrations) or sequencer (the trail)."""
    found = os.environ.get("TORIDE_DB_ROLE", "app")
    if found not in ROLES:
        raise ConfigurationError(f"TORIDE_DB_ROLE is {found!r}; use one of {', '.join(ROLES)}.")
    return found


def databases(home: Path, acting: str | None = None) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for this process's role, or for another that it also has the URLs of."""
    urls = {alias: config.text(f"{name}_URL") for alias, name in ALIASES.items()}
    if not any(urls.values()):
        return {alias: _sqlite(home / path, WAITS[alias]) for alias, path in FILES.items()}
    missing = [f"{ALIASES[alias]}_URL" for alias, url in urls.items() if url is None]
    if missing:
        raise ConfigurationError(
            f"{', '.join(missing)} is not set. Data, keys and audit each need their own database: "
            "set all of them, or none for the embedded SQLite files."
        )
    return {alias: _server(alias, str(url), acting or role()) for alias, url in urls.items()}


def _sqlite(path: Path, seconds: int) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": seconds, "init_command": SQLITE_INIT},
    }


def _server(alias: str, url: str, acting: str) -> dict[str, Any]:
    special = config.text(f"{ALIASES[alias]}_{acting.upper()}_URL") if acting != "app" else None
    parsed: dict[str, Any] = dict(dj_database_url.parse(special or url))
    if "postgresql" not in parsed["ENGINE"]:
        raise ConfigurationError(f"{ALIASES[alias]}_URL must start with postgresql:// (or leave all URLs unset).")
    parsed.pop("CONN_MAX_AGE", None)
    parsed["CONN_HEALTH_CHECKS"] = True  # a connection that the server cut is made anew before it costs an answer
    options: dict[str, Any] = parsed.setdefault("OPTIONS", {})
    if config.flag("TORIDE_DATABASE_POOL"):
        options["pool"] = {"min_size": 1, "max_size": 4}
    else:
        parsed["CONN_MAX_AGE"] = None
    return parsed


@cache
def is_server(alias: str = "default") -> bool:
    """Does this store stand on PostgreSQL?"""
    from django.db import connections

    return bool(connections[alias].vendor == "postgresql")


class Router:
    """Sends each model to its store by app label, or by (label, model) where one table lives elsewhere."""

    stores: dict[Any, str] = {"keystore": "keys", "audit": "audit", ("audit", "outbox"): "default"}

    def _store(self, label: str, model: str | None) -> str:
        return self.stores.get((label, model), self.stores.get(label, "default"))

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return self._store(model._meta.app_label, model._meta.model_name)  # noqa: SLF001 - public by habit

    db_for_write = db_for_read

    def allow_relation(self, one: Any, two: Any, **hints: Any) -> bool:
        return self.db_for_read(one) == self.db_for_read(two)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        return db == str(hints.get("store", self._store(app_label, model_name)))
