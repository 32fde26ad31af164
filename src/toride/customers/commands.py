"""Customers by command: the same search and the same record, through another door."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click
from django.utils.translation import gettext as _

from toride import audit
from toride.access import command_line
from toride.access.options import AS, PURPOSE
from toride.base import terminal
from toride.customers import queries, showing
from toride.customers.actions import Action
from toride.customers.fields import CATEGORY_LABELS, FIELDS
from toride.customers.forms import FILTERS
from toride.customers.queries import Profile
from toride.lists.ask import Ask
from toride.vault import records
from toride.vault.permit import Category, Opening
from toride.vault.values import Masked, Opened, Value

MOST_NAMED = 100  # in the event
LISTED = ("number", "name", "kana", "phones", "prefecture", "city", "birth_date", "status")
PRINTED = ("number", "name", "kana", "city")
LINES = "contacts"


@click.group(cls=terminal.Group)
def customers() -> None:
    """Search, show and verify customer records."""


@customers.command()
@click.argument("query")
@AS
@PURPOSE
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Most customers to print.")
@click.option(
    "--sort", type=click.Choice(sorted(queries.SORTS)), default="kana", show_default=True, help="Order of the results."
)
@click.option("--descending", is_flag=True, help="Reverse the order.")
@click.option(
    "--filter", "filters", multiple=True, metavar="NAME=VALUE", help=f"Repeatable; NAME is one of {', '.join(FILTERS)}."
)
@terminal.JSON
def search(
    query: str,
    username: str | None,
    purpose: str,
    limit: int,
    sort: str,
    descending: bool,
    filters: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search by name, kana, phone, last four digits, e-mail, customer number or birth date."""
    chosen = dict(_pair(one) for one in filters)
    with command_line.permitted(username, Action.SEARCH, purpose=purpose) as permit:
        ask = Ask(text=query, filters=chosen, sort=sort, descending=descending, limit=limit, exact_total=True)
        found = queries.search(permit, ask)
        items = [_listed(profile) for profile in found.items]
    if as_json:
        print(json.dumps({"total": found.total, "items": items}, ensure_ascii=False))
        return
    terminal.table([[item.get(name) for name in PRINTED] for item in items], [FIELDS[name].label for name in PRINTED])
    print(_("%(count)s customers found") % {"count": f"{found.total:,}"}, file=sys.stderr)


@customers.command()
@click.argument("number")
@AS
@PURPOSE
@terminal.JSON
def show(number: str, username: str | None, purpose: str, as_json: bool) -> None:
    """Show one customer, by customer NUMBER."""
    subject = queries.subject_of(number) or queries.NOBODY
    with command_line.permitted(username, Action.PROFILE_READ, purpose=purpose, subject=subject) as permit:
        found = queries.profile(permit, subject)
        content = _whole(found)
        parts = {category: list(_written(found, category)) for category in Category}
    if as_json:
        print(json.dumps(content, ensure_ascii=False))
        return
    terminal.facts([(showing.named("branch"), found.branch_name), (showing.named("owner"), found.owner)])
    for category, pairs in parts.items():
        print(f"\n{CATEGORY_LABELS[category]}")
        if pairs:
            terminal.facts(pairs)
        else:
            print(f"  {_('No access')}")


@customers.command()
@terminal.JSON
def verify(as_json: bool) -> None:
    """Check that every record can be decrypted; shows no data. Exit status 1 if any is damaged or altered."""
    count, damaged = 0, []
    for size, found in records.examine():
        count += size
        damaged += sorted(found)
    facts = {"customers": count, "unopenable": len(damaged), "subjects": [str(one) for one in damaged[:MOST_NAMED]]}
    audit.note(None, command_line.door(), Action.RECORDS_VERIFY, outcome="failed" if damaged else "ok", facts=facts)
    if as_json:
        print(json.dumps({"customers": count, "unopenable": [str(one) for one in damaged]}))
    else:
        for one in damaged:
            print(_("%(id)s cannot be decrypted. Restore this customer from a backup.") % {"id": one})
        words = {"count": f"{count:,}", "damaged": f"{len(damaged):,}"}
        print(_("%(count)s customers checked, %(damaged)s cannot be decrypted") % words)
    if damaged:
        raise click.exceptions.Exit(1)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or name not in FILTERS:
        said = _("Enter NAME=VALUE, where NAME is one of %(names)s") % {"names": ", ".join(FILTERS)}
        raise click.BadParameter(said, param_hint="--filter")
    return name, value


def _listed(profile: Profile) -> dict[str, Any]:
    found = {name: _content(profile.values[name]) for name in LISTED}
    return {**found, "branch": profile.branch, "owner": profile.owner}


def _content(value: Any) -> Any:
    """What is opened is handed over; what is not prints as dots, and a closed field as null."""
    if isinstance(value, Opened):
        return value.content
    return str(value) if isinstance(value, Masked) else None


def _whole(profile: Profile) -> dict[str, Any]:
    found: dict[str, Any] = {"branch": profile.branch, "owner": profile.owner}
    for category in Category:
        opening = profile.openings[category]
        fields = [name for name, spec in FIELDS.items() if spec.category == category]
        found[category.name.lower()] = (
            {name: _content(profile.values[name]) for name in fields} if opening != Opening.CLOSED else {}
        )
    return found


def _written(profile: Profile, category: Category) -> Iterator[tuple[Any, Any]]:
    """Names and values of a category as its page writes them; nothing where it is closed."""
    if profile.openings[category] == Opening.CLOSED:
        return
    for name, spec in FIELDS.items():
        if spec.category != category:
            continue
        value = profile.values[name]
        if name == LINES and isinstance(value, Opened):
            lines = [" ".join(map(str, line)) for line in value.content or ()]
            yield from ((spec.label if not at else "", line) for at, line in enumerate(lines or [None]))
        else:
            yield spec.label, _plain(showing.display(name, value))


def _plain(value: Value | str) -> Any:
    return value.content if isinstance(value, Opened) else str(value)
