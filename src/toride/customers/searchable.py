"""Which sealed fields can be searched, and how a profile becomes a row of the index."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from toride.customers import folding
from toride.vault.index.columns import Column, Schema, Type
from toride.vault.permit import Category

BASIC, TRANSACTIONS, BEHAVIOUR = Category.BASIC, Category.TRANSACTIONS, Category.BEHAVIOUR
SCHEMA = Schema(
    (
        Column("branch", Type.CODE),
        Column("owner", Type.CODE),
        Column("number", Type.KEY, BASIC, "number"),
        Column("name", Type.TEXT, BASIC, "name"),
        Column("written", Type.TEXT, BASIC, "name"),
        Column("kana", Type.TEXT, BASIC, "kana", sortable=True),
        Column("loose", Type.TEXT, BASIC, "kana"),
        Column("phone", Type.DIGITS, BASIC, "phones"),
        Column("email", Type.HASH, BASIC, "emails"),
        Column("postcode", Type.DIGITS, BASIC, "postcode"),
        Column("prefecture", Type.CODE, BASIC, "prefecture"),
        Column("city", Type.TEXT, BASIC, "city"),
        Column("birth_date", Type.DATE, BASIC, "birth_date"),
        Column("status", Type.CODE, BASIC, "status"),
        Column("kind", Type.CODE, BASIC, "kind"),
        Column("value", Type.INT, TRANSACTIONS, "value", sortable=True),
        Column("last_contact", Type.DATE, BEHAVIOUR, "last_contact", sortable=True),
    ),
    version="1",
)
LONGEST = 200  # characters of a name or reading that can be searched
NEEDED = (BASIC, TRANSACTIONS, BEHAVIOUR)
Profile = Mapping[Category, Mapping[str, Any]]


class _Source:
    """What the columns of one profile come from; each name is folded once."""

    def __init__(self, branch: str, owner: UUID | None, profile: Profile) -> None:
        self.branch, self.owner = branch, owner
        self.basic: Mapping[str, Any] = profile.get(BASIC, {})
        self.transactions: Mapping[str, Any] = profile.get(TRANSACTIONS, {})
        self.behaviour: Mapping[str, Any] = profile.get(BEHAVIOUR, {})

    @cached_property
    def written(self) -> tuple[str, ...]:
        return tuple(folding.plain(text) for text in (self.basic.get("name"), self.basic.get("contact_person")) if text)

    @cached_property
    def kana(self) -> tuple[str, ...]:
        return tuple(folding.kana(text) for text in (self.basic.get("kana"),) if text)


_FOLDS: Mapping[str, Callable[[_Source], Any]] = {
    "branch": lambda one: one.branch,
    "owner": lambda one: str(one.owner) if one.owner else None,
    "number": lambda one: folding.plain_number(one.basic.get("number") or ""),
    "name": lambda one: _short(folding.unvaried(text) for text in one.written),
    "written": lambda one: _short(one.written),
    "kana": lambda one: _short(one.kana),
    "loose": lambda one: _short(folding.loosened(text) for text in one.kana),
    "phone": lambda one: tuple(folding.phone_digits(phone) for phone in one.basic.get("phones") or ()),
    "email": lambda one: tuple(email.lower() for email in one.basic.get("emails") or ()),
    "postcode": lambda one: folding.digits(one.basic.get("postcode") or "") or None,
    "prefecture": lambda one: one.basic.get("prefecture") or None,
    "city": lambda one: folding.name(one.basic.get("city") or "") or None,
    "birth_date": lambda one: one.basic.get("birth_date"),
    "status": lambda one: one.basic.get("status"),
    "kind": lambda one: one.basic.get("kind"),
    "value": lambda one: one.transactions.get("value"),
    "last_contact": lambda one: one.behaviour.get("last_contact"),
}
NAMES = tuple(_FOLDS)


def row(branch: str, owner: UUID | None, profile: Profile, names: Iterable[str] = NAMES) -> dict[str, Any]:
    """The index row of a profile, or some of its columns: every value folded as a query is folded."""
    source = _Source(branch, owner, profile)
    return {name: _FOLDS[name](source) for name in names}


def _short(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text[:LONGEST] for text in texts)
