"""Personal tokens by command."""

import click

from toride import audit
from toride.access import people, tokens
from toride.access.acting import door
from toride.base import config
from toride.base.errors import Refused
from toride.vault.permit import Actor


@click.command()
@click.argument("username")
def token(username: str) -> None:
    """Give a person a token for the command line, against their password; valid for twelve hours.

    Without a terminal the password is read from TORIDE_PASSWORD, or the file that TORIDE_PASSWORD_FILE names.
    """
    person = people.find(username)
    password = config.text("TORIDE_PASSWORD") or click.prompt("Password", hide_input=True, err=True)
    actor = Actor(person.id, person.username, person.name)
    if not person.is_active or not person.check_password(password):
        audit.note(actor, door(), "auth:session:open", outcome="refused", reason="credentials")
        raise Refused("The sign-in name and password do not match.")
    audit.note(actor, door(), "auth:token:issue")
    click.echo(tokens.issue(person))
