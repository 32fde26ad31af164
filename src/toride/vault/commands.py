"""`toride keys`: what generations there are, new ones, and the end of old ones."""

from collections.abc import Callable
from typing import Any

import click
import orjson

# Put here by the command line's root: (action, facts), called before an act upon keys.
told: Callable[[str, dict[str, Any]], None] | None = None


@click.group()
def keys() -> None:
    """Look at the keys, rotate them, destroy old ones."""
    import django

    django.setup()


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Each generation, its state, and whether its root is there."""
    found = _status()
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    for row in found["generations"]:
        click.echo(
            f"{row['generation']:<16}{row['state']:<11}created {row['created']:%Y-%m-%d %H:%M}  "
            f"root {'present' if row['root'] else 'gone':<8} subjects {row['subjects']}"
        )
    click.echo(f"root versions without a generation: {found['unused_roots']}")
    for root, moment in found["ending_roots"].items():
        click.echo(f"root {root} opens no more; until {moment:%Y-%m-%d} the KMS's administrators could bring it back")


@keys.command()
@click.option("--kind", type=click.Choice(["subjects", "index", "all"]), default="all", show_default=True)
def rotate(kind: str) -> None:
    """Make new keys, move everything to them beside the work, destroy the old ones. Repeat it after a crash."""
    from toride.vault import rotation

    _tell("keys:generation:rotate", kind=kind)
    if kind in {"subjects", "all"}:
        made = rotation.rotate_subjects()
        click.echo(f"subjects:{made.number} is current; all before it is destroyed")
    if kind in {"index", "all"}:
        rotation.rotate_index()
        click.echo("the index has a new epoch; the one before is destroyed")


@keys.command()
def rewrap() -> None:
    """Put every living generation under a new root version and destroy the former roots."""
    from toride.vault import keyring

    _tell("keys:root:rewrap")
    count = sum(keyring.rewrap(kind) for kind in keyring.Kind)
    click.echo(f"{count} generations have new roots")


@keys.command()
@click.argument("generation")
@click.option("--confirm", required=True, help="The generation again: what it sealed will never open again.")
def destroy(generation: str, confirm: str) -> None:
    """Destroy one GENERATION (kind:number) of a demonstration; elsewhere two people agree on it, on a page."""
    from toride.base.errors import Invalid
    from toride.vault import rotation
    from toride.vault.keyring import Kind

    kind, _, number = generation.partition(":")
    if kind not in set(Kind) or not number.isdecimal():
        raise Invalid("GENERATION is kind:number, as `toride keys status` shows it")
    if confirm != generation:
        raise Invalid("--confirm must repeat the generation; nothing was destroyed")
    _tell("keys:generation:destroy", generation=generation)
    rotation.end(Kind(kind), int(number))
    click.echo(f"{generation} is destroyed")


@keys.command()
@click.option("--former", type=click.File(), help="A file with the passphrase until now, where there is one.")
def protect(former: Any) -> None:
    """Put the KMS file under the passphrase that is configured now (none: in clear)."""
    from toride.base.errors import ConfigurationError
    from toride.vault import kms
    from toride.vault.kms.file import File

    provider = kms.provider()
    if not isinstance(provider, File):
        raise ConfigurationError("this KMS keeps no file of its own")
    _tell("keys:root:protect")
    provider.protect(former.read().strip() if former else None)
    click.echo("the KMS file is written anew")


def _tell(action: str, **facts: Any) -> None:
    if told is not None:
        told(action, facts)


def _status() -> dict[str, Any]:
    from toride.vault import keyring, kms, rotation

    provider = kms.provider()
    rows, roots = keyring.generations(), provider.versions()
    return {
        "generations": [
            {
                "generation": f"{row.kind}:{row.number}",
                "state": row.state,
                "created": row.created,
                "destroyed": row.destroyed,
                "root": row.root_version in roots,
                "subjects": rotation.in_use(row),
            }
            for row in rows
        ],
        "unused_roots": len(roots - {row.root_version for row in rows} - {row.former_root for row in rows}),
        "ending_roots": dict(provider.ending()),
    }
