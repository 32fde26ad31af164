"""Search end to end (question, sealed index, fifty records opened and verified) beside the plaintext reference."""
# ruff: noqa: E402, ARG005, B023 - questions share one signature; a lambda is called at once

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

django.setup()

import orjson

from benchmarks.plain import COLUMNS, Plain
from benchmarks.timing import milliseconds, ratio, spread
from toride.base import clock
from toride.customers import queries
from toride.customers.models import Customer
from toride.customers.queries import Ask, Profile
from toride.fields import folding
from toride.vault import index
from toride.vault.permit import Actor, Category, Door, Ledger, Opening, Permit, Rows

PERMIT = Permit(
    actor=Actor(uuid4(), "mori", "森 由紀"), door=Door("system"), action="customers:list:search", purpose="none",
    rows=Rows(everything=True), policy="benchmark", expires=clock.now() + timedelta(hours=6),
    openings=dict.fromkeys(Category, Opening.CLEAR),
)  # fmt: skip
BATCH = 2_000
Where = tuple[str, list[Any]]


@dataclass
class One:
    """A customer as the reference holds them."""

    row: dict[str, Any]
    phones: list[str]
    emails: list[str]

    @property
    def surname(self) -> str:
        return str(self.row["name"]).split(" ", maxsplit=1)[0]

    @property
    def surname_kana(self) -> str:
        return str(self.row["kana_shown"]).split(" ", maxsplit=1)[0]


def permit() -> Permit:
    """With a ledger of its own, as each request has."""
    return replace(PERMIT, ledger=Ledger())


def everybody() -> Iterator[One]:
    """Every customer, opened."""
    ids = list(Customer.objects.filter(hidden=None).values_list("subject", flat=True))
    for begin in range(0, len(ids), BATCH):
        for number, profile in enumerate(queries.profiles(permit(), ids[begin : begin + BATCH]), begin):
            yield _one(number, profile)


def _one(number: int, profile: Profile) -> One:
    held = {name: getattr(value, "content", None) for name, value in profile.values.items()}
    name, kana = held["name"] or "", held["kana"] or ""
    phones, emails = list(held.pop("phones") or ()), list(held.pop("emails") or ())
    row = {column: held.pop(column, None) for column in COLUMNS} | {
        "id": number, "subject": str(profile.subject), "branch": profile.branch, "owner": str(profile.owner_id or ""),
        "number": folding.plain_number(str(profile.number.content)),  # type: ignore[attr-defined]
        "name": name, "written": folding.plain(name), "folded": folding.name(name), "kana_shown": kana,
        "kana": folding.kana(kana), "loose": folding.loose(kana), "phone": "、".join(phones),
        "email": "、".join(emails), "rest": orjson.dumps(held).decode(),
    }  # fmt: skip
    return One(row, [folding.phone_digits(phone) for phone in phones], [mail.lower() for mail in emails])


def store(found: list[One]) -> Plain:
    """The reference, filled."""
    reference = Plain()
    reference.lay_out()
    reference.fill("customer", COLUMNS, ([one.row[name] for name in COLUMNS] for one in found))
    phones = ((one.row["id"], digits, digits[::-1]) for one in found for digits in one.phones)
    reference.fill("phone", ("customer", "digits", "backwards"), phones)
    reference.fill("email", ("customer", "address"), ((one.row["id"], mail) for one in found for mail in one.emails))
    reference.index()
    return reference


def _by_phone(column: str, text: str) -> Where:
    sql = f"c.id IN (SELECT customer FROM phone WHERE {column} >= ? AND {column} < ?)"
    return sql, [text, text + "\uffff"]


def _loose(one: One) -> str:
    import jaconv

    return str(jaconv.kana2alphabet(jaconv.kata2hira(one.surname_kana)))


QUESTIONS: dict[str, Callable[[One, Plain], tuple[Ask, Where]]] = {
    "name, exact": lambda one, on: (Ask(one.row["name"]), ("c.written = ?", [one.row["written"]])),
    "surname in kana": lambda one, on: (Ask(one.surname_kana), on.contains("kana", folding.kana(one.surname_kana))),
    "surname in romaji": lambda one, on: (Ask(_loose(one)), on.contains("loose", folding.loose(one.surname_kana))),
    "two characters of a name": lambda one, on: (
        Ask(one.row["written"][:2]), on.contains("folded", folding.name(one.row["written"][:2]))
    ),
    "phone": lambda one, on: (
        Ask(one.phones[0]), ("c.id IN (SELECT customer FROM phone WHERE digits = ?)", [one.phones[0]])
    ),
    "last four of a phone": lambda one, on: (
        Ask(one.phones[0][-4:]), _by_phone("backwards", one.phones[0][-4:][::-1])
    ),
    "first seven of a phone": lambda one, on: (Ask(one.phones[0][:7]), _by_phone("digits", one.phones[0][:7])),
    "e-mail": lambda one, on: (
        Ask(one.emails[0]), ("c.id IN (SELECT customer FROM email WHERE address = ?)", [one.emails[0]])
    ),
    "customer number": lambda one, on: (Ask(one.row["number"]), ("c.number = ?", [one.row["number"]])),
    "birth date": lambda one, on: (Ask(one.row["birth_date"]), ("c.birth_date = ?", [one.row["birth_date"]])),
    "area and status, by kana": lambda one, on: (
        Ask(filters={"city": one.row["city"], "status": "active"}),
        ("c.city = ? AND c.status = 'active'", [one.row["city"]]),
    ),
    "everybody, by value": lambda one, on: (Ask(sort="value", descending=True), ("1 = 1", [])),
}  # fmt: skip


_inside: list[float] = []


def watch_index() -> None:
    """Notes how much of each search is the index's."""
    inner = index.search

    def timed(*arguments: Any, **options: Any) -> Any:
        begin = time.perf_counter()
        try:
            return inner(*arguments, **options)
        finally:
            _inside.append((time.perf_counter() - begin) * 1000)

    index.search = timed


def compare(found: list[One], reference: Plain, times: int) -> dict[str, Any]:
    """Each question in turn, ours and the reference's in pairs."""
    chance = random.Random(7)
    askable = [one for one in found if one.phones and one.emails and one.row["birth_date"]]
    table: dict[str, Any] = {}
    for name, make in QUESTIONS.items():
        chosen = [make(one, reference) for one in chance.choices(askable, k=times)]
        order = "value DESC" if "by value" in name else "kana"
        ours, plain, index_only, differing = [], [], [], 0
        for ask, where in chosen:
            mine: list[Any] = []
            theirs: list[Any] = []
            _inside.clear()
            ours.append(milliseconds(lambda ask=ask, to=mine: to.append(queries.search(permit(), ask))))
            plain.append(milliseconds(lambda where=where, to=theirs: to.append(reference.page(*where, order))))
            index_only.append(_inside.pop())
            differing += min(mine[0].total, 1000) < min(theirs[0][1], 1000)
        table[name] = {
            "ours": spread(ours), "index": spread(index_only), "plain": spread(plain),
            "ratio": ratio(spread(ours)["p50"], spread(plain)["p50"]), "fewer": differing,
        }  # fmt: skip
    return table


def main(times: int) -> None:
    begin = time.perf_counter()
    index.open()
    opening = time.perf_counter() - begin
    found = list(everybody())
    reference = store(found)
    watch_index()
    compare(found[:500], reference, 5)
    table = compare(found, reference, times)
    result = {"customers": len(found), "index_open_s": round(opening, 2), "trigrams": reference.trigrams}
    print(json.dumps({**result, "questions": table}, ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]))
