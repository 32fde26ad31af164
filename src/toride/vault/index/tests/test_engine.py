from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from toride.vault.index import engine, run
from toride.vault.index.columns import encode_row
from toride.vault.index.engine import Engine
from toride.vault.index.part import Part, load_all, merge
from toride.vault.index.query import All, Contains, prepare
from toride.vault.index.run import Sort
from toride.vault.index.tests import naive

SALT = b"0123456789abcdef"
SUBJECTS = [bytes([0] * 15 + [n]) for n in range(6)] + [bytes([n, *range(14), 0]) for n in range(24)]


def pages(found: Engine, expr: Any, sort: Any, boost: Any, size: int) -> tuple[list[bytes], int]:
    subjects: list[bytes] = []
    after = None
    expr = prepare(expr, naive.SCHEMA, SALT)
    boost = boost and prepare(boost, naive.SCHEMA, SALT)
    while True:
        page = found.search(expr, sort=sort and Sort(*sort), after=after, limit=size, boost=boost)
        subjects += [place.subject for place in page.places]
        if len(page.places) < size:
            return subjects, page.total
        after = (len(page.places) <= page.boosted, page.places[-1])


class Index(RuleBasedStateMachine):
    """Any mixture of writes, removals, bulk loads and merges answers as a plain filter does."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine(naive.SCHEMA)
        self.table: dict[bytes, dict[str, Any]] = {}

    @initialize(rows=st.dictionaries(st.sampled_from(SUBJECTS), naive.rows))
    def start(self, rows: dict[bytes, Any]) -> None:
        self.bulk(rows, [])

    @rule(rows=st.dictionaries(st.sampled_from(SUBJECTS), st.one_of(st.none(), naive.rows), max_size=12))
    def change(self, rows: dict[bytes, Any]) -> None:
        encoded = {s: None if row is None else encode_row(naive.SCHEMA, row, SALT) for s, row in rows.items()}
        self.engine.change(encoded)
        for subject, row in rows.items():
            self.table.pop(subject, None)
            if row is not None:
                self.table[subject] = row

    @rule(
        rows=st.dictionaries(st.sampled_from(SUBJECTS), naive.rows, max_size=20),
        gone=st.lists(st.sampled_from(SUBJECTS), max_size=3),
    )
    def bulk(self, rows: dict[bytes, Any], gone: list[bytes]) -> None:
        encoded: dict[bytes, Any] = {s: encode_row(naive.SCHEMA, row, SALT) for s, row in rows.items()}
        encoded |= dict.fromkeys(gone)
        self.engine.add(Part.build(naive.SCHEMA, encoded))
        self.table |= rows
        for subject in gone:
            self.table.pop(subject, None)

    @rule(expr=naive.exprs, sort=naive.sorts, boost=st.one_of(st.none(), naive.exprs), size=st.integers(1, 7))
    def search(self, expr: Any, sort: Any, boost: Any, size: int) -> None:
        wanted = naive.in_order(self.table, expr, sort, boost)
        assert pages(self.engine, expr, sort, boost, size) == (wanted, len(wanted))

    @invariant()
    def size(self) -> None:
        assert len(self.engine) == len(self.table)


@pytest.mark.requirement("C9")
@pytest.mark.parametrize(("tail", "walk"), [(2, 20_000), (5, 0), (256, 3)])
def test_engine_answers_as_a_plain_filter(monkeypatch: pytest.MonkeyPatch, tail: int, walk: int) -> None:
    monkeypatch.setattr(engine, "TAIL_ROWS", tail)
    monkeypatch.setattr(run, "WALK", walk)
    limits = settings(max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Index, settings=limits)


@pytest.mark.requirement("C9")
@given(rows=st.dictionaries(st.sampled_from(SUBJECTS), st.one_of(st.none(), naive.rows)), expr=naive.exprs)
@settings(deadline=None, max_examples=100)
def test_part_survives_its_bytes(rows: dict[bytes, Any], expr: Any) -> None:
    encoded = {s: None if row is None else encode_row(naive.SCHEMA, row, SALT) for s, row in rows.items()}
    part = Part.build(naive.SCHEMA, encoded)
    columns = [(column.name, column.type.value) for column in naive.SCHEMA.columns]
    again = Engine(naive.SCHEMA)
    again.add(load_all(columns, part.dump_all(naive.SCHEMA) + bytes(100)))
    table = {subject: row for subject, row in rows.items() if row is not None}
    assert pages(again, expr, ("kana", False), None, 5)[0] == naive.in_order(table, expr, ("kana", False), None)


@pytest.mark.requirement("C9")
@pytest.mark.parametrize(
    ("history", "left"),
    [
        (["first", None, "second"], "second"),
        (["first", "second"], "second"),
        (["first", None], None),
        ([None, "x"], "x"),
    ],
)
def test_of_all_changes_of_a_subject_the_newest_wins(history: list[str | None], left: str | None) -> None:
    subject = SUBJECTS[-1]
    parts = [Part.build(naive.SCHEMA, {subject: number and {"number": (number,)}}) for number in history]
    merged = merge(naive.SCHEMA, parts)
    assert (len(merged.subjects), len(merged.gone)) == ((0, 1) if left is None else (1, 0))
    assert merged.columns["number"].prune().words() == ([] if left is None else [left])


@pytest.mark.requirement("C9")
def test_the_last_one_left_stands_after_those_that_came_first() -> None:
    """Who came first goes while a page is read; the one who is left sorts before them, and follows all the same."""
    found = Engine(naive.SCHEMA)
    early, late = (number.to_bytes(16) for number in (1, 2))
    found.change({early: {"name": ("佐藤",)}, late: {"name": ("斎藤",)}})
    boost = Contains("name", "斎")
    first = found.search(All(), sort=None, after=None, limit=1, boost=boost)
    assert ([place.subject for place in first.places], first.boosted) == ([late], 1)
    found.change({late: None})
    rest = found.search(All(), sort=None, after=(True, first.places[0]), limit=1, boost=boost)
    assert [place.subject for place in rest.places] == [early]
