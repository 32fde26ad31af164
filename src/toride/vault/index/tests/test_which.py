"""Thousands of exact values at once: the same answers as one search for each, within the same scope and openings."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from toride.base import clock
from toride.base.errors import Invalid, Refused
from toride.vault import index
from toride.vault.index import All, Equals, engine
from toride.vault.index.tests.conftest import hanako, ids
from toride.vault.permit import Category, Opening, Rows

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("C7")]


@pytest.mark.parametrize("tail", [0, 256])
def test_it_answers_as_one_search_for_each_value(permit, monkeypatch, tail):
    """In the arrays of several runs and among the latest rows; some changed, some gone."""
    monkeypatch.setattr(engine, "TAIL_ROWS", tail)
    people = ids(60)
    for start in (0, 20, 40):
        index.put(
            (subject, hanako(name=(f"佐藤{at % 7}", "林"), phone=(f"090{at % 11:08}",), email=(f"{at % 5}@x.jp",),
                             birth=f"1984-02-{at % 3 + 1:02}", visits=at % 4, number=f"A-{at:03}"))
            for at, subject in enumerate(people[start : start + 20], start)
        )  # fmt: skip
    index.put([(people[3], hanako(name="高橋", phone=()))])
    index.remove([people[10]])
    questions = {
        ("name",): [(f"佐藤{n}",) for n in range(9)] + [("林",), ("佐",)],
        ("phone",): [(f"090{n:08}",) for n in range(13)],
        ("email",): [(f"{n}@x.jp",) for n in range(7)],
        ("prefecture",): [("東京都",), ("京都府",)],
        ("number",): [(f"A-{n:03}",) for n in range(70)],
        ("name", "birth"): [(f"佐藤{n}", f"1984-02-{d:02}") for n in range(8) for d in range(1, 5)],
        ("visits", "birth"): [(n, "1984-02-01") for n in (-5, 0, 1, 2, 2**40)],
    }
    for columns, values in questions.items():
        found = index.which(permit(), columns, values, most=4)
        for value in values:
            asked = All(*map(Equals, columns, value))
            assert found.get(value, []) == sorted(index.search(permit(), asked, limit=50).subjects)[:4], (
                columns,
                value,
            )


def test_rows_out_of_scope_are_nobody(permit):
    yuki = uuid4()
    here, there, mine = sorted(ids(3))
    index.put(
        [(here, hanako(branch="難波")), (there, hanako(branch="本店")), (mine, hanako(owner=str(yuki), branch="渋谷"))]
    )
    asked = [("佐藤花子",)]
    assert index.which(permit(), ("name",), asked) == {("佐藤花子",): [here]}
    assert index.which(permit(rows=Rows(branches=frozenset({"本店"}))), ("name",), asked) == {("佐藤花子",): [there]}
    assert index.which(permit(rows=Rows(owners=frozenset({yuki}))), ("name",), asked, most=9) == {("佐藤花子",): [mine]}
    assert index.which(permit(rows=Rows()), ("name",), asked) == {}
    assert index.which(permit(rows=Rows(branches=frozenset({"池袋"}))), ("name",), asked) == {}


@pytest.mark.parametrize(
    ("closed", "columns", "values"),
    [
        ({"openings": {Category.BASIC: Opening.CLEAR}}, ("assets",), [(12_000_000,)]),
        ({"openings": {Category.BASIC: Opening.CLEAR}}, ("name", "assets"), [("佐藤花子", 12_000_000)]),
        ({"fields": {(Category.BASIC, "birth"): Opening.MASKED}}, ("name", "birth"), [("佐藤花子", "1984-02-29")]),
        ({"fields": {(Category.BASIC, "birth"): Opening.MASKED}}, ("birth",), []),
        ({"openings": {}}, ("name",), [("佐藤花子",)]),
        ({"subject": uuid4()}, ("name",), [("佐藤花子",)]),
        ({"expires": clock.now() - timedelta(seconds=1)}, ("name",), [("佐藤花子",)]),
    ],
)
def test_what_is_not_open_answers_nothing(permit, closed, columns, values):
    index.put([(uuid4(), hanako())])
    with pytest.raises(Refused):
        index.which(permit(**closed), columns, values)


@pytest.mark.parametrize(
    ("columns", "values", "most"),
    [
        ((), [()], 1), (("nobody",), [("x",)], 1), (("birth", "name"), [("1984-02-29", "佐藤花子")], 1),
        (("phone",), [("03-12",)], 1), (("name",), [("x",)], 0), (("number",), [(str(n),) for n in range(10_001)], 1),
    ],
    ids=range(6),
)  # fmt: skip
def test_a_question_that_does_not_fit_is_invalid(permit, columns, values, most):
    with pytest.raises(Invalid):
        index.which(permit(), columns, values, most=most)


def test_a_transaction_sees_its_own_changes_and_takes_them_back(permit):
    (her,) = ids(1)
    with transaction.atomic():
        index.put([(her, hanako())])
        assert index.which(permit(), ("number",), [("A-001",)]) == {("A-001",): [her]}
        transaction.set_rollback(True)
    assert index.which(permit(), ("number",), [("A-001",)]) == {}
