"""`backup` and `restore` by command; both are events of the trail."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
import orjson

from toride.base import config, home, terminal
from toride.base.errors import ConfigurationError

FOLDER = click.Path(file_okay=False, path_type=Path)
KEEP_DAYS = 7


@click.command(cls=terminal.Command)
@click.option("--data", type=FOLDER, help="Folder for data, trail and files. Default: backup/data in the home folder.")
@click.option(
    "--keys", type=FOLDER, help="Folder for the keys; use another location. Default: backup/keys in the home folder."
)
@click.option("--keep-keys", type=click.IntRange(1, 3650), default=KEEP_DAYS, show_default=True, metavar="DAYS",
              help="Delete key backups older than this.")  # fmt: skip
@terminal.JSON
def backup(data: Path | None, keys: Path | None, keep_keys: int, as_json: bool) -> None:
    """Back up everything, encrypted, while in use. Data and keys go to separate folders."""
    from django.conf import settings

    from toride import audit
    from toride.access.command_line import door
    from toride.audit import proofs
    from toride.audit.actions import System
    from toride.audit.sequencer import settle
    from toride.cli import copies

    where = Path(settings.HOME)
    if home.kind(where) is None:
        raise ConfigurationError(f"There is no installation in {where}.")
    audit.note(None, door(), System.BACKUP_CREATE, did="begin", facts={"state": "begun"})
    settle()
    with _workplace(where) as work:
        manifest = copies.create(
            where,
            data or where / "backup" / "data",
            keys or where / "backup" / "keys",
            work=work,
            keep_keys=timedelta(days=keep_keys),
            checkpoint=proofs.witness(),
        )
    sizes = {part: size for part, (size, _digest) in manifest.parts.items()}
    audit.note(
        None, door(), System.BACKUP_CREATE, did="create", facts={"state": "done", "backup": manifest.name, **sizes}
    )
    settle()
    if as_json:
        click.echo(orjson.dumps({"backup": manifest.name, "parts": sizes, "created": manifest.created}))
    else:
        click.echo(
            f"{manifest.name}: {sum(sizes.values()):,} bytes of data backed up and verified; keys stored separately."
        )
        click.echo("Keep the root keys (KMS) in a third location: without them, neither can be decrypted.")


@click.command(cls=terminal.Command)
@click.option("--data", type=FOLDER, required=True, help="Folder of the data backup (contains manifest.json).")
@click.option("--keys", type=FOLDER, required=True, help="Folder of the key backup.")
@click.option("--kms", "root_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Saved root key file, if the KMS is a file.")  # fmt: skip
@click.option("--since", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Checkpoint kept elsewhere: detects a rolled-back trail.")  # fmt: skip
def restore(data: Path, keys: Path, root_file: Path | None, since: Path | None) -> None:
    """Restore a backup into an empty home folder. Data erased since the backup stays erased."""
    where = config.home()
    os.environ["TORIDE_HOME"] = str(where)
    _empty(where)
    if root_file is not None:
        (where / "kms").mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(root_file, where / "kms" / "root.json")
        (where / "kms" / "root.json").chmod(0o600)
    for folder in home.FOLDERS:
        (where / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    where.chmod(0o700)
    os.environ["DJANGO_SETTINGS_MODULE"] = "toride.settings"
    import django

    django.setup()
    from toride.cli import copies
    from toride.cli.home import lay_out

    (where / "RESTORING").touch(mode=0o600)
    manifest = copies.unpack(where, data, keys)
    lay_out(where)
    erased, findings = _make_good(manifest.name, manifest.checkpoint, since)
    (where / "RESTORING").unlink()
    state = "ALTERED" if findings else "OK: unaltered"
    click.echo(f"{manifest.name} restored; {erased} erasures repeated. Audit trail: {state}.")
    for finding in findings:
        click.echo(f"  {finding}", err=True)
    if findings:
        raise click.exceptions.Exit(1)


def _make_good(name: str, checkpoint: str, since: Path | None) -> tuple[int, list[str]]:
    """Replays erasures, opens keys and index once, writes the event, verifies the trail; (erasures, findings)."""
    from toride import audit
    from toride.access.command_line import door
    from toride.audit import proofs
    from toride.audit.actions import System
    from toride.audit.sequencer import settle
    from toride.customers import numbers
    from toride.vault import index, rotation, subjects
    from toride.vault.index import restoring

    erased = subjects.replay()
    restoring.make_good({numbers.NUMBER: numbers.EXACTLY}, {numbers.NEAR: numbers.NEARLY})
    rotation.finish()
    index.open()
    audit.note(None, door(), System.BACKUP_RESTORE, facts={"backup": name, "erasures": erased})
    settle()
    with tempfile.TemporaryDirectory() as folder:
        witness = Path(folder) / "checkpoint"
        witness.write_text(checkpoint)
        reports = [proofs.check(proofs.kept(path), signatures=True) for path in (witness, *([since] if since else []))]
    return erased, [str(finding) for report in reports for finding in report.findings]


def _empty(where: Path) -> None:
    if home.kind(where) is not None and not (where / "RESTORING").exists():
        raise ConfigurationError(f"{where} already holds an installation. Restore into an empty home.")
    if (where / "RESTORING").exists():
        for part in ("data", "keys", "audit", "INSTALLATION", "NAME"):
            path = where / part
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    elif where.exists() and any(path.name != "kms" for path in where.iterdir()):
        raise ConfigurationError(f"{where} is not empty. Restore into an empty home.")


@contextmanager
def _workplace(where: Path) -> Iterator[Path]:
    """A folder of ours for the moment of copying, never the system's temporary one."""
    (where / "backup").mkdir(exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix="work-", dir=where / "backup"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
