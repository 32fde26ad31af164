"""People, branches and personal tokens by command."""

import click
from django.utils import timezone

from toride import audit
from toride.access import acting, factors, leaks, restoring, rules, signin, starting, tokens
from toride.access import people as service
from toride.access.acting import door
from toride.access.actions import Action
from toride.access.models import Branch, Person
from toride.access.sso import config as single
from toride.base import config
from toride.base.errors import Invalid, Refused
from toride.vault.permit import Actor

TOKEN_REFUSALS = {
    "locked": "Too many attempts. Wait a while, or ask the administrator.",
    "credentials": "The sign-in name, password and code do not match.",
    "first": "Sign in with the browser first: the password has run out, or a second factor must be enrolled.",
}


@click.command()
@click.argument("username")
def token(username: str) -> None:
    """Give a person a token for the command line, against their password; valid for twelve hours.

    Who has a second factor gives a code, too. Without a terminal the password is read from TORIDE_PASSWORD, the code
    from TORIDE_CODE, or the files that …_FILE name.
    """
    person = service.find(username)
    password = config.text("TORIDE_PASSWORD") or click.prompt("Password", hide_input=True, err=True)
    code = None
    if factors.stand(person.id):
        code = config.text("TORIDE_CODE") or click.prompt("Code from the app, or a recovery code", err=True)
    actor = Actor(person.id, person.username, person.name)
    reason = signin.obstacle(person, password, code)
    if reason:
        audit.note(actor, door(), "auth:session:open", outcome="refused", reason=reason)
        raise Refused(TOKEN_REFUSALS[reason])
    audit.note(actor, door(), "auth:token:issue")
    click.echo(tokens.issue(person))


AS = click.option("--as", "acting_as", required=True, metavar="USER", help="Who manages people.")


@click.group()
def people() -> None:
    """Who may sign in: add, list, end."""


@people.command("add")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, required=True, help="A duty of the policy in force.")
@click.option("--branch", required=True, help="Code of the branch.")
@click.option("--rank", type=click.IntRange(1, 9), default=1, show_default=True)
@AS
def add_person(username: str, name: str, roles: tuple[str, ...], branch: str, rank: int, acting_as: str) -> None:
    """Add a person. Their first password is asked for, or read from TORIDE_PASSWORD (or …_FILE)."""
    password = config.text("TORIDE_PASSWORD") or click.prompt(
        "Their password", hide_input=True, confirmation_prompt=True
    )
    leaks.check(password)
    with acting.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        service.hire(
            permit, username=username, name=name, roles=list(roles), branch=branch, rank=rank, password=password
        )
    click.echo(f"{username} may sign in.")


@people.command("end")
@click.argument("username")
@AS
def end_person(username: str, acting_as: str) -> None:
    """End a person's access at once: account, sessions, tokens."""
    with acting.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        service.dismiss(permit, username=username)
    click.echo(f"{username} has no access any more.")


@people.command("list")
@AS
def list_people(acting_as: str) -> None:
    """Everybody, with roles and branch."""
    with acting.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        permit.ledger.facts["read"] = "people"
        rows = [
            (one.username, one.name, ",".join(one.roles), one.branch_id or "", "" if one.is_active else "ended")
            for one in Person.objects.order_by("username")
        ]
    for row in rows:
        click.echo("\t".join(row).rstrip())


@people.command("start")
@click.argument("username")
@click.option("--confirm", required=True, help="The sign-in name again: whoever has the code sets their password.")
def start_person(username: str, confirm: str) -> None:
    """Give a person a start code for a forgotten password, good for a day; recorded, and told to them.

    An administrator does the same on a page. This is for whoever holds the keys, where none can sign in any more.
    """
    if confirm != username:
        raise Invalid("--confirm must repeat the sign-in name; no code was given out")
    row, code = starting.give(username, door=door())
    click.echo(f"{username} types this code after “Forgotten the password?”, until {timezone.localtime(row.expires)}:")
    click.echo(code)


@people.command("accept")
@click.argument("username")
@click.option("--confirm", required=True, help="The sign-in name again: their duties hold as they stand in the store.")
def accept_person(username: str, confirm: str) -> None:
    """Accept a person whose duties were altered in the store, or who came there by another way; recorded.

    Two people can do the same on a page, by a change of duties. This is for whoever holds the keys, where they cannot.
    """
    if confirm != username:
        raise Invalid("--confirm must repeat the sign-in name; nothing was accepted")
    person = restoring.accept(username)
    click.echo(f"{username}\t{','.join(person.roles)}\t{person.branch_id or ''}\trank {person.rank}")


@click.group()
def policy() -> None:
    """The policy, where somebody altered it in the store."""


@policy.command("restore")
def restore_policy() -> None:
    """Set aside every version that is not what was signed, and go back to the last one that is; recorded."""
    aside, version = restoring.restore()
    for name in aside:
        click.echo(f"set aside: {name}")
    click.echo(f"in force: {version}")
    for person in restoring.altered():
        click.echo(f"nothing is decided for {person.username}: their duties are not what was agreed upon")


@click.group("sign-in")
def sign_in() -> None:
    """Rules and providers of sign-in, where they are not what was agreed upon."""


@sign_in.command("show")
def show_sign_in() -> None:
    """What is to be confirmed, as it stands in the store; until then the strictest rules hold, and no such provider."""
    altered, found = restoring.unconfirmed()
    if not altered and not found:
        click.echo("Rules and providers are what was agreed upon.")
    if altered:
        click.echo("rules\tnot what was set; as they stand:")
        for name, value in rules.differing(rules.standing()).items():
            click.echo(f"  {name}: {value}")
    for one in found:
        about = single.read(one.content)
        state = ["offered" if one.active else "not offered", *(["no passwords beside it"] if one.sole else [])]
        click.echo(f"{one.name}\tnot what two people agreed upon; as it stands:")
        click.echo(f"  {one.kind}\t{about.issuer}\t{', '.join(state)}")
        for each in about.mapped:
            click.echo(f"  group {each.group}: {each.role}")


@sign_in.command("accept")
@click.argument("name")
@click.option("--confirm", required=True, help="The name again: it holds as it stands in the store.")
def accept_sign_in(name: str, confirm: str) -> None:
    """Accept the rules of sign-in ("rules"), or a provider by its name, as they stand in the store; recorded.

    Two people can do the same for a provider on its page. This is for whoever holds the keys.
    """
    if confirm != name:
        raise Invalid("--confirm must repeat the name; nothing was accepted")
    if name == "rules":
        restoring.accept_rules()
    else:
        restoring.accept_provider(name)
    click.echo(f"{name}: accepted")


@click.group()
def branches() -> None:
    """Where customers belong and people work."""


@branches.command("add")
@click.argument("code")
@click.argument("name")
@AS
def add_branch(code: str, name: str, acting_as: str) -> None:
    """Add a branch."""
    with acting.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        service.open_branch(permit, code=code, name=name)
    click.echo(f"{code} {name}")


@branches.command("list")
@AS
def list_branches(acting_as: str) -> None:
    """Every branch."""
    with acting.permitted(acting_as, Action.PERSON_MANAGE) as permit:
        permit.ledger.facts["read"] = "branches"
        rows = list(Branch.objects.order_by("code").values_list("code", "name"))
    for code, name in rows:
        click.echo(f"{code}\t{name}")
