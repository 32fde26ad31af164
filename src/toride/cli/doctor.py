"""`doctor`: is everything there that this installation needs, and what to do where it is not."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import orjson

from toride.base import clock, config, home, terminal
from toride.base.errors import TorideError

OK, WARN, FAIL = "ok", "warning", "failed"
OLDEST_PYTHON = (3, 11)
LEAST_BYTES, FEW_BYTES = 1 << 30, 5 << 30
BACKUP_AGE = timedelta(days=7)
STORES = {"default": "data", "keys": "keys", "audit": "audit"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found; `advice` says what to do."""

    check: str
    state: str
    says: str
    advice: str = ""


@click.command(cls=terminal.Command)
@terminal.JSON
def doctor(as_json: bool) -> None:
    """Check the installation and say what to do.

    Checks Python, home folder, disk, TLS, backup, stores, migrations, keys and audit trail. Nothing is changed.
    Exit status 1 if something has failed.
    """
    where = config.home()
    os.environ["TORIDE_HOME"] = str(where)
    found = [one for check in (_python, _home, _disk, _tls, _backup) for one in check(where)]
    found += _of_stores(where) if home.is_finished(where) else []
    if as_json:
        click.echo(orjson.dumps([asdict(one) for one in found]))
    else:
        terminal.table([(one.state.upper(), one.check, one.says) for one in found], ("", "Check", "Result"))
        for one in found:
            if one.advice:
                click.echo(f"{one.check}: {one.advice}")
    if any(one.state == FAIL for one in found):
        raise click.exceptions.Exit(1)


def _python(_where: Path) -> Iterator[Found]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        yield Found("Python", OK, version)
    else:
        yield Found("Python", FAIL, version, "Install Python 3.11 or later.")


def _home(where: Path) -> Iterator[Found]:
    kind = home.kind(where)
    if kind is None or not home.is_finished(where):
        state = "no installation" if kind is None else "setup not finished"
        yield Found("Home folder", FAIL, f"{where}: {state}", "Run: ./toride init (or ./toride demo).")
        return
    said = f"{where} ({'demo' if kind == 'demo' else 'production'})"
    if where.stat().st_mode & 0o077:
        yield Found("Home folder", FAIL, f"{said}, readable by others", f"Run: chmod 700 {where}")
    else:
        yield Found("Home folder", OK, said)


def _disk(where: Path) -> Iterator[Found]:
    at = next(path for path in (where, *where.parents) if path.exists())
    free = shutil.disk_usage(at).free
    said = f"{free / (1 << 30):.1f} GB free"
    if free < FEW_BYTES:
        yield Found("Disk", FAIL if free < LEAST_BYTES else WARN, said, "Free up disk space, or move the home folder.")
    else:
        yield Found("Disk", OK, said)


def _tls(where: Path) -> Iterator[Found]:
    folder = where / "tls"
    if home.is_demo(where):
        yield Found("TLS", OK, "not used in a demo (this computer only)")
    elif not (folder / "server.pem").exists():
        yield Found("TLS", WARN, "no certificate yet", "`./toride serve` creates one, or give --certificate and --key.")
    else:
        from toride.vault import tls

        ends = tls.ends(folder)
        late = ends < clock.now()
        advice = "Restart `./toride serve`: it renews its own certificate." if late else ""
        yield Found("TLS", FAIL if late else OK, f"certificate valid until {ends:%Y-%m-%d}", advice)


def _backup(where: Path) -> Iterator[Found]:
    if home.is_demo(where) or not home.is_finished(where):
        return
    times = [path.stat().st_mtime for path in (where / "backup" / "data").glob("*/manifest.json")]
    if not times:
        yield Found("Backup", WARN, "none in the home folder", "Run: ./toride backup (skip if you back up elsewhere).")
        return
    last = datetime.fromtimestamp(max(times), UTC)
    old = last < clock.now() - BACKUP_AGE
    yield Found("Backup", WARN if old else OK, f"last on {last:%Y-%m-%d}", "Run: ./toride backup" if old else "")


def _of_stores(where: Path) -> list[Found]:
    """What can be asked only with the stores; nothing more where the settings themselves do not load."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "toride.settings"
    try:
        import django

        django.setup()
    except TorideError as error:
        return [Found("Settings", FAIL, str(error), "Correct the configuration named here.")]
    reached = list(_stores())
    found = [*reached]
    if all(one.state == OK for one in reached):
        for check in (_migrations, _keys, _trail, _mail):
            found += _tried(check, where)
    return found


def _tried(check: Callable[[Path], Iterator[Found]], where: Path) -> list[Found]:
    try:
        return list(check(where))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the doctor is asked for
        name = check.__name__.strip("_").capitalize()
        return [Found(name, FAIL, type(error).__name__, "See the server log for details.")]


def _stores() -> Iterator[Found]:
    from django.db import Error, connections

    for alias, called in STORES.items():
        label = f"Store: {called}"
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT 1")
            yield Found(label, OK, f"reachable ({connections[alias].vendor})")
        except (Error, OSError) as error:
            advice = f"Check the {called} database and its URL, then try again."
            yield Found(label, FAIL, f"not reachable ({type(error).__name__})", advice)


def _migrations(_where: Path) -> Iterator[Found]:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from toride.base.stores import Router

    for alias, called in STORES.items():
        alone = {label for label, store in Router.stores.items() if store == alias and isinstance(label, str)}
        executor = MigrationExecutor(connections[alias])
        wanted = [key for key in executor.loader.graph.leaf_nodes() if not alone or key[0] in alone]
        plan = executor.migration_plan(wanted)
        label = f"Migrations: {called}"
        if plan:
            yield Found(label, FAIL, f"{len(plan)} not applied", "Run: ./toride migrate (or restart ./toride serve).")
        else:
            yield Found(label, OK, "up to date")


def is_behind() -> bool:
    """Are there migrations that the stores have not had?"""
    return any(one.state == FAIL for one in _migrations(Path()))


def _keys(_where: Path) -> Iterator[Found]:
    from toride.vault import keyring

    count, lost = keyring.living()
    if lost:
        advice = "Restore the root keys (KMS) from their backup: without them this data can't be decrypted."
        yield Found("Keys", FAIL, f"root key missing: {', '.join(lost)}", advice)
    else:
        yield Found("Keys", OK, f"{count} generations, all root keys present")


def _trail(where: Path) -> Iterator[Found]:
    from django.db import connections

    from toride.audit import projections
    from toride.base import stores

    lag = projections.lag(connections["audit"])
    waiting = f"{lag.waiting + lag.entries:,} events waiting"
    if stores.is_server("audit") or _answers(where):
        yield Found("Audit trail", OK, waiting)
    else:
        yield Found("Audit trail", WARN, f"process not running, {waiting}", "Run: ./toride serve (or ./toride demo).")


def _mail(_where: Path) -> Iterator[Found]:
    from django.conf import settings

    from toride.base import smtp
    from toride.jobs.models import Mail

    server = settings.MAIL
    if server is None:
        yield Found("Mail", OK, "not set up: notices are shown in the product only")
        return
    try:
        smtp.check(server, sender=settings.MAIL_FROM, trusted=settings.MAIL_CA)
    except (TorideError, OSError) as error:
        cause = getattr(error, "facts", {}).get("cause") or type(error).__name__
        advice = "Check TORIDE_MAIL_URL, its certificate (TORIDE_MAIL_CA) and the network: docs/mail.md."
        yield Found("Mail", FAIL, f"{server.host}:{server.port} can't be used ({cause})", advice)
        return
    lost = Mail.objects.filter(state__in=(Mail.State.GIVEN_UP, Mail.State.UNCERTAIN)).count()
    said = f"{server.host}:{server.port} answers, {Mail.objects.filter(state=Mail.State.WAITING).count()} waiting"
    if lost:
        yield Found("Mail", WARN, f"{said}, {lost} not delivered", "See the audit trail for the reasons: docs/mail.md.")
    else:
        yield Found("Mail", OK, said)


def _answers(where: Path) -> bool:
    """Does a writer listen?"""
    import socket

    from toride.audit import protocol

    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, protocol.address() as path:
        probe.settimeout(2)
        probe.connect(path)
        return (where / "run").exists()
    return False
