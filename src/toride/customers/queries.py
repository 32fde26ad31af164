"""What can be asked about customers; every answer was opened by a permit and stands in its ledger."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from toride import audit
from toride.access.facts import Facts
from toride.base.errors import Hidden
from toride.customers import claims, numbers, searching
from toride.customers.fields import FIELDS
from toride.customers.searchable import FOLDED_FROM, NEEDED, row
from toride.fields.kinds import DAMAGED
from toride.lists.ask import Ask, Found, note
from toride.vault import index, records, rows
from toride.vault.aead import Unopenable
from toride.vault.index.query import All, Expr, leaves, matcher
from toride.vault.permit import Category, Mode, Opening, Permit
from toride.vault.records import Record
from toride.vault.values import Closed, Masked, Opened, Value

FEW = 5
NOBODY = UUID(int=0)
SORTS = ("kana", "value", "last_contact")
CLOSED, MASKED, EMPTY = Closed(), Masked(), Opened(None)
STORE = "default"
Openings = tuple[tuple[Category, Opening], ...]
Exceptions = tuple[tuple[tuple[Category, str], Opening], ...]
# Hot paths, without models: a page of fifty, and every decision about one customer.
_PLACES = (
    "SELECT c.subject_id, c.branch_id, b.name, c.owner_id, p.name, {created},"
    " EXISTS (SELECT 1 FROM customers_star s WHERE s.person_id = %s AND s.customer_id = c.subject_id)"
    " FROM customers_customer c"
    " JOIN access_branch b ON b.code = c.branch_id LEFT JOIN access_person p ON p.id = c.owner_id"
    " WHERE c.hidden IS NULL AND c.subject_id"
)
_FACTS = "SELECT branch_id, owner_id FROM customers_customer WHERE subject_id = %s AND hidden IS NULL"
_FACTS_OF_EACH = "SELECT subject_id, branch_id, owner_id FROM customers_customer WHERE hidden IS NULL AND subject_id"


@dataclass(frozen=True, slots=True)
class Profile:
    """One customer as the permit shows them: `values` holds every field, opened, masked or closed; `starred` by who
    asks.
    """

    subject: UUID
    branch: str
    branch_name: str
    owner: str
    owner_id: UUID | None
    created: datetime
    starred: bool
    values: Mapping[str, Value]
    revisions: Mapping[Category, int]
    openings: Mapping[Category, Opening]

    def __getattr__(self, name: str) -> Value:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


def search(permit: Permit, ask: Ask) -> Found[Profile]:
    """Customers within the permit's rows. Raises Refused for a filter or sort on a column that is not clear."""
    ask = ask if ask.sort else replace(ask, sort=SORTS[0])
    question = searching.free(permit, ask.text)
    parts = searching.filters(permit, dict(ask.filters))
    expr: Expr = All(question.expr, *parts) if parts else question.expr
    hits = index.search(
        permit,
        expr,
        sort=(ask.sort, ask.descending) if ask.sort in SORTS else None,
        after=ask.after,
        limit=ask.limit if ask.among is None else 1,
        boost=question.boost,
        exact_total=ask.exact_total,
    )
    note(permit, ask, hits.total, capped=hits.capped)
    if ask.among is not None:
        items = _among(permit, ask, expr)
        permit.ledger.facts |= {"found": len(items), "more": False}
        return Found(items, len(items), capped=False, question=question.expr, damaged=_damaged(permit))
    items = _answering(profiles(permit, hits.subjects, _opened(ask, expr)), expr)
    return Found(items, hits.total, hits.capped, hits.cursor, question.expr, _damaged(permit))


def _damaged(permit: Permit) -> int:
    return int(permit.ledger.facts.get(DAMAGED, 0))


def likely(permit: Permit, written: Mapping[str, str]) -> list[Profile]:
    """A few customers within the permit's rows whose name, a phone or a mail address is as written."""
    asked = searching.resembling(permit, written)
    if asked is None:
        return []
    hits = index.search(permit, asked, limit=FEW)
    permit.ledger.terms = " ".join(written[name] for name in searching.TELLING if written.get(name))
    permit.ledger.facts |= {"found": hits.total, "more": hits.capped}
    return _answering(profiles(permit, hits.subjects, (Category.BASIC,)), asked)


def _opened(ask: Ask, expr: Expr) -> list[Category]:
    """What is shown, and what question and order are about: of a customer who is found nothing else is opened."""
    names = {ask.sort, *(name for leaf in leaves(expr) for name in FOLDED_FROM.get(leaf.column, ()))}
    about = {FIELDS[name].category for name in names if name in FIELDS}
    return [category for category in NEEDED if category in ask.shown or category in about]


def _among(permit: Permit, ask: Ask, expr: Expr) -> list[Profile]:
    """Those of a few customers that answer, sorted; the ledger forgets the others, for nobody sees them."""
    opened = profiles(permit, ask.among or (), _opened(ask, expr))
    items = _answering(opened, expr)
    for one in {one.subject for one in opened} - {one.subject for one in items}:
        for touched in [touched for touched in permit.ledger.touches if touched[0] == one]:
            del permit.ledger.touches[touched]
    keys = {one.subject: _content(one.values[ask.sort]) for one in items}
    filled = [one for one in items if keys[one.subject]]
    whole = ask.sort == "value"
    filled.sort(key=lambda one: int(keys[one.subject]) if whole else keys[one.subject], reverse=ask.descending)
    return filled + [one for one in items if not keys[one.subject]]


def profile(permit: Permit, subject: UUID, categories: Sequence[Category] = tuple(Category)) -> Profile:
    """One customer, as far as `categories`. Raises Hidden where there is none, Unopenable as `vault.records.read`."""
    found, damaged = _profiles(permit, [subject], categories)
    if damaged:
        permit.ledger.touch(subject, Mode.LISTED)
        raise Unopenable
    if not found:
        raise Hidden
    return found[0]


def profiles(
    permit: Permit, subjects: Sequence[UUID], categories: Sequence[Category] = tuple(Category)
) -> list[Profile]:
    """These customers, in this order, within the permit's rows; three queries for any number.

    Whose record does not open as it was sealed is left out and counted in the ledger, and an event names them.
    """
    found, damaged = _profiles(permit, subjects, categories)
    if damaged:
        permit.ledger.facts[DAMAGED] = len(damaged)
        audit.fail(permit, sorted(damaged), reason=DAMAGED)
    return found


def _profiles(
    permit: Permit, subjects: Sequence[UUID], categories: Sequence[Category]
) -> tuple[list[Profile], set[UUID]]:
    """The profiles that open, and whose do not."""
    damaged: set[UUID] = set()
    places = {
        place.subject: place
        for place in _places(permit, subjects)
        if permit.rows.include(place.branch, place.owner_id, place.subject)
    }
    known = [subject for subject in subjects if subject in places]
    opened = records.read(permit, known, kinds=("profile",), categories=categories, damaged=damaged)
    known = [subject for subject in known if subject not in damaged]
    for subject in known:
        if not opened.get(subject):
            permit.ledger.touch(subject, Mode.LISTED)
    shape = _shape(tuple(permit.openings.items()), tuple(permit.fields.items()))
    return [shape.profile(places[subject], opened.get(subject, ())) for subject in known], damaged


class _Place(NamedTuple):
    """What of a customer stands in clear."""

    subject: UUID
    branch: str
    branch_name: str
    owner_id: UUID | None
    owner: str
    created: datetime
    starred: bool


def _places(permit: Permit, subjects: Sequence[UUID]) -> list[_Place]:
    condition, parameter = rows.among(STORE, subjects)
    places = _PLACES.format(created=rows.moments(STORE, "c.created"))
    found = rows.fetch(STORE, f"{places} {condition}", [rows.to_id(STORE, permit.actor.id), parameter])
    return [
        _Place(
            rows.from_id(subject), branch, branch_name, rows.from_id(owner_id) if owner_id else None, owner or "",
            rows.from_moment(created), bool(starred),
        )
        for subject, branch, branch_name, owner_id, owner, created, starred in found
    ]  # fmt: skip


class _Shape:
    """How far permits open each field; the same for every profile that is shown under one of them."""

    def __init__(self, openings: Openings, exceptions: Exceptions) -> None:
        whole, named = dict(openings), dict(exceptions)
        self.openings = {category: whole.get(category, Opening.CLOSED) for category in Category}
        fields = {
            spec.name: (spec.category, named.get((spec.category, spec.name), self.openings[spec.category]))
            for spec in FIELDS.values()
        }
        self.clear = {name: category for name, (category, opening) in fields.items() if opening == Opening.CLEAR}
        self.rest: dict[str, Value] = {
            name: MASKED if opening == Opening.MASKED else CLOSED
            for name, (_category, opening) in fields.items()
            if opening != Opening.CLEAR
        }

    def profile(self, place: _Place, opened: Sequence[Record]) -> Profile:
        held = {record.category: record.values for record in opened}
        return Profile(
            subject=place.subject,
            branch=place.branch,
            branch_name=place.branch_name,
            owner=place.owner,
            owner_id=place.owner_id,
            created=place.created,
            starred=place.starred,
            values=_Values(self, held),
            revisions={record.category: record.revision for record in opened},
            openings=self.openings,
        )


@lru_cache(maxsize=256)
def _shape(openings: Openings, exceptions: Exceptions) -> _Shape:
    return _Shape(openings, exceptions)


class _Values(Mapping[str, Value]):
    """Every field, looked up when it is asked for: a line of a list shows a third of them."""

    __slots__ = ("_held", "_shape")

    def __init__(self, shape: _Shape, held: Mapping[Category, Mapping[str, Value]]) -> None:
        self._shape, self._held = shape, held

    def __getitem__(self, name: str) -> Value:
        if (category := self._shape.clear.get(name)) is None:
            return self._shape.rest[name]
        found = self._held.get(category)
        return EMPTY if found is None else found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)


def _answering(found: Sequence[Profile], expr: Expr) -> list[Profile]:
    """Which opened records really answer the question: a stale index may miss; it never shows wrong data."""
    names = dict.fromkeys(leaf.column for leaf in leaves(expr))
    if not names:
        return list(found) if matcher(expr)({}) else []
    answers, asked = matcher(expr), {field for name in names for field in FOLDED_FROM.get(name, ())}
    return [one for one in found if answers(row(one.branch, one.owner_id, _contents(one, asked), names))]


def _contents(found: Profile, asked: Iterable[str]) -> dict[Category, dict[str, Any]]:
    """What of these fields is opened."""
    contents: dict[Category, dict[str, Any]] = {category: {} for category in NEEDED}
    for name in asked:
        if isinstance(value := found.values[name], Opened):
            contents[FIELDS[name].category][name] = value.content
    return contents


def subject_of(number: str) -> UUID | None:
    """Whose customer number this is; not a reading: only whoever then gets a permit learns anything."""
    wanted = numbers.exact(number)
    return claims.owners([wanted]).get(wanted) or claims.alike([wanted]).get(wanted)


def facts(subject: UUID) -> Facts | None:
    """For decisions: branch and person in charge; None for an unknown, hidden or erased customer."""
    found = rows.fetch(STORE, _FACTS, [rows.to_id(STORE, subject)])
    return Facts(found[0][0], rows.from_id(found[0][1]) if found[0][1] else None) if found else None


def facts_of_each(subjects: Collection[UUID]) -> dict[UUID, Facts]:
    """As `facts`, of those that are known, in one query."""
    condition, parameter = rows.among(STORE, subjects)
    found = rows.fetch(STORE, f"{_FACTS_OF_EACH} {condition}", [parameter])
    return {
        rows.from_id(subject): Facts(branch, rows.from_id(owner) if owner else None) for subject, branch, owner in found
    }


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
