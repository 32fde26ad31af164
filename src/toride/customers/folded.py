"""A profile folded into what the columns of the index hold; without keys, so that any process may do it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from toride.fields import folding
from toride.vault.permit import Category

BASIC, TRANSACTIONS, BEHAVIOUR = Category.BASIC, Category.TRANSACTIONS, Category.BEHAVIOUR
LONGEST = 200  # characters of a name or reading that can be searched
Profile = Mapping[Category, Mapping[str, Any]]


NOTHING: Mapping[str, Any] = {}


class _Source(NamedTuple):
    """What the columns of one profile come from."""

    branch: str
    owner: UUID | None
    basic: Mapping[str, Any]
    transactions: Mapping[str, Any]
    behaviour: Mapping[str, Any]

    def names(self) -> list[str]:
        """Of the customer, and of whom to ask for."""
        return [text for text in (self.basic.get("name"), self.basic.get("contact_person")) if text]

    def written(self) -> list[str]:
        """The names where variant kanji stand in them; otherwise the column of names says the same."""
        plain = [folding.plain(text)[:LONGEST] for text in self.names()]
        return plain if plain != [folding.name(text)[:LONGEST] for text in self.names()] else []

    def loose(self) -> list[str]:
        """The reading, as a whole and word by word, where it differs from the column of readings."""
        reading = self.basic.get("kana") or ""
        known = folding.kana(reading)[:LONGEST]
        found = (folding.loose(reading)[:LONGEST], folding.loose_by_word(reading)[:LONGEST])
        return [one for one in dict.fromkeys(found) if one and one != known]

    def emails(self) -> list[str]:
        """The addresses, and their domains with the @."""
        written = [email.lower() for email in self.basic.get("emails") or ()]
        return list(dict.fromkeys([*written, *map(folding.domain, written)]))


_FOLDS: Mapping[str, Callable[[_Source], Any]] = {
    "branch": lambda one: one.branch,
    "owner": lambda one: str(one.owner) if one.owner else None,
    "number": lambda one: folding.plain_number(one.basic.get("number") or ""),
    "name": lambda one: [folding.name(text)[:LONGEST] for text in one.names()],
    "written": lambda one: one.written(),
    "kana": lambda one: folding.kana(one.basic.get("kana") or "")[:LONGEST] or None,
    "loose": lambda one: one.loose(),
    "phone": lambda one: [folding.phone_digits(phone) for phone in one.basic.get("phones") or ()],
    "email": lambda one: one.emails(),
    "postcode": lambda one: folding.digits(one.basic.get("postcode") or "") or None,
    "prefecture": lambda one: one.basic.get("prefecture") or None,
    "city": lambda one: folding.name(one.basic.get("city") or "") or None,
    "street": lambda one: folding.street(one.basic.get("street") or "")[:LONGEST] or None,
    "birth_date": lambda one: one.basic.get("birth_date"),
    "status": lambda one: one.basic.get("status"),
    "kind": lambda one: one.basic.get("kind"),
    "value": lambda one: one.transactions.get("value"),
    "last_contact": lambda one: one.behaviour.get("last_contact"),
}
NAMES = tuple(_FOLDS)
OF_PROFILE = NAMES[2:]  # without branch and owner
_EACH = tuple(_FOLDS[name] for name in OF_PROFILE)


def row(branch: str, owner: UUID | None, profile: Profile, names: Iterable[str] = NAMES) -> dict[str, Any]:
    """The index row of a profile, or some of its columns: every value folded as a query is folded."""
    source = _source(branch, owner, profile)
    return {name: _FOLDS[name](source) for name in names}


def cells(stored: Mapping[str, Any]) -> list[Any]:
    """As `row`, of all of a profile's values in one: what OF_PROFILE names, in that order."""
    source = _Source("", None, stored, stored, stored)
    return [fold(source) for fold in _EACH]


def _source(branch: str, owner: UUID | None, profile: Profile) -> _Source:
    return _Source(
        branch, owner, profile.get(BASIC, NOTHING), profile.get(TRANSACTIONS, NOTHING), profile.get(BEHAVIOUR, NOTHING)
    )
