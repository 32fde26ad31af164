"""Keys of connections by command."""

import json
from collections.abc import Sequence
from typing import Any

import click
from django.conf import settings

from toride.access import acting
from toride.access.actions import Action
from toride.access.machines import queries, scopes, services
from toride.access.models import Connection
from toride.vault.permit import Category

ADMIN = "admin"
AS = click.option("--as", "acting_as", metavar="USER", help="Who manages connections; default: whose token is set.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
DAYS = click.option(
    "--days", type=click.IntRange(1, services.LONGEST), default=services.LIFETIME, show_default=True, help="Its life."
)
NAMES = {category.name.lower(): category for category in Category}


@click.group("api-key")
def api_key() -> None:
    """Keys with which machines act as a person: create, list, rotate, revoke."""


@api_key.command()
@click.option("--for", "username", required=True, metavar="USER", help="As whom the machine acts.")
@click.option("--scope", "wanted", multiple=True, required=True, type=click.Choice(sorted(scopes.SCOPES)))
@click.option("--purpose", required=True, help="The one purpose of use, such as data-care.")
@click.option("--category", "categories", multiple=True, type=click.Choice(list(NAMES)),
              help="What it may open at most; default: all but sensitive.")  # fmt: skip
@click.option(
    "--address", "addresses", multiple=True, metavar="CIDR", help="From where it may come; default: anywhere."
)
@click.option("--duty", "duties", multiple=True, metavar="[GROUP=]DUTY",
              help="What groups of a directory give; in a demonstration: elsewhere two agree on it.")  # fmt: skip
@click.option("--any-hour", is_flag=True, help="The hours of that person's duties do not bind it.")
@click.option("--name", default="", help="What it is for.")
@DAYS
@AS
@JSON
def create(
    username: str, wanted: tuple[str, ...], purpose: str, categories: tuple[str, ...], addresses: tuple[str, ...],
    duties: tuple[str, ...], any_hour: bool, name: str, days: int, acting_as: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Print a new key, once: it is kept as a digest only."""
    opened = [NAMES[one] for one in categories] or services.USUAL
    with acting.permitted(_who(acting_as), Action.CONNECTION_MANAGE) as permit:
        made, key = services.connect(
            permit, username=username, name=name or ", ".join(wanted), wanted=wanted, purpose=purpose,
            categories=opened, addresses=addresses, duties=duties, days=days,
            any_hour=any_hour,
        )  # fmt: skip
    _say({"key": key, **_line(made)} if as_json else key)


@api_key.command("list")
@AS
@JSON
def listed(acting_as: str | None, as_json: bool) -> None:
    """All connections."""
    with acting.permitted(_who(acting_as), Action.CONNECTION_MANAGE) as permit:
        lines = [_line(one) for one in queries.connections(permit)]
    if as_json:
        _say(lines)
    for one in () if as_json else lines:
        click.echo(f"{one['id']}  {one['person']:16} {','.join(one['scopes']):24} {one['purpose']:14} {one['expires']}"
                   + ("  revoked" if one["revoked"] else ""))  # fmt: skip


@api_key.command()
@click.argument("connection")
@DAYS
@click.option("--overlap", type=click.IntRange(0, services.LONGEST_OVERLAP), default=services.OVERLAP,
              show_default=True, help="Hours for which the key before is still good.")  # fmt: skip
@AS
@JSON
def rotate(connection: str, days: int, overlap: int, acting_as: str | None, as_json: bool) -> None:
    """Print another key for a connection."""
    with acting.permitted(_who(acting_as), Action.CONNECTION_MANAGE) as permit:
        key = services.rotate(permit, connection=connection, days=days, overlap=overlap)
    _say({"key": key, "id": connection} if as_json else key)


@api_key.command()
@click.argument("connection")
@AS
def revoke(connection: str, acting_as: str | None) -> None:
    """End a connection at once."""
    with acting.permitted(_who(acting_as), Action.CONNECTION_MANAGE) as permit:
        services.revoke(permit, connection=connection)
    click.echo(f"{connection} has ended.")


def _who(acting_as: str | None) -> str | None:
    return acting_as or (ADMIN if settings.DEMO else None)


def _line(one: Connection) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "person": one.person.username,
        "scopes": one.scopes,
        "purpose": one.purpose,
        "categories": [Category(category).name.lower() for category in one.categories],
        "addresses": one.addresses,
        "duties": one.duties,
        "any_hour": one.any_hour,
        "expires": one.expires.isoformat(),
        "used": one.used.isoformat() if one.used else None,
        "revoked": one.revoked.isoformat() if one.revoked else None,
    }


def _say(content: str | dict[str, Any] | Sequence[dict[str, Any]]) -> None:
    click.echo(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
