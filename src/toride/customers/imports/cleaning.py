"""One row of a file becomes one customer's values, or the reasons why not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from toride.base.errors import Invalid
from toride.customers import barred
from toride.customers.barred import ADVICE, NOT_SCREENED, Kind, Policy
from toride.customers.fields import FIELDS
from toride.customers.imports import cells as written_in
from toride.customers.imports import reasons
from toride.customers.imports.mapping import Columns
from toride.fields import addresses, dates
from toride.fields.types import Field

MASKED = re.compile(r"\*\*\*|＊＊＊|●●●|xxxx|XXXX")
NO_DIGIT = re.compile(r"\D")
PARTS = frozenset({"family", "given", "family_kana", "given_kana"})
PLACE = ("branch", "owner")
STRUCK = {
    Policy.MASK: {
        Kind.INDIVIDUAL: _("an Individual Number (My Number) was removed"),
        Kind.CARD: _("a card number was removed"),
    },
    Policy.APART: {
        Kind.INDIVIDUAL: _("an Individual Number (My Number) was moved to separate storage"),
        Kind.CARD: _("a card number was moved to separate storage"),
    },
}
RECURRING = frozenset({"kind", "gender", "status", "prefecture", "city", "birth_date", "since", "last_contact"})
MUST = frozenset(name for name, spec in FIELDS.items() if spec.must)
LISTS = frozenset(name for name, spec in FIELDS.items() if spec.many)
DAYS = frozenset({"birth_date", "since", "last_contact"})
JOINED_BY = {"address2": " "}  # several columns of one target; else by lines


@dataclass(slots=True)
class Row:
    """What became of a row: `stored` by field name; `problems` reject it, `warnings` do not. Words name no value.

    `folded`: what the index would hold of a new customer, where that is known already. `apart`: (field, kind, the
    number) of what was struck out, to be sealed apart. `held`: kind of doubt → why. `place`: branch and person in
    charge as the file writes them. `beside`: (field, value, what was written with
    it) for the note.
    """

    number: int
    stored: dict[str, Any] = field(default_factory=dict, repr=False)
    problems: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    folded: list[Any] | None = field(default=None, repr=False)
    apart: list[tuple[str, Kind, str]] = field(default_factory=list, repr=False)
    held: dict[str, str] = field(default_factory=dict)
    place: dict[str, str] = field(default_factory=dict, repr=False)
    beside: list[tuple[str, str, str]] = field(default_factory=list, repr=False)

    def gaps(self) -> dict[str, str]:
        """Field → why the customer comes in without it; the same row, corrected, brings it in later."""
        told = (warning.partition(": ") for warning in self.warnings)
        return {name: why for name, _colon, why in told if reasons.is_gap(why)}

    def warn(self, name: str, why: str) -> None:
        """Says something of a field (or of the row), once."""
        if (warning := f"{name}: {why}") not in self.warnings:
            self.warnings.append(warning)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided for a whole file. `empty`: fields that are left empty where they are not in order ("*": all
    that may be); `taken`: kinds of doubt that are brought in all the same; `company`: whom a row with company and
    person is about.
    """

    empty: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    company: str = ""


NOTHING = Choices()


def clean(number: int, cells: Sequence[str], columns: Columns, policy: Policy, choices: Choices = NOTHING) -> Row:
    """`number` is the row's place in the file, from 1; `policy` deals with barred numbers."""
    row = Row(number)
    if len(cells) > len(columns.targets) and any(cell.strip() for cell in cells[len(columns.targets) :]):
        row.problems["row"] = f"has {len(cells)} columns; the first row has {len(columns.targets)}"
        return row
    if any(columns.targets[len(cells) :]):
        row.warn("row", reasons.SHORT)
    written = _gather(cells, columns)
    if columns.numbered:
        written["number"] = f"{columns.numbered}-{number:05}"
    row.place = {name: text for name in PLACE if (text := written.pop(name, ""))}
    _without_errors(written, row)
    _join_names(written)
    _choose_whom(written, row, choices.company or columns.company)
    _split_address(written, row)
    if any(barred.may_hold(text) for name, text in written.items() if name not in NOT_SCREENED):
        _screen(written, row, policy)
    for name, text in written.items():
        if text or name in MUST:
            _store(name, text, row, choices)
        else:
            row.stored[name] = [] if name in LISTS else None
    _look_again(row)
    return row


def _store(name: str, text: str, row: Row, choices: Choices) -> None:
    spec = FIELDS[name]
    lenient = not spec.must and not choices.empty.isdisjoint((name, "*"))
    try:
        found = row.stored[name] = _value(spec, text, row, lenient=lenient)
    except Invalid as error:
        if not lenient:
            row.problems[name] = str(error.reason)
            return
        row.stored[name] = [] if spec.many else None
        row.warn(name, reasons.emptied(str(error.reason)))
    else:
        if not found and spec.must:
            row.problems.setdefault(name, "is required")


def _gather(cells: Sequence[str], columns: Columns) -> dict[str, str]:
    """Target → text; several columns of one target come together."""
    written: dict[str, str] = {}
    for target, cell in zip(columns.targets, cells, strict=False):
        if target is None:
            continue
        text = written_in.bare(cell) if cell else ""
        if text and target not in MUST and written_in.is_nothing(text):
            text = "" if not written_in.is_error(text) else text
        if written.get(target):
            text = f"{written[target]}{JOINED_BY.get(target, chr(10))}{text}" if text else written[target]
        written[target] = text
    for target in columns.targets:
        if target is not None:
            written.setdefault(target, "")
    return written


def _without_errors(written: dict[str, str], row: Row) -> None:
    """Errors of a spreadsheet are no values: an optional one is left, told; a name or number cannot be."""
    for name, text in written.items():
        if not text or ("#" not in text and "＃" not in text) or not written_in.is_error(text):
            continue
        written[name] = ""
        if name in FIELDS and FIELDS[name].must:
            row.problems[name] = reasons.ERROR_HERE
        else:
            row.warn(name, reasons.ERROR)


def _join_names(written: dict[str, str]) -> None:
    if "name" in written and written.keys().isdisjoint(PARTS):
        return
    for whole, parts in (("name", ("family", "given")), ("kana", ("family_kana", "given_kana"))):
        found = [written.pop(part, "") for part in parts]
        if any(found) or (whole == "name" and whole not in written and "company" not in written):
            written[whole] = written.get(whole) or " ".join(part for part in found if part)


def _choose_whom(written: dict[str, str], row: Row, company: str) -> None:
    """Company or person: whichever of them stands alone is the customer; where both do, it is asked."""
    organisation = written.pop("company", None)
    if organisation is None:
        return
    if not organisation or not written.get("name"):
        if organisation:
            written["name"] = organisation
            written["kind"] = written.get("kind") or "organisation"
        written.setdefault("name", "")
        return
    if company == "person":
        row.warn("company", reasons.EMPLOYER)
        return
    if company != "company":
        row.held["company"] = reasons.COMPANY_OR_PERSON
    written["contact_person"] = written.get("contact_person") or written["name"]
    written["name"], written["kind"] = organisation, written.get("kind") or "organisation"


def _split_address(written: dict[str, str], row: Row) -> None:
    address, building = written.pop("address", None), written.pop("address2", "")
    if address is None:
        if building:
            written["street"] = f"{written.get('street', '')} {building}".strip()
        _official_city(written)
        return
    if not address and any(written.get(name) for name in ("prefecture", "city", "street")):
        written["street"] = f"{written.get('street', '')} {building}".strip()
        _official_city(written)
        return
    _tell_apart(f"{_leading(written, address)}{address}", building, written, row)


def _leading(written: Mapping[str, str], address: str) -> str:
    """Prefecture and city of columns of their own, where the address does not begin with them."""
    found = addresses.prefecture(written.get("prefecture", "")) or written.get("prefecture", "")
    parts = (found, written.get("city", ""))
    return "".join(part for part in parts if part and part not in address)


def _tell_apart(address: str, building: str, written: dict[str, str], row: Row) -> None:
    told = addresses.told(address, NO_DIGIT.sub("", written.get("postcode", "")))
    if MASKED.search(address):
        row.warnings.append("address: part of it is masked in the file")
    if told.doubt:
        row.warn("address", told.doubt)
    if told.doubt == addresses.IS_FORMER:
        row.beside.append(("address", told.area.city, address))
    if told.code and not written.get("postcode"):
        written["postcode"] = told.code
    street = f"{told.area.street} {building}".strip().replace("\n", " ")
    written |= {"prefecture": told.area.prefecture, "city": told.area.city, "street": street}


def _official_city(written: dict[str, str]) -> None:
    """竜ヶ崎市 in a column of its own."""
    full = addresses.prefecture(written.get("prefecture", ""))
    if full and written.get("city"):
        written["city"] = addresses.city(full, written["city"])


def _screen(written: dict[str, str], row: Row, policy: Policy) -> None:
    """Barred numbers: the row is rejected, or they are struck out of it."""
    found = barred.sift(written, policy)
    row.apart = found.apart
    row.warnings += [f"{name}: {STRUCK[policy][kind]}" for name, kind in found.struck.items()]
    written |= found.written
    for name, kind in found.refused.items():
        written.pop(name)
        row.problems[name] = str(ADVICE[kind])


def _value(spec: Field, text: str, row: Row, *, lenient: bool) -> Any:
    if not text:
        return [] if spec.many else None
    if spec.name in DAYS:
        return _day(spec.name, text, row)
    if spec.name in RECURRING:
        return _recurring(spec.name, text)
    if spec.name == "name":
        _look_at_name(text, row)
    return _values(spec, text, row, lenient=lenient) if spec.many else spec.clean(text)


def _values(spec: Field, text: str, row: Row, *, lenient: bool) -> list[Any]:
    """Each value of a list for itself: where cells may be left, a doubtful one does not cost the others."""
    found: list[Any] = []
    for part in written_in.several(spec.name, text):
        value, beside = written_in.numbered(part) if spec.name == "phones" else (part, "")
        if written_in.is_nothing(value):
            continue
        if spec.name == "phones" and found and not any(map(str.isdigit, part)):
            row.beside.append((spec.name, found[-1], part))
            continue
        try:
            found.append(cleaned := spec.clean(value))
        except Invalid as error:
            if not lenient:
                raise
            row.warn(spec.name, reasons.emptied(str(error.reason)))
            continue
        if beside:
            row.beside.append((spec.name, cleaned, beside))
    return list(dict.fromkeys(found))


def _day(name: str, text: str, row: Row) -> str | None:
    if written_in.NO_YEAR.fullmatch(text):
        row.warn(name, reasons.NO_YEAR)
        return None
    found, beyond = _recurring_day(name, text)
    if beyond:
        row.warn(name, reasons.BEYOND)
    return found


@lru_cache(maxsize=32_768)
def _recurring_day(name: str, text: str) -> tuple[str, bool]:
    return FIELDS[name].clean(text), dates.read(text).beyond


@lru_cache(maxsize=32_768)
def _recurring(name: str, text: str) -> Any:
    return FIELDS[name].clean(text)


def _look_at_name(text: str, row: Row) -> None:
    if why := written_in.odd_name(text):
        if why in (reasons.NOTHING, reasons.NO_NAME):
            row.problems["name"] = why
        else:
            row.warn("name", why)


def _look_again(row: Row) -> None:
    """Findings that do not reject: a postcode and a prefecture that do not fit."""
    code, prefecture = row.stored.get("postcode"), row.stored.get("prefecture")
    if code and prefecture:
        area = addresses.area(code.replace("-", ""))
        if area is not None and area.prefecture != prefecture:
            row.warnings.append("postcode: lies in another prefecture than the address")
