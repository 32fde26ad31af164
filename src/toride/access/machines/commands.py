"""Keys of connections by command."""

import json
from collections.abc import Sequence
from typing import Any

import click
from django.utils.translation import gettext as _

from toride.access import command_line
from toride.access.actions import Action
from toride.access.machines import queries, scopes, services
from toride.access.models import Connection
from toride.access.options import ACTING_AS as AS
from toride.access.options import PURPOSE
from toride.base import terminal
from toride.vault.permit import Category

DAYS = click.option(
    "--days",
    type=click.IntRange(1, services.LONGEST),
    default=services.LIFETIME,
    show_default=True,
    help="Days until the key expires.",
)
NAMES = {category.name.lower(): category for category in Category}


@click.group("api-key", cls=terminal.Group)
def api_key() -> None:
    """Create, list, replace and revoke API keys of connections."""


@api_key.command()
@click.option("--for", "username", required=True, metavar="USER", help="Person the connection runs as (sign-in name).")
@click.option("--scope", "wanted", multiple=True, required=True, metavar="SCOPE",
              type=click.Choice(sorted(scopes.SCOPES)),
              help=f"Permission; repeatable: {', '.join(sorted(scopes.SCOPES))}.")  # fmt: skip
@PURPOSE
@click.option("--category", "categories", multiple=True, type=click.Choice(list(NAMES)),
              metavar="CATEGORY",
              help=f"Data category; repeatable. One of {', '.join(NAMES)}. Default: all but sensitive.")  # fmt: skip
@click.option(
    "--address", "addresses", multiple=True, metavar="CIDR", help="Allowed network; repeatable. Default: any."
)
@click.option("--role", "--duty", "duties", multiple=True, metavar="[GROUP=]ROLE",
              help="Role that a directory group grants. Demo only; elsewhere it needs approval.")  # fmt: skip
@click.option("--any-hour", is_flag=True, help="Usable at any time, regardless of the person's working hours.")
@click.option("--name", default="", help="What the connection is used for.")
@DAYS
@AS
@terminal.JSON
def create(
    username: str, wanted: tuple[str, ...], purpose: str, categories: tuple[str, ...], addresses: tuple[str, ...],
    duties: tuple[str, ...], any_hour: bool, name: str, days: int, acting_as: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Create a connection and print its API key. The key is shown only once."""
    opened = [NAMES[one] for one in categories] or services.USUAL
    with command_line.permitted(acting_as, Action.CONNECTION_MANAGE) as permit:
        made, key = services.connect(
            permit, username=username, name=name or ", ".join(wanted), wanted=wanted, purpose=purpose,
            categories=opened, addresses=addresses, duties=duties, days=days,
            any_hour=any_hour,
        )  # fmt: skip
    _say({"key": key, **_line(made)} if as_json else key)


@api_key.command("list")
@AS
@terminal.JSON
def listed(acting_as: str | None, as_json: bool) -> None:
    """List all connections."""
    with command_line.permitted(acting_as, Action.CONNECTION_MANAGE) as permit:
        lines = [_line(one) for one in queries.connections(permit)]
    if as_json:
        _say(lines)
        return
    terminal.table(
        [(one["id"], one["name"], one["person"], one["scopes"], one["purpose"], one["expires"], _state(one))
         for one in lines],
        [_("Connection"), _("Used for"), _("Runs as"), _("Permissions"), _("Purpose of use"), _("Expires"),
         _("Status")],
    )  # fmt: skip


@api_key.command()
@click.argument("connection")
@DAYS
@click.option("--overlap", type=click.IntRange(0, services.LONGEST_OVERLAP), default=services.OVERLAP,
              show_default=True, help="Hours for which the previous key stays valid.")  # fmt: skip
@AS
@terminal.JSON
def rotate(connection: str, days: int, overlap: int, acting_as: str | None, as_json: bool) -> None:
    """Replace the API key of a CONNECTION and print the new one."""
    with command_line.permitted(acting_as, Action.CONNECTION_MANAGE) as permit:
        key = services.rotate(permit, connection=connection, days=days, overlap=overlap)
    _say({"key": key, "id": connection} if as_json else key)


@api_key.command()
@click.argument("connection")
@AS
def revoke(connection: str, acting_as: str | None) -> None:
    """Revoke a CONNECTION immediately."""
    with command_line.permitted(acting_as, Action.CONNECTION_MANAGE) as permit:
        services.revoke(permit, connection=connection)
    click.echo(_("Connection %(id)s is revoked.") % {"id": connection})


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


def _state(one: dict[str, Any]) -> str:
    return _("revoked") if one["revoked"] else _("active")


def _say(content: str | dict[str, Any] | Sequence[dict[str, Any]]) -> None:
    click.echo(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
