"""The index's answers, worked out in the plainest way, and random rows and questions to compare on."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from toride.vault.index import columns, query
from toride.vault.index.columns import Column, Project, Schema, Type
from toride.vault.permit import Category, Opening

SCHEMA = Schema(
    (
        Column("name", Type.TEXT, Category.BASIC, "name"),
        Column("kana", Type.TEXT, Category.BASIC, "kana", sortable=True),
        Column("phone", Type.DIGITS, Category.BASIC, "phone"),
        Column("number", Type.KEY, Category.BASIC, "number", sortable=True),
        Column("email", Type.HASH, Category.BASIC, "email"),
        Column("prefecture", Type.CODE, Category.BASIC, "prefecture"),
        Column("branch", Type.CODE),
        Column("owner", Type.CODE),
        Column("assets", Type.INT, Category.TRANSACTIONS, "assets", sortable=True),
        Column("visits", Type.INT),
        Column("birth", Type.DATE, Category.BASIC, "birth"),
    ),
    version="1",
)


def declare(schema: Schema, project: Project | None = None) -> None:
    """As another version of the product would, which starts with other columns."""
    columns._declared.clear()
    columns.declare(schema, project)


NAMES = ["佐藤", "佐藤太郎", "林", "小林", "髙橋", "𠮷田", "𠮷", "田中花子", "中田", "サトウ", "ab", "é", "x" * 40]
KANAS = ["サトウ", "サトウタロウ", "ハヤシ", "コバヤシ", "タカハシ", "ヨシダ", "ア", "アア", "アアア"]
PHONES = [
    "0312345678",
    "09012345678",
    "0901234567",
    "678",
    "5678",
    "0",
    "00",
    "000123456789012345",
    "100123456789012345",
]
NUMBERS = ["A-001", "A-002", "A-01", "B-9", "B-99"]
EMAILS = ["hanako@example.com", "taro@example.com", "x@example.org"]
PREFECTURES = ["東京都", "京都府", "大阪府"]
BRANCHES = ["本店", "渋谷", "難波"]
INTS = [0, 1, -1, 5, 2**31 - 1, -(2**31), 2**31, -(2**40), 2**61, 12_000_000]
DAYS = ["1970-01-01", "1984-02-29", "2000-02-29", "2001-12-31", "1931-12-31", "1926-12-25"]


def some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def many(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.lists(some(values), max_size=3, unique=True).map(tuple)


rows = st.fixed_dictionaries(
    {},
    optional={
        "name": many(NAMES),
        "kana": st.one_of(some(KANAS), many(KANAS)),
        "phone": many(PHONES),
        "number": some(NUMBERS),
        "email": many(EMAILS),
        "prefecture": some(PREFECTURES),
        "branch": some(BRANCHES),
        "owner": some(["佐々木", "森"]),
        "assets": st.one_of(st.none(), some(INTS)),
        "visits": some([1, 2, 3]),
        "birth": st.one_of(st.none(), some(DAYS)),
    },
)


def parts_of(values: list[str]) -> st.SearchStrategy[str]:
    cut = st.tuples(some(values), st.integers(0, 5), st.integers(1, 4))
    return cut.map(lambda made: made[0][made[1] : made[1] + made[2]] or made[0])


def _between(column: str, values: list[Any]) -> st.SearchStrategy[query.Expr]:
    end = st.one_of(st.none(), some(values))
    return st.builds(query.Between, st.just(column), end, end)


leaf: st.SearchStrategy[query.Expr] = st.one_of(
    st.builds(query.Contains, st.just("name"), parts_of(NAMES)),
    st.builds(query.Contains, st.just("kana"), parts_of(KANAS)),
    st.builds(query.Prefix, st.just("kana"), parts_of(KANAS)),
    st.builds(query.Equals, st.just("name"), some(NAMES)),
    st.builds(query.AnyOf, st.just("name"), many(NAMES)),
    _between("kana", KANAS),
    st.builds(query.Prefix, st.just("phone"), parts_of(PHONES)),
    st.builds(query.Suffix, st.just("phone"), parts_of(PHONES)),
    st.builds(query.Suffix, st.just("phone"), some(PHONES)),
    st.builds(query.Equals, st.just("phone"), some(PHONES)),
    st.builds(query.AnyOf, st.just("phone"), many(PHONES)),
    st.builds(query.Prefix, st.just("number"), parts_of(NUMBERS)),
    st.builds(query.Equals, st.just("number"), some(NUMBERS)),
    st.builds(query.Equals, st.just("email"), some(EMAILS)),
    st.builds(query.AnyOf, st.just("email"), many(EMAILS)),
    st.builds(query.Equals, st.just("prefecture"), some(PREFECTURES)),
    st.builds(query.AnyOf, st.just("branch"), many(BRANCHES)),
    _between("assets", INTS),
    _between("visits", [1, 2, 3, 2**50]),
    st.builds(query.AnyOf, st.just("assets"), many(INTS)),
    st.builds(query.Equals, st.just("assets"), some(INTS)),
    _between("birth", DAYS),
    st.builds(query.Equals, st.just("birth"), some(DAYS)),
    st.builds(query.MonthDay, st.just("birth"), some([2, 12]), some([29, 31, 25])),
)
exprs: st.SearchStrategy[query.Expr] = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: query.All(*parts)),
        st.lists(inner, max_size=3).map(lambda parts: query.Either(*parts)),
        st.builds(query.Not, inner),
    ),
    max_leaves=5,
)
sorts = st.one_of(
    st.none(), st.tuples(some(["name", "kana", "number", "prefecture", "assets", "visits", "birth"]), st.booleans())
)


def answers(expr: query.Expr, row: dict[str, Any]) -> bool:
    """By plain Python on the row as written, without the product's encoding."""
    if isinstance(expr, query.All):
        return all(answers(part, row) for part in expr.parts)
    if isinstance(expr, query.Either):
        return any(answers(part, row) for part in expr.parts)
    if isinstance(expr, query.Not):
        return not answers(expr.part, row)
    value = row.get(expr.column)
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    return any(_one(expr, one) for one in values)


def _one(expr: query.Leaf, value: Any) -> bool:  # noqa: PLR0911 - one answer for each question
    match expr:
        case query.Contains(_, text):
            return value.find(text) >= 0
        case query.Equals(_, wanted):
            return value == wanted
        case query.Prefix(_, text):
            return value[: len(text)] == text
        case query.Suffix(_, digits):
            return value[-len(digits) :] == digits
        case query.Between(_, low, high):
            return (low is None or value >= low) and (high is None or value <= high)
        case query.AnyOf(_, values):
            return value in list(values)
        case query.MonthDay(_, month, day):
            found = date.fromisoformat(value)
            return (found.month, found.day) == (month, day)
    raise AssertionError(expr)


def in_order(
    table: dict[bytes, dict[str, Any]], expr: query.Expr, sort: tuple[str, bool] | None, boost: query.Expr | None
) -> list[bytes]:
    """Every subject that answers, in the order of the pages."""
    found = [subject for subject, row in table.items() if answers(expr, row)]

    def key(subject: bytes) -> Any:
        value = table[subject].get(sort[0]) if sort else None
        return value[0] if isinstance(value, tuple) and value else None if value == () else value

    def sorted_block(subjects: list[bytes]) -> list[bytes]:
        if sort is None:
            return sorted(subjects)
        down = sort[1]
        lead = [subject for subject in subjects if key(subject) is not None]
        rest = [subject for subject in subjects if key(subject) is None]
        return sorted(lead, key=lambda one: (key(one), one), reverse=down) + sorted(rest, reverse=down)

    if boost is None:
        return sorted_block(found)
    ahead = [subject for subject in found if answers(boost, table[subject])]
    behind = [subject for subject in found if not answers(boost, table[subject])]
    return sorted_block(ahead) + sorted_block(behind)


EVERYTHING = dict.fromkeys(Category, Opening.CLEAR)
