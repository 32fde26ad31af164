"""`toride keys`: what generations there are, new ones, and the end of old ones."""

from collections.abc import Callable
from typing import Any

import click
import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.base import terminal

STATES = {
    "pending": lazy("being created"),
    "active": lazy("in use"),
    "retiring": lazy("decrypt only"),
    "destroyed": lazy("destroyed"),
}
# Put here by the command line's root: (action, facts), called before an act upon keys.
told: Callable[[str, dict[str, Any]], None] | None = None


@click.group(cls=terminal.Group)
def keys() -> None:
    """List, rotate and destroy encryption keys."""
    import django

    django.setup()


@keys.command()
@terminal.JSON
def status(as_json: bool) -> None:
    """List key generations, their state, and whether their root key is present."""
    found = _status()
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    terminal.table(
        [(row["generation"], STATES[row["state"]], f"{row['created']:%Y-%m-%d %H:%M}",
          _("present") if row["root"] else _("destroyed"), row["subjects"]) for row in found["generations"]],
        [_("Generation"), _("State"), _("Created on"), _("Root key"), _("Customers")],
    )  # fmt: skip
    click.echo(_("Root keys without a generation: %(count)d") % {"count": found["unused_roots"]})
    for root, moment in found["ending_roots"].items():
        said = _("Root key %(root)s is disabled. Until %(day)s, KMS administrators could restore it.")
        click.echo(said % {"root": root, "day": f"{moment:%Y-%m-%d}"})


@keys.command()
@click.option("--kind", type=click.Choice(["subjects", "index", "all"]), default="all", show_default=True,
              help="Which keys to rotate.")  # fmt: skip
def rotate(kind: str) -> None:
    """Create new keys, re-encrypt everything while in use, destroy the old keys. Repeat after a crash."""
    from toride.vault import rotation

    _tell("keys:generation:rotate", kind=kind)
    if kind in {"subjects", "all"}:
        made = rotation.rotate_subjects()
        click.echo(_("subjects:%(number)d is in use; earlier generations are destroyed") % {"number": made.number})
    if kind in {"index", "all"}:
        rotation.rotate_index()
        click.echo(_("the search index has new keys; the previous ones are destroyed"))


@keys.command()
def rewrap() -> None:
    """Encrypt every generation under a new root key and destroy the previous root keys."""
    from toride.vault import keyring

    _tell("keys:root:rewrap")
    count = sum(keyring.rewrap(kind) for kind in keyring.Kind)
    click.echo(_("%(count)d generations have new root keys") % {"count": count})


@keys.command()
@click.argument("generation")
@click.option(
    "--confirm",
    required=True,
    metavar="GENERATION",
    help="Repeat the generation: data encrypted with it can never be decrypted.",
)
def destroy(generation: str, confirm: str) -> None:
    """Destroy one GENERATION (kind:number) of a demo. Elsewhere this needs approval in the app."""
    from toride.base.errors import Invalid
    from toride.vault import rotation
    from toride.vault.keyring import Kind

    kind, _colon, number = generation.partition(":")
    if kind not in set(Kind) or not number.isdecimal():
        raise Invalid(_("GENERATION is kind:number, as `toride keys status` shows it."))
    if confirm != generation:
        raise Invalid(_("--confirm must repeat the generation. Nothing was destroyed."))
    _tell("keys:generation:destroy", generation=generation)
    rotation.end(Kind(kind), int(number))
    click.echo(_("%(name)s is destroyed") % {"name": generation})


@keys.command()
@click.option("--former", type=click.File(), help="File with the current passphrase, if there is one.")
def protect(former: Any) -> None:
    """Encrypt the KMS file with the configured passphrase (none configured: stored unencrypted)."""
    from toride.base.errors import ConfigurationError
    from toride.vault import kms
    from toride.vault.kms.file import File

    provider = kms.provider()
    if not isinstance(provider, File):
        raise ConfigurationError(_("This KMS has no file of its own."))
    _tell("keys:root:protect")
    provider.protect(former.read().strip() if former else None)
    click.echo(_("The KMS file has been rewritten."))


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
