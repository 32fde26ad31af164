"""Whether a change would make somebody else of a customer: name, reading, birth date and phones all say so."""

import re
from collections.abc import Mapping
from typing import Any

from toride.fields import folding

_WORDS = re.compile(r"[\s・=＝,]+")
BEGINNING = 2  # characters that two names without a space must share to be of one family
Values = Mapping[str, Any]


def is_another(standing: Values, changes: Values) -> bool:
    """For a row of a file, at which nobody looks: a name that says another person, and nothing that vouches for it."""
    if not _name_differs(standing, changes) or _vouched(standing, changes):
        return False
    return not _related(standing["name"], changes["name"]) or _contradicted(standing, changes)


def becomes_another(standing: Values, changes: Values) -> bool:
    """For what a person changes by hand: name, reading, and birth date or phones become others, all at once."""
    if standing.get("kana") and not changes.get("kana"):
        return False
    return _name_differs(standing, changes) and not _vouched(standing, changes) and _contradicted(standing, changes)


def _name_differs(standing: Values, changes: Values) -> bool:
    before, after = standing.get("name"), changes.get("name")
    return bool(before and after) and folding.name(before) != folding.name(after)


def _vouched(standing: Values, changes: Values) -> bool:
    """The same reading or birth date; or, where no birth date speaks, the same phone or mail address."""
    if _same(standing, changes, "birth_date") is not None:
        return bool(_same(standing, changes, "birth_date"))
    return _reading(standing, changes) is True or any(_shared(standing, changes, name) for name in ("phones", "emails"))


def _contradicted(standing: Values, changes: Values) -> bool:
    """Another reading (as far as there is one), and another birth date or, where none speaks, other phones."""
    if _reading(standing, changes) is True:
        return False
    born = _same(standing, changes, "birth_date")
    return born is False or (born is None and _shared(standing, changes, "phones") is False)


def _same(standing: Values, changes: Values, name: str) -> bool | None:
    """None where one of them says nothing."""
    before, after = standing.get(name), changes.get(name)
    return before == after if before and after else None


def _reading(standing: Values, changes: Values) -> bool | None:
    before, after = standing.get("kana"), changes.get("kana")
    return folding.loose(before) == folding.loose(after) if before and after else None


def _shared(standing: Values, changes: Values, name: str) -> bool | None:
    before, after = (
        {folding.phone_digits(one) if name == "phones" else one.lower() for one in values.get(name) or ()}
        for values in (standing, changes)
    )
    return bool(before & after) if before and after else None


def _related(before: str, after: str) -> bool:
    """A part in common: a new family name after a wedding, another kanji, a company that added to its name."""
    first, second = ({folding.name(word) for word in _WORDS.split(text) if word} for text in (before, after))
    if first & second:
        return True
    one, other = folding.name(before), folding.name(after)
    return one[:BEGINNING] == other[:BEGINNING] or one in other or other in one
