"""What can be asked about customers; every answer was opened by a permit and stands in its ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from toride.access.facts import Facts
from toride.base.errors import Hidden
from toride.base.ids import ordered_id
from toride.customers import folding, searching
from toride.customers.fields import FIELDS
from toride.customers.models import Customer
from toride.customers.searchable import NEEDED, row
from toride.vault import index, records
from toride.vault.index import lookup
from toride.vault.index.query import All, Expr, matches
from toride.vault.permit import Category, Mode, Opening, Permit
from toride.vault.values import Closed, Masked, Opened, Value

PAGE = 50
NOBODY = UUID(int=0)
SORTS = {"kana", "value", "last_contact"}
CLOSED, MASKED = Closed(), Masked()


@dataclass(frozen=True, slots=True)
class Profile:
    """One customer as the permit shows them: `values` holds every field, opened, masked or closed."""

    subject: UUID
    branch: str
    branch_name: str
    owner: str
    owner_id: UUID | None
    created: datetime
    values: Mapping[str, Value]
    revisions: Mapping[Category, int]
    openings: Mapping[Category, Opening]

    def __getattr__(self, name: str) -> Value:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search."""

    items: Sequence[Profile]
    total: int
    capped: bool
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A search as a person puts it."""

    text: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = "kana"
    descending: bool = False
    after: str | None = None
    limit: int = PAGE
    act: UUID = field(default_factory=ordered_id)
    exact_total: bool = False


def search(permit: Permit, ask: Ask) -> Found:
    """Customers within the permit's rows. Raises Refused for a filter or sort on a column that is not clear."""
    question = searching.free(permit, ask.text)
    parts = searching.filters(permit, dict(ask.filters))
    expr: Expr = All(question.expr, *parts) if parts else question.expr
    hits = index.search(
        permit,
        expr,
        sort=(ask.sort, ask.descending) if ask.sort in SORTS else None,
        after=ask.after,
        limit=ask.limit,
        boost=question.boost,
        exact_total=ask.exact_total,
    )
    permit.ledger.act = ask.act
    permit.ledger.terms = " ".join(
        [ask.text, *(f"{key}={value}" for key, value in ask.filters.items() if value)]
    ).strip()
    permit.ledger.facts |= {"found": hits.total, "more": hits.capped}
    items = [found for found in profiles(permit, hits.subjects, NEEDED) if _answers(found, expr)]
    return Found(items, hits.total, hits.capped, hits.cursor)


def profile(permit: Permit, subject: UUID) -> Profile:
    """One customer. Raises Hidden where there is none."""
    found = profiles(permit, [subject])
    if not found:
        raise Hidden
    return found[0]


def profiles(
    permit: Permit, subjects: Sequence[UUID], categories: Sequence[Category] = tuple(Category)
) -> list[Profile]:
    """These customers, in this order, within the permit's rows; three queries for any number."""
    customers = {
        customer.subject_id: customer
        for customer in Customer.objects.filter(subject__in=subjects, hidden=None).select_related("branch", "owner")
        if permit.rows.include(customer.branch_id, customer.owner_id)
    }
    known = [subject for subject in subjects if subject in customers]
    opened = records.read(permit, known, kinds=("profile",), categories=categories)
    for subject in known:
        if not opened.get(subject):
            permit.ledger.touch(subject, Mode.LISTED)
    return [_profile(permit, customers[subject], opened.get(subject, ())) for subject in known]


def _profile(permit: Permit, customer: Customer, opened: Sequence[Any]) -> Profile:
    held = {record.category: record for record in opened}
    values: dict[str, Value] = {}
    for spec in FIELDS.values():
        opening = permit.opening(spec.category, spec.name)
        record = held.get(spec.category)
        if opening == Opening.CLEAR:
            values[spec.name] = record.values.get(spec.name, Opened(None)) if record else Opened(None)
        else:
            values[spec.name] = MASKED if opening == Opening.MASKED else CLOSED
    return Profile(
        subject=customer.subject_id,
        branch=customer.branch_id,
        branch_name=customer.branch.name,
        owner=customer.owner.name if customer.owner else "",
        owner_id=customer.owner_id,
        created=customer.created,
        values=values,
        revisions={category: record.revision for category, record in held.items()},
        openings={category: permit.opening(category) for category in Category},
    )


def _answers(found: Profile, expr: Expr) -> bool:
    """Does the opened record really answer the question? A stale index may miss; it never shows wrong data."""
    contents: dict[Category, dict[str, Any]] = {category: {} for category in Category}
    for spec in FIELDS.values():
        value = found.values[spec.name]
        if isinstance(value, Opened):
            contents[spec.category][spec.name] = value.content
    return matches(expr, row(found.branch, found.owner_id, contents))


def subject_of(number: str) -> UUID | None:
    """Whose customer number this is; not a reading: only whoever then gets a permit learns anything."""
    return lookup.find("number", [folding.plain_number(number)]).get(folding.plain_number(number))


def facts(subject: UUID) -> Facts | None:
    """For decisions: branch and person in charge; None for an unknown, hidden or erased customer."""
    found = Customer.objects.filter(subject=subject, hidden=None).values_list("branch_id", "owner_id").first()
    return Facts(*found) if found else None


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a record's history."""

    at: datetime
    category: Category
    who: str
    source: str
    fields: Sequence[tuple[str, Value, Value]]


def history(permit: Permit, subject: UUID) -> list[Change]:
    """What was changed, when, by whom, from where; newest first; only categories that the permit opens."""
    entries = records.read(permit, [subject], kinds=("history",)).get(subject, ())
    found = []
    for entry in entries:
        if not isinstance(changed := entry.values.get("fields"), Opened):
            continue
        pairs = [
            (name, _old_or_new(permit, entry.category, name, old), _old_or_new(permit, entry.category, name, new))
            for name, (old, new) in changed.content.items()
        ]
        who, source = entry.values["who"], entry.values["source"]
        found.append(Change(entry.changed, entry.category, _content(who), _content(source), pairs))
    return sorted(found, key=lambda change: change.at, reverse=True)


def _old_or_new(permit: Permit, category: Category, name: str, content: Any) -> Value:
    return Opened(content) if permit.opening(category, name) == Opening.CLEAR else MASKED


def _content(value: Value) -> str:
    return str(value.content) if isinstance(value, Opened) else ""
