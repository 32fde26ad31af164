"""Customers by command: the same search and the same record, through another door."""

import json
import sys
from typing import Any

import click

from toride import audit
from toride.access import acting
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.fields import CATEGORY_LABELS, FIELDS
from toride.customers.forms import FILTERS
from toride.customers.queries import Ask, Profile
from toride.vault import records
from toride.vault.permit import Category, Opening
from toride.vault.values import Masked, Opened

MOST_NAMED = 100  # in the event
LISTED = ("number", "name", "kana", "phones", "prefecture", "city", "birth_date", "status")


@click.group()
def customers() -> None:
    """Search and show customers, as a person, for a purpose; verify that all of them open."""


@customers.command()
@click.argument("query")
@click.option("--as", "username", required=True, help="Sign-in name of the person who acts.")
@click.option("--purpose", required=True, help="Purpose of use: service, call, sales, marketing, data-care, audit.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--sort", type=click.Choice(sorted(queries.SORTS)), default="kana")
@click.option("--descending", is_flag=True)
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help=f"One of {', '.join(FILTERS)}.")
@click.option("--json", "as_json", is_flag=True)
def search(
    query: str,
    username: str,
    purpose: str,
    limit: int,
    sort: str,
    descending: bool,
    filters: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search as the one search box does."""
    chosen = dict(_pair(one) for one in filters)
    with acting.permitted(username, Action.SEARCH, purpose=purpose) as permit:
        ask = Ask(text=query, filters=chosen, sort=sort, descending=descending, limit=limit, exact_total=True)
        found = queries.search(permit, ask)
        items = [_listed(profile) for profile in found.items]
    if as_json:
        print(json.dumps({"total": found.total, "items": items}, ensure_ascii=False))
        return
    for item in items:
        print("\t".join(str(item.get(name) or "") for name in ("number", "name", "kana", "city")))
    print(f"{found.total} found", file=sys.stderr)


@customers.command()
@click.argument("number")
@click.option("--as", "username", required=True)
@click.option("--purpose", required=True)
@click.option("--json", "as_json", is_flag=True)
def show(number: str, username: str, purpose: str, as_json: bool) -> None:
    """Show one customer by number."""
    subject = queries.subject_of(number) or queries.NOBODY
    with acting.permitted(username, Action.PROFILE_READ, purpose=purpose, subject=subject) as permit:
        found = queries.profile(permit, subject)
        content = _whole(found)
    if as_json:
        print(json.dumps(content, ensure_ascii=False))
        return
    for category in Category:
        print(f"[{CATEGORY_LABELS[category]}]")
        for name, value in content[category.name.lower()].items():
            print(f"  {FIELDS[name].label}: {_line(value)}")


@customers.command()
@click.option("--json", "as_json", is_flag=True)
def verify(as_json: bool) -> None:
    """Open every record and name the customers some of whose records or keys are not as they were sealed.

    Nothing of what is opened is shown. Exit status 1 where there is any.
    """
    count, damaged = 0, []
    for size, found in records.examine():
        count += size
        damaged += sorted(found)
    facts = {"customers": count, "unopenable": len(damaged), "subjects": [str(one) for one in damaged[:MOST_NAMED]]}
    audit.note(None, acting.door(), Action.RECORDS_VERIFY, outcome="failed" if damaged else "ok", facts=facts)
    if as_json:
        print(json.dumps({"customers": count, "unopenable": [str(one) for one in damaged]}))
    else:
        for one in damaged:
            print(f"{one} cannot be opened: restore this customer from a backup, or erase them")
        print(f"{count} customers: {f'{len(damaged)} cannot be opened' if damaged else 'as sealed'}")
    if damaged:
        raise click.exceptions.Exit(1)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or name not in FILTERS:
        raise click.BadParameter(f"write NAME=VALUE with one of {', '.join(FILTERS)}", param_hint="--filter")
    return name, value


def _listed(profile: Profile) -> dict[str, Any]:
    found = {name: _content(profile.values[name]) for name in LISTED}
    return {**found, "branch": profile.branch, "owner": profile.owner}


def _content(value: Any) -> Any:
    """What is opened is handed over; what is not prints as dots, and a closed field as null."""
    if isinstance(value, Opened):
        return value.content
    return str(value) if isinstance(value, Masked) else None


def _line(value: Any) -> str:
    """A field in one line: several values with commas between, a contact as its day and how it came about."""
    if isinstance(value, list | tuple):
        return ", ".join(" ".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in value)
    return "" if value is None else str(value)


def _whole(profile: Profile) -> dict[str, Any]:
    found: dict[str, Any] = {"branch": profile.branch, "owner": profile.owner}
    for category in Category:
        opening = profile.openings[category]
        fields = [name for name, spec in FIELDS.items() if spec.category == category]
        found[category.name.lower()] = (
            {name: _content(profile.values[name]) for name in fields} if opening != Opening.CLOSED else {}
        )
    return found
