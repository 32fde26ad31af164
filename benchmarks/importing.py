"""An import of twelve columns in CP932 beside `csv` → one plaintext table; and where its time goes."""
# ruff: noqa: E402

import csv
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db.backends.base.base import BaseDatabaseWrapper

from benchmarks.plain import Plain
from benchmarks.timing import ratio
from toride.audit import recorded, sequencer, writer
from toride.customers import bulk
from toride.customers.imports import commands, running, services
from toride.customers.models import Customer
from toride.demo import fiction
from toride.vault import bundles, subjects
from toride.vault.index import lookup

HEADINGS = (
    "顧客番号", "氏名", "フリガナ", "性別", "生年月日", "電話番号", "メールアドレス", "郵便番号", "住所", "取引開始日",
    "預り資産", "備考",
)  # fmt: skip
COLUMNS = (
    "number",
    "name",
    "kana",
    "gender",
    "born",
    "phone",
    "email",
    "postcode",
    "address",
    "since",
    "value",
    "note",
)
INDEXED = ("number", "name", "kana", "born", "phone", "email", "value")


def write(path: Path, count: int, numbered_from: int) -> None:
    """A file as an office system exports it."""
    with path.open("w", encoding="cp932", errors="replace", newline="") as target:
        made = csv.writer(target)
        made.writerow(HEADINGS)
        for number, one in enumerate(fiction.customers(count, random.Random(numbered_from)), numbered_from):
            held = {name: "" if value is None else value for name, value in one.values.items()}
            gender = {"female": "女", "male": "男"}.get(held["gender"], "")
            address = f"{held['prefecture']}{held['city']}{held['street']}"
            made.writerow(
                (f"9{number:09}", held["name"], held["kana"], gender, held["birth_date"].replace("-", "/"),
                 "、".join(held["phones"]), "、".join(held["emails"]), held["postcode"], address,
                 held["since"].replace("-", "/"), f"{held['value']:,}", held["note"])
            )  # fmt: skip


class Watch:
    """Adds up what is spent in a few functions, each without what it calls of the others."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self.open: list[float] = []

    def around(self, where: Any, name: str, label: str) -> None:
        inner = getattr(where, name)
        found = inner if isinstance(inner, type) else self.timed(inner, label)
        setattr(where, name, found)

    def timed(self, inner: Callable[..., Any], label: str) -> Callable[..., Any]:
        def outer(*arguments: Any, **options: Any) -> Any:
            begin = time.perf_counter()
            self.open.append(0.0)
            try:
                return inner(*arguments, **options)
            finally:
                took = time.perf_counter() - begin
                self.spent[label] = self.spent.get(label, 0.0) + took - self.open.pop()
                if self.open:
                    self.open[-1] += took

        return outer

    def stepping(self, where: Any, name: str, label: str) -> None:
        """The same for a generator: each of its steps."""
        inner = getattr(where, name)

        def outer(*arguments: Any, **options: Any) -> Iterator[Any]:
            steps = inner(*arguments, **options)
            step = self.timed(lambda: next(steps, None), label)
            while (found := step()) is not None:
                yield found

        setattr(where, name, outer)


def watched() -> Watch:
    """Around each part of an import that has a cost of its own."""
    watch = Watch()
    watch.stepping(running, "batches", "waiting for cleaned rows")
    for where, name, label in (
        (lookup, "find", "numbers"),
        (lookup, "claim_many", "numbers"),
        (bundles, "make", "keys of subjects"),
        (subjects, "take_in", "seal and keep records"),
        (bulk, "_index", "index rows"),
        (bulk, "keep", "customer and import rows"),
        (recorded, "from_permit", "event"),
        (recorded, "stage", "event"),
        (writer, "record", "event"),
        (services, "refresh", "refresh"),
        (BaseDatabaseWrapper, "commit", "commit"),
    ):
        if hasattr(where, name):
            watch.around(where, name, label)
    return watch


def ours(path: Path) -> dict[str, Any]:
    """The command, inside this process."""
    watch = watched()
    begin, cpu = time.perf_counter(), time.process_time()
    with redirect_stdout(sys.stderr):
        commands.import_file.main([str(path), "--as", "steward", "--purpose", "data-care"], standalone_mode=False)
    took, used = time.perf_counter() - begin, time.process_time() - cpu
    beside = os.times()
    sequencer.settle()
    settled = time.perf_counter() - begin
    split = {label: round(seconds, 2) for label, seconds in sorted(watch.spent.items(), key=lambda one: -one[1])}
    split["rest"] = round(took - sum(watch.spent.values()), 2)
    return {
        "seconds": round(took, 2),
        "cpu": round(used, 2),
        "cpu_of_children": round(beside.children_user + beside.children_system, 2),
        "in_the_trail": round(settled, 2),
        "split": split,
    }


def theirs(path: Path) -> float:
    """Seconds for the same file into plaintext."""
    reference = Plain()
    begin = time.perf_counter()
    names = ", ".join(f"{name} text" for name in COLUMNS)
    reference.ask_nothing(f"CREATE TABLE brought ({names})")
    for name in INDEXED:
        reference.ask_nothing(f"CREATE INDEX brought_{name} ON brought ({name})")
    with path.open(encoding="cp932", newline="") as source:
        rows = csv.reader(source)
        next(rows)
        reference.fill("brought", COLUMNS, rows)
    took = time.perf_counter() - begin
    reference.ask_nothing("DROP TABLE brought")
    return took


def main(count: int) -> None:
    path = Path(os.environ["TORIDE_HOME"]).parent / "brought.csv"
    write(path, count, Customer.objects.count() + 1)
    plain = [theirs(path)]
    found = ours(path)
    plain.append(theirs(path))
    rate, reference = count / found["seconds"], count / min(plain)
    print(json.dumps({"rows": count, "rows_s": round(rate), "plain_rows_s": round(reference),
                      "ratio": ratio(reference, rate), **found}))  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
