"""Which column of a file is which field: by its heading, else by what stands in it, which is only ever a proposal."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from toride.base.errors import Invalid
from toride.customers import barred, fields
from toride.customers.barred import Kind
from toride.customers.fields import FIELDS
from toride.customers.imports import headings, layouts, reasons
from toride.fields import addresses, folding, types

SPECIAL = (
    "family", "given", "family_kana", "given_kana", "company", "address", "address2", "branch", "owner",
)  # fmt: skip
TARGETS = (*(name for name, spec in FIELDS.items() if spec.typed), *SPECIAL)
MANY = headings.SEVERAL
OF_WORDS = frozenset({"kind", "status", "gender", "prefecture"})  # fields that take one of few words
NAMES = frozenset({"name", "family", "company"})
SAMPLE = 200
SURE = 0.8
TOP = 20  # rows among which the headings are looked for
ENOUGH = 2  # headings that are known make a row of headings
TAKEN_OUT = {
    Kind.INDIVIDUAL: _(
        "Column %(column)s looks like Individual Numbers (My Number), which must not be stored here. Don't import this column."
    ),
    Kind.CARD: _("Column %(column)s looks like card numbers, which must not be stored here. Don't import this column."),
}
NO_NUMBER = (
    'No column holds the customer number. Name it: --mapping FILE with {"heading": "number"}, or have the rows numbered: '
    "--number-them."
)
NO_NAME = 'No column holds the name. Name it: --mapping FILE with {"heading": "name"}.'
BELOW = "Row %(row)d looks like the headings. Say so: --heading-row %(row)d, or --accept-guess."
GUESSED = (
    "No headings are known in row 1. Name the columns (--mapping FILE), or accept what their contents look like "
    "(--accept-guess): %(columns)s"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """`targets`: for each column a field, a special target, or None; `header`: there are headings.

    `above`: rows before them that are passed over; `double`: they stand in two rows. `numbered`: the product gives the
    numbers, and begins them so. `company`: whom a row with company and person is about. `layout`: a known export.
    """

    targets: tuple[str | None, ...]
    header: bool
    above: int = 0
    double: bool = False
    numbered: str = ""
    company: str = ""
    layout: str = ""
    doubts: tuple[str, ...] = field(default=(), compare=False)

    @property
    def first(self) -> int:
        """How many rows stand before the first customer."""
        return self.above + self.header + (self.header and self.double)


def propose(
    rows: Sequence[Sequence[str]], *, accept: bool = False, above: int | None = None, numbered: str = ""
) -> Columns:
    """As `guess`, for whom nobody watches: what is only guessed must be accepted. Raises Invalid with the way out."""
    found = guess(rows, above=above)
    if found.doubts and not accept:
        raise Invalid(found.doubts[0])
    found = _with(found, numbered=numbered)
    check(found)
    return found


def guess(rows: Sequence[Sequence[str]], *, header: bool | None = None, above: int | None = None) -> Columns:
    """The mapping for a file that begins with `rows`, as far as it is found; None finds out."""
    place = above if above is not None else _heading_row(rows) if header is not False else None
    if place is None or place >= len(rows):
        return _by_contents(rows, header=bool(header))
    double = _is_double(rows, place)
    width = max(len(row) for row in rows[place : place + 1 + double])
    names = heading_texts(rows, place, double=double, width=width)
    body = rows[place + 1 + double :][:SAMPLE]
    layout = layouts.recognised(names)
    targets = _by_headings(names, body, layout)
    left = barred_columns(rows, header=True, above=place)
    targets = [None if at in left else target for at, target in enumerate(targets)]
    doubts = () if place == 0 or above is not None else (BELOW % {"row": place + 1},)
    return Columns(
        tuple(targets), header=True, above=place, double=double, company=layout.company if layout else "",
        layout=layout.name if layout else "", doubts=doubts,
    )  # fmt: skip


def decided(source: Any) -> Columns:
    """The mapping that an import keeps."""
    return Columns(
        tuple(source.targets), source.header, source.above, source.double, source.numbered,
        str(source.choices.get("company", "")),
    )  # fmt: skip


def _with(found: Columns, *, numbered: str) -> Columns:
    if not numbered or "number" in found.targets:
        return found
    return Columns(
        found.targets, found.header, found.above, found.double, numbered, found.company, found.layout, found.doubts
    )


def heading_texts(rows: Sequence[Sequence[str]], above: int, *, double: bool, width: int) -> list[str]:
    """The headings; of two rows the lower one, where it says something."""
    upper = rows[above] if above < len(rows) else ()
    lower = rows[above + 1] if double and above + 1 < len(rows) else ()
    return [_at(lower, at) or _at(upper, at) for at in range(width)]


def _at(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row in which at least two headings are known; one is enough in a row of one column."""
    for at, row in enumerate(rows[:TOP]):
        filled = [cell for cell in row if cell.strip()]
        known = sum(1 for cell in filled if headings.is_known(cell))
        if known >= ENOUGH or (known and len(filled) == 1 == len(row)):
            return at
        if known and at == 0 and known >= max(1, min(ENOUGH, len(row))):
            return at
    return None


def _is_double(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Does a second row of headings stand under the first, where that has nothing, or a word for several columns?"""
    if place + 1 >= len(rows):
        return False
    upper, lower = rows[place], rows[place + 1]
    filled = [at for at, cell in enumerate(lower) if cell.strip()]
    return bool(filled) and all(headings.specific(lower[at]) and not headings.specific(_at(upper, at)) for at in filled)


def _by_headings(
    names: Sequence[str], body: Sequence[Sequence[str]], layout: layouts.Layout | None
) -> list[str | None]:
    """Specific headings first, then what a known export means by its own, then those that say little."""
    targets: list[str | None] = [None] * len(names)
    taken: set[str] = set()
    given = layout.targets if layout else {}
    own_number = any(headings.specific(name) == "number" and headings.key(name) not in given for name in names)

    def take(at: int, target: str | None) -> None:
        if target and (target in MANY or target not in taken) and _may_be(target, body, at):
            targets[at] = target
            taken.add(target)

    for at, name in enumerate(names):
        word = headings.key(name)
        if word in given and not (given[word] == "number" and own_number):
            take(at, given[word])
    for at, name in enumerate(names):
        if targets[at] is None and headings.key(name) not in given:
            take(at, headings.specific(name))
    for at, name in enumerate(names):
        if targets[at] is None and headings.key(name) not in given:
            found = headings.generic(name)
            take(at, found if found and not _has(found, taken) and _fits(found, body, at) else None)
    return targets


def _has(target: str, taken: set[str]) -> bool:
    """Is it there already? A name is, too, where its parts are."""
    return target in taken or (target == "name" and bool(taken & {"family"}))


def _values(body: Sequence[Sequence[str]], at: int) -> list[str]:
    return [row[at].strip() for row in body if at < len(row) and row[at].strip()]


def _may_be(target: str, body: Sequence[Sequence[str]], at: int) -> bool:
    """Where a field takes one of few words, some value must be one; else all rows would fall for it."""
    filled = _values(body, at)
    return target not in OF_WORDS or not filled or any(map(_cleans(FIELDS[target].clean), filled))


def _fits(target: str, body: Sequence[Sequence[str]], at: int) -> bool:
    """Do all values have the form of the field?"""
    filled = _values(body, at)
    if target == "name":
        return not filled or not any(value.isdigit() for value in filled)
    if target in OF_WORDS or target not in FIELDS:
        return _may_be(target, body, at)
    clean = _cleans(FIELDS[target].clean)
    return sum(map(clean, filled)) >= SURE * len(filled)


def _by_contents(rows: Sequence[Sequence[str]], *, header: bool) -> Columns:
    """What the values look like; a date is a birth date only by its heading."""
    sample = rows[1 : SAMPLE + 1] if header else rows[:SAMPLE]
    width = max(map(len, rows), default=0)
    left = barred_columns(rows, header=header)
    taken: set[str] = set()
    targets: list[str | None] = []
    for at in range(width):
        named = header and at < len(rows[0]) and bool(headings.plain(rows[0][at]))
        found = None if named or at in left else _by_content(_values(sample, at))
        if found in taken and found not in MANY:
            found = None
        taken |= {found} if found else set()
        targets.append(found)
    told = ", ".join(f"{at} {target}" for at, target in enumerate(targets, 1) if target) or "—"
    return Columns(tuple(targets), header, doubts=(GUESSED % {"columns": told},))


def given(
    rows: Sequence[Sequence[str]], chosen: Mapping[str, str | None], *, above: int | None = None, numbered: str = ""
) -> Columns:
    """A mapping by hand: heading (or column number from 1) → field. Raises Invalid for what is unknown."""
    place, header = above, True
    if place is None:
        place = next(
            (at for at, row in enumerate(rows[:TOP]) if any(name in map(str.strip, row) for name in chosen)), None
        )
        place, header = (place, True) if place is not None else (0, False)
    double = header and _is_double(rows, place)
    width = max((len(row) for row in rows[place : place + 1 + double]), default=0)
    first = heading_texts(rows, place, double=double, width=width)
    wanted: dict[int, str] = {}
    for name, target in chosen.items():
        if name in first:
            column = first.index(name)
        elif name.isdigit() and 1 <= int(name) <= len(first):
            column = int(name) - 1
        else:
            raise Invalid(f"The mapping names a column that the file does not have: {name}")
        if target is None:
            continue
        if target not in TARGETS:
            raise Invalid(f"The mapping names a field that does not exist: {target}. Fields: {', '.join(TARGETS)}")
        wanted[column] = target
    targets = tuple(wanted.get(column) for column in range(len(first)))
    mapping = _with(Columns(targets, header, place if header else 0, double), numbered=numbered)
    check(mapping)
    must_be_allowed(mapping, rows)
    return mapping


def barred_columns(rows: Sequence[Sequence[str]], *, header: bool, above: int = 0) -> dict[int, Kind]:
    """Columns, from 0, that look like Individual Numbers or card numbers: none of them may become a field."""
    body = rows[above + 1 :] if header else rows
    names = rows[above] if header and above < len(rows) else ()
    found: dict[int, Kind] = {}
    for at in range(max(map(len, rows), default=0)):
        if kind := barred.column((row[at] for row in body if at < len(row)), _at(names, at)):
            found[at] = kind
    return found


def must_be_allowed(mapping: Columns, rows: Sequence[Sequence[str]]) -> None:
    """Raises Invalid where a column that looks like barred numbers would become a field."""
    for at, kind in barred_columns(rows, header=mapping.header, above=mapping.above).items():
        if at < len(mapping.targets) and mapping.targets[at]:
            with translation.override("en"):  # what a job keeps is said in English; `wording` says it to a person
                raise Invalid(str(TAKEN_OUT[kind]) % {"column": at + 1})


def lacking(targets: Sequence[str | None], *, numbered: bool = False) -> list[str]:
    """What a customer needs and no column holds."""
    found = set(targets) | ({"number"} if numbered else set())
    return [name for name, choices in (("number", {"number"}), ("name", NAMES)) if not found & choices]


def twice(targets: Sequence[str | None]) -> list[int]:
    """Columns, from 0, whose target another column has before them, though it takes one."""
    return [at for at, name in enumerate(targets) if name and name not in MANY and name in targets[:at]]


def check(mapping: Columns) -> None:
    """A customer needs a number and a name."""
    missing = lacking(mapping.targets, numbered=bool(mapping.numbered))
    if "number" in missing:
        raise Invalid(NO_NUMBER)
    if missing:
        raise Invalid(NO_NAME)


def why_left(rows: Sequence[Sequence[str]], mapping: Columns, *, by_hand: bool = False) -> dict[int, str]:
    """Column, from 0 → why it is not brought in; empty ones without a heading are nothing."""
    width = max(map(len, rows), default=0)
    names = heading_texts(rows, mapping.above, double=mapping.double, width=width) if mapping.header else [""] * width
    body, known = rows[mapping.first :], set(mapping.targets) - {None}
    barred_ones = barred_columns(rows, header=mapping.header, above=mapping.above)
    found: dict[int, str] = {}
    for at in range(width):
        if (at < len(mapping.targets) and mapping.targets[at]) or not (names[at] or _values(body, at)):
            continue
        target = headings.specific(names[at]) or headings.generic(names[at])
        if at in barred_ones:
            found[at] = str(barred.LOOKS[barred_ones[at]])
        elif not names[at]:
            found[at] = reasons.NO_HEADING if mapping.header else reasons.BY_MAPPING if by_hand else reasons.NOT_TOLD
        elif by_hand:
            found[at] = reasons.BY_MAPPING
        elif target in known and target not in MANY:
            found[at] = reasons.SECOND
        else:
            found[at] = reasons.UNFIT if target and not _fits(target, body, at) else reasons.UNKNOWN
    return found


def _by_content(filled: Sequence[str]) -> str | None:
    """The field whose form most of the values have."""
    if not filled:
        return None
    for target, test in TESTS:
        if sum(map(test, filled)) >= SURE * len(filled):
            return target
    return None


def _cleans(clean: Callable[[str], Any]) -> Callable[[str], bool]:
    def test(value: str) -> bool:
        try:
            clean(value)
        except Invalid:
            return False
        return True

    return test


TESTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("emails", _cleans(types.email)),
    ("postcode", lambda value: "-" in value and _cleans(types.postcode)(value)),
    ("gender", lambda value: value.strip() in fields.GENDERS),
    ("prefecture", lambda value: value.strip() in addresses.PREFECTURES),
    ("address", lambda value: value.startswith(tuple(addresses.PREFECTURES))),
    ("phones", lambda value: value.strip().startswith(("0", "+")) and _cleans(types.phone)(value)),
    ("kana", folding.is_kana),
    ("number", lambda value: bool(re.fullmatch(r"[A-Z]{0,3}[0-9-]{5,20}", value.strip()))),
    ("name", lambda value: bool(re.fullmatch(r"[\u3040-\u30ff\u3400-\u9fff々 \u3000]{2,20}", value.strip()))),
)
plain_heading = headings.plain
