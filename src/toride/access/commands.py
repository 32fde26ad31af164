"""People, branches and personal tokens by command."""

import re
from dataclasses import asdict
from typing import Any

import click
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride import audit
from toride.access import command_line, restore
from toride.access.actions import Action
from toride.access.command_line import door
from toride.access.models import Branch, Person
from toride.access.options import ACTING_AS as AS
from toride.access.people import registry as service
from toride.access.signin import breached, factors, recovery, rules, steps, tokens
from toride.access.sso import config as single
from toride.access.sso import providers
from toride.base import config, terminal
from toride.base.errors import Invalid, Refused, Unavailable
from toride.vault.permit import Actor

TOKEN_REFUSALS = {
    "locked": lazy("Too many attempts. Try again later, or contact your administrator."),
    "credentials": lazy("The sign-in name, password and code do not match."),
    "first": lazy("Sign in with the browser first: the password has expired, or a second factor must be added."),
}
NEW_PASSWORD = "Their password"  # noqa: S105 - a prompt


@click.command(cls=terminal.Command)
@click.argument("username")
def token(username: str) -> None:
    """Print a command line token for USERNAME, valid for twelve hours; asks for the password.

    People with a second factor also enter a code. Without a terminal, the password is read from TORIDE_PASSWORD and
    the code from TORIDE_CODE, or from the files named in TORIDE_PASSWORD_FILE and TORIDE_CODE_FILE.
    """
    person = service.find(username)
    password = config.text("TORIDE_PASSWORD") or click.prompt("Password", hide_input=True, err=True)
    code = None
    if factors.stand(person.id):
        code = config.text("TORIDE_CODE") or click.prompt("Code from the app, or a recovery code", err=True)
    actor = Actor(person.id, person.username, person.name)
    reason = steps.obstacle(person, password, code)
    if reason:
        audit.note(actor, door(), "auth:session:open", outcome="refused", reason=reason)
        raise Refused(TOKEN_REFUSALS[reason])
    audit.note(actor, door(), "auth:token:issue")
    click.echo(tokens.issue(person))


@click.group(cls=terminal.Group)
def people() -> None:
    """Add, list and deactivate people."""


@people.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE",
    help="Role code of the access policy in force, such as teller; repeatable.",
)
@click.option("--branch", required=True, metavar="CODE", help="Branch code, as `toride branches list` shows it.")
@click.option("--rank", type=click.IntRange(1, 9), default=1, show_default=True, help="Rank, from 1 to 9.")
@AS
def add_person(username: str, name: str, roles: tuple[str, ...], branch: str, rank: int, acting_as: str | None) -> None:
    """Add a person. Asks for their first password, or reads it from TORIDE_PASSWORD (or TORIDE_PASSWORD_FILE)."""
    password = config.text("TORIDE_PASSWORD") or click.prompt(NEW_PASSWORD, hide_input=True, confirmation_prompt=True)
    breached.check(password)
    with command_line.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        service.hire(
            permit, username=username, name=name, roles=list(roles), branch=branch, rank=rank, password=password
        )
    click.echo(_("%(name)s can sign in.") % {"name": username})


@people.command("end")
@click.argument("username")
@AS
def end_person(username: str, acting_as: str | None) -> None:
    """Deactivate a person: account, sessions and tokens end immediately."""
    with command_line.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        service.dismiss(permit, username=username)
    click.echo(_("%(name)s is deactivated.") % {"name": username})


@people.command("list")
@AS
def list_people(acting_as: str | None) -> None:
    """List everyone, with roles and branch."""
    with command_line.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        permit.ledger.facts["read"] = "people"
        rows = [
            (one.username, one.name, one.roles, one.branch_id, _("active") if one.is_active else _("deactivated"))
            for one in Person.objects.order_by("username")
        ]
    terminal.table(rows, [_("Sign-in name"), _("Name"), _("Roles"), _("Branch"), _("Status")])


@people.command("start")
@click.argument("username")
@click.option(
    "--confirm",
    required=True,
    metavar="USERNAME",
    help="Repeat the sign-in name: anyone with the code can set this person's password.",
)
def start_person(username: str, confirm: str) -> None:
    """Print a start code for a forgotten password, valid for one day. Recorded, and shown to the person.

    Administrators do the same in the app. This command is for the key holder when no administrator can sign in.
    """
    if confirm != username:
        raise Invalid(_("--confirm must repeat the sign-in name. No code was issued."))
    row, code = recovery.give(username, door=door())
    until = formats.date_format(timezone.localtime(row.expires), "DATETIME_FORMAT")
    click.echo(_("%(name)s enters this code under “Forgot your password?” until %(until)s:")
               % {"name": username, "until": until})  # fmt: skip
    click.echo(code)


@people.command("accept")
@click.argument("username")
@click.option(
    "--confirm",
    required=True,
    metavar="USERNAME",
    help="Repeat the sign-in name: the roles in the database are accepted as they are.",
)
def accept_person(username: str, confirm: str) -> None:
    """Accept the roles of a person that were changed directly in the database. Recorded.

    Two people do the same in the app by a role change. This command is for the key holder when they cannot.
    """
    if confirm != username:
        raise Invalid(_("--confirm must repeat the sign-in name. Nothing was accepted."))
    person = restore.accept(username)
    rank = _("rank %(rank)d") % {"rank": person.rank}
    click.echo("\t".join((username, ",".join(person.roles), person.branch_id or "", rank)))


@click.group(cls=terminal.Group)
def policy() -> None:
    """Restore the access policy if it was altered in the database."""


@policy.command("restore")
def restore_policy() -> None:
    """Set aside versions with an invalid signature and restore the last valid one. Recorded."""
    aside, version = restore.restore()
    for name in aside:
        click.echo(_("set aside: %(name)s") % {"name": name})
    click.echo(_("in force: %(name)s") % {"name": version})
    for person in restore.altered():
        click.echo(
            _("%(name)s: all access is denied, the stored roles are not the approved ones") % {"name": person.username}
        )


@click.group("sign-in", cls=terminal.Group)
def sign_in() -> None:
    """Show, accept and change the sign-in policy; accept an identity provider."""


@sign_in.command("show")
def show_sign_in() -> None:
    """Show the sign-in policy and what is unconfirmed. Until it is accepted, the strictest rules apply."""
    altered, found = restore.unconfirmed()
    if not altered:
        terminal.facts([(_named(name), value) for name, value in rules.flat(asdict(rules.current())).items()])
    if not altered and not found:
        click.echo(_("Everything is confirmed."))
    if altered:
        click.echo(_("rules: not confirmed. As stored:"))
        terminal.facts(_stored_rules())
    for one in found:
        about = single.read(one.content)
        click.echo(_("%(name)s: not confirmed. As stored:") % {"name": one.name})
        terminal.facts(
            [
                (_("Issuer"), about.issuer),
                (_("State"), _("shown on the sign-in page") if one.active else _("hidden")),
                (_("Passwords"), _("only administrators, in an emergency") if one.sole else _("also allowed")),
                *((_("Group → role"), providers.mapped(each)) for each in about.mapped),
            ]
        )


def _stored_rules() -> list[tuple[Any, Any]]:
    """What is stored otherwise than as shipped."""
    try:
        return [(_named(name), value) for name, value in rules.differing(rules.standing()).items()]
    except Unavailable:
        return [(_("State"), _("cannot be read; set the rules again on their page"))]


@sign_in.command("accept")
@click.argument("name")
@click.option("--confirm", required=True, metavar="NAME", help="Repeat the name.")
def accept_sign_in(name: str, confirm: str) -> None:
    """Accept the stored sign-in policy (NAME: rules), or an identity provider by its NAME. Recorded.

    Two people do the same for an identity provider in the app. This command is for the key holder.
    """
    if confirm != name:
        raise Invalid(_("--confirm must repeat the name. Nothing was accepted."))
    if name == "rules":
        restore.accept_rules()
    else:
        restore.accept_provider(name)
    click.echo(_("%(name)s: accepted") % {"name": name})


@sign_in.command("set")
@click.argument("settings", nargs=-1, required=True, metavar="NAME=VALUE…")
@click.option("--confirm", required=True, metavar="rules", help="Repeat the word: rules.")
def set_sign_in(settings: tuple[str, ...], confirm: str) -> None:
    """Change the sign-in policy where no one else can approve it. Recorded.

    Names are those of `sign-in show`, such as passwords.length=14 or roles.teller.networks=192.0.2.0/24.
    In the app, two people do the same. This command is for the key holder.
    """
    if confirm != "rules":
        raise Invalid(_("--confirm must be: rules. Nothing was changed."))
    before, after = restore.set_rules(dict(_pair(one) for one in settings))
    shown = {name: (terminal.shown(before.get(name)), terminal.shown(value)) for name, value in after.items()}
    terminal.facts([(_named(name), f"{old} → {new}") for name, (old, new) in shown.items()])


def _named(name: str) -> str:
    """What the commands call a setting."""
    return re.sub(r"^duties\.", "roles.", name)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Invalid(_("Write each setting as NAME=VALUE, such as passwords.length=14."))
    return re.sub(r"^roles\.", "duties.", name.strip()), value.strip()


@click.group(cls=terminal.Group)
def branches() -> None:
    """Add and list branches."""


@branches.command("add")
@click.argument("code")
@click.argument("name")
@AS
def add_branch(code: str, name: str, acting_as: str | None) -> None:
    """Add a branch with this CODE and NAME."""
    with command_line.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        service.open_branch(permit, code=code, name=name)
    click.echo(f"{code} {name}")


@branches.command("list")
@AS
def list_branches(acting_as: str | None) -> None:
    """List every branch."""
    with command_line.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        permit.ledger.facts["read"] = "branches"
        rows = list(Branch.objects.order_by("code").values_list("code", "name"))
    terminal.table(rows, [_("Branch code"), _("Name")])
