"""The signed result of a review, checked from a file."""

from pathlib import Path

import click

from toride.access.reviews import result
from toride.audit.verifier.toride_verify import Key, Unusable
from toride.base.errors import Invalid


@click.group("access-review")
def access_review() -> None:
    """Reviews of access."""


@access_review.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", "public", help="The trail's public key, kept elsewhere; by default this installation's.")
def verify(file: Path, public: str | None) -> None:
    """Is this the result that was signed? Says what it counts."""
    try:
        note = file.read_bytes().decode()
        found = result.opened(note, Key.read(public) if public else None)
    except (UnicodeDecodeError, Unusable):
        found = None
    if found is None:
        raise Invalid("This is not a result as this trail's key signed it.")
    click.echo(f"As it was signed. Closed {found['closed']} by {found['closed_by'][0]}, digest {result.digest(note)}")
    for name, count in found["counts"].items():
        click.echo(f"{name}\t{count}")
