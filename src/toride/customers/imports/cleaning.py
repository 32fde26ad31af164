"""One row of a file becomes one customer's values, or the reasons why not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from toride.base.errors import Invalid
from toride.customers import addresses, barred, fields
from toride.customers.barred import ADVICE, NOT_SCREENED, Kind, Policy
from toride.customers.fields import FIELDS
from toride.customers.imports.mapping import Columns

MASKED = re.compile(r"\*\*\*|＊＊＊|●●●|xxxx|XXXX")
NO_DIGIT = re.compile(r"\D")
FULL_POSTCODE = 7
PARTS = frozenset({"family", "given", "family_kana", "given_kana"})
STRUCK = {
    Policy.MASK: {
        Kind.INDIVIDUAL: _("an Individual Number (My Number) was struck out"),
        Kind.CARD: _("a card number was struck out"),
    },
    Policy.APART: {
        Kind.INDIVIDUAL: _("an Individual Number (My Number) was struck out and sealed apart"),
        Kind.CARD: _("a card number was struck out and sealed apart"),
    },
}
RECURRING = frozenset({"kind", "gender", "status", "prefecture", "city", "birth_date", "since", "last_contact"})


@dataclass(slots=True)
class Row:
    """What became of a row: `stored` by field name; `problems` reject it, `warnings` do not. Words name no value.

    `folded`: what the index would hold of a new customer, where that is known already. `apart`: (field, kind, the
    number) of what was struck out, to be sealed apart.
    """

    number: int
    stored: dict[str, Any] = field(default_factory=dict, repr=False)
    problems: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    folded: list[Any] | None = field(default=None, repr=False)
    apart: list[tuple[str, Kind, str]] = field(default_factory=list, repr=False)


def clean(number: int, cells: Sequence[str], columns: Columns, policy: Policy) -> Row:
    """`number` is the row's place in the file, from 1; `policy` deals with barred numbers."""
    row = Row(number)
    if len(cells) > len(columns.targets) and any(cell.strip() for cell in cells[len(columns.targets) :]):
        row.problems["row"] = f"has {len(cells)} columns; the first row has {len(columns.targets)}"
        return row
    written = _gather(cells, columns)
    _join_names(written)
    _split_address(written, row)
    if any(barred.may_hold(text) for name, text in written.items() if name not in NOT_SCREENED):
        _screen(written, row, policy)
    for name, text in written.items():
        try:
            found = row.stored[name] = _value(FIELDS[name], text)
        except Invalid as error:
            row.problems[name] = str(error.reason)
        else:
            if not found and FIELDS[name].must:
                row.problems[name] = "is required"
    _look_again(row)
    return row


def _gather(cells: Sequence[str], columns: Columns) -> dict[str, str]:
    """Target → text; several phone or mail columns come together."""
    if len(set(columns.targets)) == len(columns.targets) == len(cells):
        return {target: cell.strip() for target, cell in zip(columns.targets, cells, strict=True) if target}
    written: dict[str, str] = {}
    for target, cell in zip(columns.targets, cells, strict=False):
        if target is None:
            continue
        text = cell.strip()
        if target in written and text:
            text = f"{written[target]}、{text}" if written[target] else text
        if target not in written or text:
            written[target] = text
    for target in columns.targets:
        if target is not None:
            written.setdefault(target, "")
    return written


def _join_names(written: dict[str, str]) -> None:
    if "name" in written and written.keys().isdisjoint(PARTS):
        return
    for whole, parts in (("name", ("family", "given")), ("kana", ("family_kana", "given_kana"))):
        found = [written.pop(part, "") for part in parts]
        if any(found) or (whole == "name" and whole not in written):
            written[whole] = written.get(whole) or " ".join(part for part in found if part)


def _split_address(written: dict[str, str], row: Row) -> None:
    address, building = written.pop("address", None), written.pop("address2", "")
    if address is None:
        if building:
            written["street"] = f"{written.get('street', '')} {building}".strip()
        return
    area = addresses.split(address, NO_DIGIT.sub("", written.get("postcode", "")))
    if MASKED.search(address):
        row.warnings.append("address: part of it is masked in the file")
    written |= {"prefecture": area.prefecture, "city": area.city, "street": f"{area.street} {building}".strip()}


def _screen(written: dict[str, str], row: Row, policy: Policy) -> None:
    """Barred numbers: the row is rejected, or they are struck out of it."""
    found = barred.sift(written, policy)
    row.apart = found.apart
    row.warnings += [f"{name}: {STRUCK[policy][kind]}" for name, kind in found.struck.items()]
    written |= found.written
    for name, kind in found.refused.items():
        written.pop(name)
        row.problems[name] = str(ADVICE[kind])


def _value(spec: fields.Field, text: str) -> Any:
    if not text:
        return [] if spec.many else None
    if spec.name in RECURRING:
        return _recurring(spec.name, text)
    if spec.many:
        parts = [part for part in text.split("、") if part.strip()] if "、" in text else [text]
        return list(dict.fromkeys([spec.clean(part) for part in parts]))
    return spec.clean(text)


@lru_cache(maxsize=32_768)
def _recurring(name: str, text: str) -> Any:
    return FIELDS[name].clean(text)


def _look_again(row: Row) -> None:
    """Findings that do not reject: a postcode and a prefecture that do not fit."""
    code, prefecture = row.stored.get("postcode"), row.stored.get("prefecture")
    if code and prefecture:
        area = addresses.area(code.replace("-", ""))
        if area is not None and area.prefecture != prefecture:
            row.warnings.append("postcode: lies in another prefecture than the address")
