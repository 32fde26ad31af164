"""The signed result of a review, checked from a file."""

from pathlib import Path

import click
from django.utils.translation import gettext as _

from toride.access.reviews import result
from toride.audit.verifier.toride_verify import Key, Unusable
from toride.base import terminal
from toride.base.errors import Invalid


@click.group("access-review", cls=terminal.Group)
def access_review() -> None:
    """Verify the signed result of an access review."""


@access_review.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--key", "public", metavar="KEY", help="The trail's public key, kept elsewhere. Default: this installation's."
)
def verify(file: Path, public: str | None) -> None:
    """Verify that FILE is the signed result, and print its figures."""
    try:
        note = file.read_bytes().decode()
        found = result.opened(note, Key.read(public) if public else None)
    except (UnicodeDecodeError, Unusable):
        found = None
    if found is None:
        raise Invalid(_("This file is not a result signed with this trail's key, or it was altered."))
    said = {"day": found["closed"], "name": found["closed_by"][0], "digest": result.digest(note)}
    click.echo(_("OK: unaltered. Closed %(day)s by %(name)s, digest %(digest)s") % said)
    terminal.table(list(found["counts"].items()))
