"""Every declared list is whole: its parts fit each other, its addresses are there and guarded, and a view keeps it."""

from dataclasses import fields

import pytest
from django.http import QueryDict
from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as some

from toride.base import actions, guard
from toride.base.errors import ConfigurationError
from toride.lists import declaration, setting
from toride.lists.ask import PAGE
from toride.lists.declaration import Column, Filter, List, declared
from toride.lists.setting import SIZES, Setting

pytestmark = pytest.mark.requirement("C9")
LISTS = list(declared().values())
EACH = pytest.mark.parametrize("of", LISTS, ids=lambda of: of.code)


def test_there_are_lists_of_more_than_one_domain() -> None:
    assert len({of.action.partition(":")[0] for of in LISTS}) > 1


@pytest.mark.parametrize("kind", [List, Column, Filter])
def test_a_declaration_stays_small(kind: type) -> None:
    assert len(fields(kind)) <= 8


@EACH
def test_its_parts_fit_each_other(of: List) -> None:
    sorts, filters = {one.name for one in of.sorts}, {one.name: one for one in of.filters}
    assert of.action in actions.declared()
    assert {one.sort for one in of.columns if one.sort} <= sorts
    assert not of.board or filters[of.board].options
    assert not any(one.needs for one in of.filters if one.linked)  # an address says nothing of anybody
    assert not {"q", "sort", "order", "col", "size", "after", "act", "former", "view", "for", "lane"} & filters.keys()
    with pytest.raises(ConfigurationError):
        declaration.declare(of)


@EACH
def test_its_addresses_are_guarded_by_its_action(of: List) -> None:
    one = {"view": "0" * 8 + "-0000-4000-8000-" + "0" * 12}
    for name, arguments in (
        (of.code, {}),
        (of.address("view"), one),
        *(((of.address("board"), {}),) if of.board else ()),
    ):
        assert guard.of(resolve(reverse(name, kwargs=arguments)).func).action == of.action
    for name in ("view_save", "view_begin"):
        assert resolve(reverse(of.address(name))).kwargs == {"code": of.code}


def settings_of(of: List) -> some.SearchStrategy[Setting]:
    return some.builds(
        Setting,
        some.just(of),
        text=some.text(max_size=20),
        filters=some.dictionaries(
            some.sampled_from([one.name for one in of.filters]), some.text(min_size=1, max_size=9)
        ),
        sort=some.sampled_from(["", *(one.name for one in of.sorts)]),
        descending=some.booleans(),
        columns=some.lists(some.sampled_from([one.name for one in of.columns]), unique=True).map(tuple),
        size=some.sampled_from(SIZES),
    )


@given(data=some.data())
def test_a_view_keeps_what_was_set(data: some.DataObject) -> None:
    chosen = data.draw(some.sampled_from(LISTS).flatmap(settings_of))
    assert setting.kept(chosen.of, chosen.stored()) == chosen


ODD = some.one_of(some.none(), some.text(max_size=5), some.integers(), some.just(["x"]))


@given(
    of=some.sampled_from(LISTS),
    stored=some.dictionaries(some.sampled_from(["sort", "size", "text", "descending"]), ODD),
)
def test_a_view_of_another_version_leaves_out_what_is_not_known(of: List, stored: dict[str, object]) -> None:
    found = setting.kept(of, {"filters": {"no such filter": "1"}, "columns": ["no such column"], **stored})
    assert (found.filters, found.columns) == ({}, ())
    assert found.sort in {one.name for one in of.sorts}
    assert found.size in SIZES


@given(of=some.sampled_from(LISTS), sent=some.dictionaries(some.text(max_size=8), some.text(max_size=8), max_size=5))
def test_a_form_sets_nothing_that_the_list_does_not_know(of: List, sent: dict[str, str]) -> None:
    form = QueryDict(mutable=True)
    form.update({**sent, "size": "7", "sort": "no such order", "col": "no such column"})
    found = setting.sent(of, form)
    assert set(found.filters) <= {one.name for one in of.filters}
    assert (found.size, found.columns, found.sort) == (PAGE, (), of.sorts[0].name)
