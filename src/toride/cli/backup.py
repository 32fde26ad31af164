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

from toride.base import config, home
from toride.base.errors import ConfigurationError

FOLDER = click.Path(file_okay=False, path_type=Path)
KEEP_DAYS = 7


@click.command()
@click.option("--data", type=FOLDER, help="Where data, trail and files go; default: backup/data in the home.")
@click.option("--keys", type=FOLDER, help="Where the keys go: another place; default: backup/keys in the home.")
@click.option("--keep-keys", type=click.IntRange(1, 3650), default=KEEP_DAYS, show_default=True, metavar="DAYS",
              help="Older copies of the keys are ended for good.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
def backup(data: Path | None, keys: Path | None, keep_keys: int, as_json: bool) -> None:
    """Copy everything, sealed, while it is in use: data first, then keys, to separate places."""
    from django.conf import settings

    from toride import audit
    from toride.access.acting import door
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
        click.echo(f"{manifest.name}: {sum(sizes.values()):,} bytes of data sealed, read back, and the keys apart.")
        click.echo("Keep the root keys (the KMS) in a third place: without them neither opens.")


@click.command()
@click.option("--data", type=FOLDER, required=True, help="The folder of the data's copy (holds manifest.json).")
@click.option("--keys", type=FOLDER, required=True, help="The folder of the keys' copy.")
@click.option("--kms", "root_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The saved file of root keys, where the KMS is a file.")  # fmt: skip
@click.option("--since", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A checkpoint kept outside: says whether the trail was rolled back.")  # fmt: skip
def restore(data: Path, keys: Path, root_file: Path | None, since: Path | None) -> None:
    """Bring a copy back into an empty home; what was erased since stays erased."""
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
    state = "NOT as sealed" if findings else "as sealed"
    click.echo(f"{manifest.name} is back; {erased} erasures replayed; the trail is {state}.")
    for finding in findings:
        click.echo(f"  {finding}", err=True)
    if findings:
        raise click.exceptions.Exit(1)


def _make_good(name: str, checkpoint: str, since: Path | None) -> tuple[int, list[str]]:
    """Replays erasures, opens keys and index once, writes the event, verifies the trail; (erasures, findings)."""
    from toride import audit
    from toride.access.acting import door
    from toride.audit import proofs
    from toride.audit.actions import System
    from toride.audit.sequencer import settle
    from toride.customers.services import NUMBER
    from toride.vault import index, rotation, subjects
    from toride.vault.index import restoring

    erased = subjects.replay()
    restoring.make_good({NUMBER: "number"})
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
