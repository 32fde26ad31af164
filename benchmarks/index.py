"""What the sealed index costs: PYTHONPATH=src:. TORIDE_TEST_STORE=sqlite|postgres python -m benchmarks.index 100000."""
# ruff: noqa: E402, E501

import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
import django

django.setup()

from django.db import connection, transaction

from toride.base import clock
from toride.vault import index
from toride.vault.index import (
    All,
    AnyOf,
    Between,
    Column,
    Contains,
    Either,
    Equals,
    MonthDay,
    Not,
    Prefix,
    Schema,
    Suffix,
    Type,
    columns,
    epochs,
    lookup,
    process,
)
from toride.vault.permit import Actor, Category, Door, Opening, Permit, Rows

B = Category.BASIC
SCHEMA = Schema(
    (
        Column("name", Type.TEXT, B),
        Column("kana", Type.TEXT, B, sortable=True),
        Column("phone", Type.DIGITS, B),
        Column("number", Type.KEY, B, sortable=True),
        Column("email", Type.HASH, B),
        Column("postcode", Type.DIGITS, B),
        Column("prefecture", Type.CODE, B),
        Column("city", Type.CODE, B),
        Column("status", Type.CODE),
        Column("branch", Type.CODE),
        Column("owner", Type.CODE),
        Column("assets", Type.INT, Category.TRANSACTIONS, sortable=True),
        Column("birth", Type.DATE, B),
    ),
    "benchmark",
)
PERMIT = Permit(
    actor=Actor(uuid4(), "mori", "森 由紀"), door=Door("system"), action="benchmark:index:search", purpose="none",
    rows=Rows(everything=True), policy="benchmark", expires=clock.now() + timedelta(hours=6),
    openings=dict.fromkeys(Category, Opening.CLEAR),
)  # fmt: skip
SCOPED = Rows(branches=frozenset({"B001", "B002"}), owners=frozenset({UUID(int=1)}))
KANJI = "亜唖娃阿哀愛挨姶逢葵茜悪握渥旭葦芦鯵梓圧斡扱宛姐虻飴絢綾鮎或粟袷安庵按暗案闇鞍杏以伊位依偉囲夷委威尉惟意慰易椅為畏異移維緯胃萎衣謂違遺医井亥域育郁磯一壱溢逸稲茨芋鰯允印咽員因姻引飲淫胤蔭"
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
rng = random.Random(1)


def spelled(letters: str, count: int, shortest: int, longest: int) -> list[str]:
    return ["".join(rng.choices(letters, k=rng.randint(shortest, longest))) for _ in range(count)]


SURNAMES = ["佐藤", "鈴木", "高橋", "田中", *spelled(KANJI, 60_000, 2, 2)]
SURNAMES_KANA = ["サトウ", "スズキ", "タカハシ", "タナカ", *spelled(KANA, 60_000, 2, 5)]
GIVEN, GIVEN_KANA = spelled(KANJI, 200_000, 1, 3), spelled(KANA, 200_000, 2, 4)
OFTEN = list(accumulate((rank + 1) ** -0.9 for rank in range(len(SURNAMES))))
LESS = list(accumulate((rank + 10) ** -0.7 for rank in range(len(GIVEN))))


def row(number: int) -> dict[str, Any]:
    surname = rng.choices(range(len(SURNAMES)), cum_weights=OFTEN)[0]
    given = rng.choices(range(len(GIVEN)), cum_weights=LESS)[0]
    prefecture = min(46, int(rng.expovariate(0.1)))
    phones = [f"090{rng.randrange(10**8):08}", f"03{rng.randrange(10**8):08}"]
    return {
        "name": SURNAMES[surname] + GIVEN[given],
        "kana": SURNAMES_KANA[surname] + GIVEN_KANA[given],
        "phone": tuple(phones[: 1 + (number % 5 == 0)]),
        "number": f"C{number:08}",
        "email": f"{rng.getrandbits(40)}@example.com",
        "postcode": f"{prefecture * 20_000 + rng.randrange(20_000):07}",
        "prefecture": f"P{prefecture:02}",
        "city": f"P{prefecture:02}-{rng.randrange(40)}",
        "status": rng.choice(["active", "dormant", "closed"]),
        "branch": f"B{rng.randrange(50):03}",
        "owner": str(UUID(int=rng.randrange(2000))),
        "assets": int(rng.lognormvariate(15, 1.5)),
        "birth": f"{1930 + rng.randrange(80)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    }


def some_kana() -> str:
    return rng.choice(SURNAMES_KANA)


QUERIES: dict[str, Callable[[], tuple[Any, Any]]] = {
    "e-mail exact": lambda: (Equals("email", "x@example.com"), None),
    "phone exact": lambda: (Equals("phone", f"090{rng.randrange(10**8):08}"), None),
    "phone last 4": lambda: (Suffix("phone", f"{rng.randrange(10**4):04}"), ("kana", False)),
    "phone first 7": lambda: (Prefix("phone", f"090{rng.randrange(10**4):04}"), None),
    "birthday": lambda: (MonthDay("birth", rng.randint(1, 12), rng.randint(1, 28)), ("kana", False)),
    "surname by kana": lambda: (Contains("name", rng.choice(SURNAMES[:40])), ("kana", False)),
    "one kanji by kana": lambda: (Contains("name", rng.choice(KANJI)), ("kana", False)),
    "one kana by kana": lambda: (Contains("kana", rng.choice(KANA)), ("kana", False)),
    "three kana by kana": lambda: (Contains("kana", some_kana()[:3]), ("kana", False)),
    "kana from start": lambda: (Prefix("kana", some_kana()[:2]), ("kana", False)),
    "prefecture by kana": lambda: (Equals("prefecture", "P00"), ("kana", False)),
    "assets range by assets": lambda: (Between("assets", 10**6, None), ("assets", True)),
    "surname, prefecture, assets": lambda: (
        All(Contains("name", "佐藤"), Equals("prefecture", "P00"), Between("assets", 10**7, None)),
        ("kana", False),
    ),
    "either name or kana, not closed": lambda: (
        All(Either(Contains("name", "佐"), Contains("kana", "サトウ")), Not(Equals("status", "closed"))),
        ("kana", False),
    ),
    "any of ten cities": lambda: (AnyOf("city", tuple(f"P03-{n}" for n in range(10))), ("kana", False)),
    "everybody by kana": lambda: (All(), ("kana", False)),
    "everybody by birth (no kept order)": lambda: (All(), ("birth", True)),
}


@contextmanager
def timed(label: str, count: int = 0) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    took = time.perf_counter() - begin
    rate = f"  {count / took:,.0f}/s" if count else ""
    print(f"{label:42} {took:8.3f} s{rate}", flush=True)


def memory() -> int:
    """Resident megabytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20


def queries(permit: Permit, label: str) -> None:
    everything: list[float] = []
    for name, make in QUERIES.items():
        times = []
        for _ in range(60):
            expr, sort = make()
            begin = time.perf_counter()
            hits = index.search(permit, expr, sort=sort)
            times.append((time.perf_counter() - begin) * 1000)
        everything += times
        times.sort()
        print(f"{label} {name:36} p50 {times[30]:7.2f}  p95 {times[57]:7.2f} ms  total {hits.total}{'+' * hits.capped}")
    everything.sort()
    print(
        f"{label} all together: p50 {statistics.median(everything):.2f}, p95 {everything[int(len(everything) * 0.95)]:.2f} ms"
    )


def fresh(function: Callable[[], None]) -> None:
    """Runs `function` in a process of its own, whose memory is its own."""
    connection.close()
    if child := os.fork():
        os.waitpid(child, 0)
        return
    function()
    sys.stdout.flush()
    os._exit(0)


def reading() -> None:
    before = memory()
    with timed("open"):
        index.open()
    print(f"memory: {memory() - before} MB, at the most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")
    queries(PERMIT, "all ")
    from dataclasses import replace

    queries(replace(PERMIT, rows=SCOPED), "rows")


def main(count: int) -> None:
    subprocess.run(
        [sys.executable, "-m", "toride", "migrate"],
        check=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "toride.settings", "PYTHONPATH": "src:."},
    )
    columns._declared.clear()  # noqa: SLF001 - what the customers' own domain declared
    index.declare(SCHEMA)
    print(f"{connection.vendor}, {count:,} customers")
    made = [(uuid4(), row(number)) for number in range(min(count, 100_000))]
    with timed("put, 10,000 in each transaction", count):
        for begin in range(0, count, 10_000):
            chunk = made[begin % len(made) : begin % len(made) + 10_000]
            with transaction.atomic():
                index.put((uuid4(), values) for _, values in chunk)
    with timed("compact", count):
        index.compact()
    print(index.status())
    process.forget()
    fresh(reading)
    index.catch_up()
    with timed("put one by one", 2_000):
        for _, values in made[:2_000]:
            index.put([(uuid4(), values)])
    with timed("catch up with 2,000 single changes", 2_000):
        index.catch_up()
    with timed("search, nothing new, x 1000", 1_000):
        for _ in range(1_000):
            index.search(PERMIT, Equals("phone", "09000000000"))
    with timed("compact 2,000 single changes over all segments"):
        index.compact()
    with timed("claim 10,000 numbers", 10_000), transaction.atomic():
        lookup.claim_many("number", ((f"N{number}", uuid4()) for number in range(10_000)))
    with timed("find 10,000 numbers", 10_000):
        lookup.find("number", (f"N{number}" for number in range(10_000)))
    with timed("rotate"):
        epochs.rotate()


if __name__ == "__main__":
    main(int(sys.argv[1]))
