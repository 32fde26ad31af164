from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from toride.base import clock
from toride.base.errors import Invalid, Refused
from toride.vault import index
from toride.vault.index import (
    All,
    AnyOf,
    Between,
    Contains,
    Either,
    Equals,
    MonthDay,
    Not,
    Prefix,
    Suffix,
    searching,
    store,
)
from toride.vault.index.query import MAX_DEPTH
from toride.vault.index.tests.conftest import hanako, ids
from toride.vault.permit import Category, Opening, Rows

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("C9")]
KANA = ("kana", False)


@pytest.mark.parametrize(
    "expr",
    [
        Contains("name", "藤花"),
        Contains("name", "子"),
        Contains("kana", "トウ"),
        Prefix("kana", "サト"),
        Suffix("phone", "2222"),
        Prefix("phone", "0312"),
        Equals("phone", "09011112222"),
        Equals("number", "A-001"),
        Equals("email", "hanako@example.com"),
        MonthDay("birth", 2, 29),
        Between("birth", "1984-01-01", "1984-12-31"),
        Between("assets", 10_000_000, None),
        AnyOf("prefecture", ("沖縄県", "東京都")),
        All(Contains("name", "佐藤"), Not(Equals("prefecture", "大阪府"))),
    ],
    ids=repr,
)
def test_search_finds_a_customer_by(permit, expr):
    her, him = ids(2)
    index.put([(her, hanako()), (him, {"name": "田中一郎", "prefecture": "大阪府", "assets": 1})])
    assert index.search(permit(), expr).subjects == [her]
    assert index.matches(expr, hanako())


def test_a_long_end_of_a_number_is_compared_whole(permit):
    """Longer than the nine digits by which ends are ordered; in arrays, not among the latest rows."""
    her, him = ids(2)
    index.put([(her, {"phone": "810312345678"}), (him, {"phone": "820312345678"})])
    index.put((subject, hanako()) for subject in ids(300))
    assert index.search(permit(), Suffix("phone", "10312345678")).subjects == [her]
    assert index.count(permit(), Suffix("phone", "312345678")) == 302


def test_change_replaces_and_removal_takes_every_value(permit):
    (her,) = ids(1)
    index.put([(her, hanako())])
    index.put([(her, hanako(name="高橋花子", phone=()))])
    assert index.search(permit(), Contains("name", "佐藤")).total == 0
    assert index.search(permit(), Suffix("phone", "2222")).total == 0
    assert index.search(permit(), Contains("name", "高橋")).subjects == [her]
    index.remove([her])
    for expr in (Contains("name", "高橋"), Equals("email", "hanako@example.com"), Between("assets", 0, None), All()):
        assert index.search(permit(), expr).subjects == []


def test_rows_out_of_scope_are_neither_found_nor_counted(permit):
    yuki = uuid4()
    here, there, mine = ids(3)
    index.put(
        [
            (here, hanako(branch="本店")),
            (there, hanako(branch="難波")),
            (mine, hanako(branch="渋谷", owner=str(yuki))),
        ]
    )
    scoped = permit(rows=Rows(branches=frozenset({"本店"}), owners=frozenset({yuki})))
    found = index.search(scoped, Contains("name", "佐藤"))
    assert (set(found.subjects), found.total) == ({here, mine}, 2)
    assert index.count(scoped, Not(Contains("name", "田中"))) == 2
    assert index.search(scoped, Either(All(), Equals("branch", "難波"))).total == 2
    assert index.search(permit(rows=Rows()), All()).total == 0
    assert index.search(permit(), All()).total == 3


MASKED_BIRTH = {"fields": {(Category.BASIC, "birth"): Opening.MASKED}}
CLOSED_ASSETS = {"openings": {Category.BASIC: Opening.CLEAR}}


@pytest.mark.parametrize(
    ("closed", "expr", "sort", "boost"),
    [
        (CLOSED_ASSETS, Between("assets", 0, 5_000_000), None, None),
        (CLOSED_ASSETS, Not(Between("assets", 0, 5_000_000)), None, None),
        (CLOSED_ASSETS, Either(All(), All(Contains("name", "佐藤"), Equals("assets", 5))), None, None),
        (CLOSED_ASSETS, Between("assets", None, None), None, None),
        (CLOSED_ASSETS, All(), ("assets", True), None),
        (CLOSED_ASSETS, All(), None, Between("assets", 0, 5_000_000)),
        (MASKED_BIRTH, MonthDay("birth", 2, 29), None, None),
        (MASKED_BIRTH, Not(Not(Equals("birth", "1984-02-29"))), None, None),
        (MASKED_BIRTH, All(), ("birth", False), None),
        (MASKED_BIRTH, All(), None, MonthDay("birth", 2, 29)),
        ({"openings": {}}, Contains("name", "佐藤"), None, None),
    ],
    ids=repr,
)
def test_a_column_that_is_not_open_answers_nothing(permit, closed, expr, sort, boost):
    index.put([(uuid4(), hanako())])
    with pytest.raises(Refused):
        index.search(permit(**closed), expr, sort=sort, boost=boost)
    with pytest.raises(Refused):
        index.search(permit(**closed), expr, sort=sort, boost=boost, after="AAAA")


def test_a_cursor_of_an_open_column_is_no_way_into_a_closed_one(permit):
    index.put((subject, hanako(assets=amount)) for amount, subject in enumerate(ids(9)))
    clear = permit()
    cursor = index.search(clear, All(), sort=("assets", True), limit=2).cursor
    assert cursor is not None
    with pytest.raises(Refused):
        index.search(permit(**CLOSED_ASSETS), All(), sort=("assets", True), limit=2, after=cursor)
    with pytest.raises(Invalid):
        index.search(clear, All(), sort=KANA, limit=2, after=cursor)
    with pytest.raises(Invalid):
        index.search(clear, Contains("name", "佐"), sort=("assets", True), limit=2, after=cursor)


def test_a_cursor_tells_nothing_and_is_of_one_length(permit):
    import base64

    index.put((subject, hanako(kana=kana)) for kana, subject in zip("ア" * 5 + "イ" * 5, ids(10), strict=True))
    index.put([(uuid4(), hanako(kana="アアアアアアアアアアアアアアア"))])
    cursors = {index.search(permit(), All(), sort=KANA, limit=size).cursor for size in (3, 5, 6, 9)}
    assert len(cursors) == 4
    assert len({len(cursor) for cursor in cursors}) == 1
    for cursor in cursors:
        assert "ア".encode() not in base64.urlsafe_b64decode(cursor)


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "あ", "A" * 10_000])
def test_a_forged_cursor_is_invalid(permit, cursor):
    index.put([(uuid4(), hanako())])
    with pytest.raises(Invalid):
        index.search(permit(), All(), after=cursor)


def test_permit_that_expired_or_is_for_one_subject_does_not_search(permit):
    with pytest.raises(Refused):
        index.search(permit(expires=clock.now() - timedelta(seconds=1)), All())
    with pytest.raises(Refused):
        index.search(permit(subject=uuid4()), All())


@pytest.mark.parametrize("descending", [False, True])
def test_insertion_between_pages_neither_repeats_nor_loses(permit, descending):
    people = {subject: f"サトウ{number % 7}" for number, subject in enumerate(ids(40))}
    index.put((subject, hanako(kana=kana)) for subject, kana in people.items())
    seen: list[UUID] = []
    after = None
    while True:
        page = index.search(permit(), All(), sort=("kana", descending), limit=6, after=after)
        seen += page.subjects
        if page.cursor is None:
            break
        after = page.cursor
        for kana in ("サトウ0", "サトウ3", "サトウ6"):
            index.put([(uuid4(), hanako(kana=kana))])
    old = [subject for subject in seen if subject in people]
    assert len(seen) == len(set(seen))
    assert old == sorted(people, key=lambda one: (people[one], one.bytes), reverse=descending)


def test_the_exact_written_form_comes_first(permit):
    exact, variant, other = ids(3)
    index.put([(variant, hanako(kana="ア")), (exact, hanako(kana="ン", number="B-9")), (other, hanako(kana="カ"))])
    found = index.search(permit(), Contains("name", "佐藤"), sort=KANA, boost=Equals("number", "B-9"))
    assert found.subjects == [exact, variant, other]
    first = index.search(permit(), Contains("name", "佐藤"), sort=KANA, boost=Equals("number", "B-9"), limit=1)
    rest = index.search(
        permit(), Contains("name", "佐藤"), sort=KANA, boost=Equals("number", "B-9"), limit=5, after=first.cursor
    )
    assert [*first.subjects, *rest.subjects] == [exact, variant, other]


def test_total_is_capped_unless_asked_exactly(permit):
    index.put((subject, hanako()) for subject in ids(30))
    capped = index.search(permit(), All(), count_cap=20, limit=5)
    exact = index.search(permit(), All(), count_cap=20, limit=5, exact_total=True)
    assert (capped.total, capped.capped, exact.total, exact.capped) == (20, True, 30, False)
    assert searching.COUNT_CAP == 1_000


@pytest.mark.parametrize(
    "expr",
    [
        Contains("name", ""),
        Contains("phone", "1"),
        Suffix("name", "子"),
        Between("email", "a", "b"),
        Equals("birth", "1984-02-30"),
        Equals("assets", "5"),
        Prefix("phone", "03-12"),
        Equals("nobody", "x"),
        AnyOf("number", tuple(str(n) for n in range(10_001))),
        All(*[Equals("number", "1")] * 201),
    ],
    ids=lambda expr: repr(expr)[:40],
)
def test_a_question_that_does_not_fit_is_invalid(permit, expr):
    with pytest.raises(Invalid):
        index.search(permit(), expr)


def test_nesting_and_page_size_have_limits(permit):
    deep = Equals("number", "1")
    for _ in range(MAX_DEPTH + 1):
        deep = Not(deep)
    with pytest.raises(Invalid):
        index.search(permit(), deep)
    for limit in (0, 10_001):
        with pytest.raises(Invalid):
            index.search(permit(), All(), limit=limit)


@pytest.mark.parametrize(
    "row",
    [{"phone": "1" * 19}, {"phone": "03-1"}, {"name": "x" * 257}, {"name": "a\0b"}, {"name": "\ud800"},
     {"assets": 2**62}, {"birth": "2001"}, {"name": ("x",) * 65}],
    ids=lambda row: repr(row)[:30],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_column_is_invalid(row):
    with pytest.raises(Invalid):
        index.put([(uuid4(), row)])


def test_many_put_by_columns_are_found_as_those_put_by_rows(permit):
    """More than one delta holds; each row, and nothing of its neighbour."""
    count = store.DELTA_ROWS + 50
    made = sorted(ids(count))
    columns = {name: [value] * count for name, value in hanako().items()}
    columns["number"] = [f"A-{place:06}" for place in range(count)]
    columns["name"] = [("佐藤花子",), "佐藤花子", "", None, []] * (count // 5)
    columns["assets"] = [None if place % 2 else place for place in range(count)]
    del columns["visits"]
    index.put_columns(made, columns)
    assert index.search(permit(), Equals("number", "A-000007")).subjects == [made[7]]
    assert index.search(permit(), Equals("number", f"A-{count - 1:06}")).subjects == [made[-1]]
    assert index.count(permit(), Contains("name", "藤花")) == count // 5 * 2
    assert index.count(permit(), Equals("email", "hanako@example.com")) == count
    assert index.count(permit(), Between("assets", 0, 100)) == 51
    assert index.count(permit(), Between("visits", None, None)) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("phone", "12a"), ("name", "\ud800"), ("assets", "1"), ("birth", "1984-02-30"), ("phone", ["1"] * 65)],
)
def test_columns_that_do_not_fit_are_refused(permit, name, value):
    with pytest.raises(Invalid):
        index.put_columns(sorted(ids(2)), {name: [None, value]})
