"""Nobody's name stands under what they did not do: what was not altered is neither cleaned anew nor recorded."""

from typing import Any

import pytest

from tests.kit import enter
from tests.people import House
from toride.customers import fields, queries, services
from toride.customers.actions import Action
from toride.fields.display import as_written
from toride.vault.permit import Category, Mode

pytestmark = pytest.mark.requirement("C3", "C6")
# As older installations and other systems left them: each would be written otherwise today, or not be taken at all.
ODD: dict[str, Any] = {
    "phones": ["022-077-3927", "０９０ー１２３"], "emails": ["ab..cd@docomo.example"], "postcode": "9810913", "city": " 仙台市　青葉区",
    "street": "国分町\n3−7−1", "kana": "ｻｲﾄｳ", "name": "齋藤\u3000惠美子 ", "birth_date": "1951-05-14", "note": "一行目\r\n二行目",
    "contacts": [["2026-01-05", "電話"]], "value": 34_120_000, "holdings": ["普通預金", "ｶｰﾄﾞ"],
}  # fmt: skip


def changed(house: House, subject: Any, written: dict[str, str]) -> list[str]:
    permit = house.permit(house.steward, Action.PROFILE_CHANGE, subject)
    return services.change(permit, subject, written=written, revisions={}, source="form")


def stored(house: House, subject: Any) -> dict[str, Any]:
    found = queries.profile(house.permit(house.dpo, Action.PROFILE_READ, subject), subject)
    return {name: getattr(value, "content", None) for name, value in found.values.items()}


@pytest.fixture
def odd(house: House) -> Any:
    return house.customer(**ODD)


def as_a_browser_sends(name: str, content: Any) -> str:
    """HTML, value sanitization: an input of one line loses its ends of lines, a text area's are CR LF."""
    shown = as_written(content)
    lines = shown.replace("\r\n", "\n").split("\n")
    return "\r\n".join(lines) if name in fields.LONG else "".join(lines)


def test_a_whole_form_sent_back_changes_nothing(house: House, odd: Any) -> None:
    permit = house.permit(house.steward, Action.PROFILE_CHANGE, odd)
    open_ = [
        name
        for name, spec in fields.FIELDS.items()
        if spec.typed and permit.opening(spec.category, name) == fields.CLEAR
    ]
    before = stored(house, odd)
    assert changed(house, odd, {name: as_a_browser_sends(name, before[name]) for name in open_}) == []
    assert stored(house, odd) == before


def test_one_field_altered_is_one_field_changed(house: House, odd: Any) -> None:
    written = {name: as_a_browser_sends(name, ODD[name]) for name in ("phones", "postcode", "city", "street", "kana")}
    assert changed(house, odd, {**written, "emails": "emiko@ex-ample.jp"}) == ["emails"]
    after = stored(house, odd)
    assert after["emails"] == ["emiko@ex-ample.jp"]
    assert {name: after[name] for name in written} == {name: ODD[name] for name in written}


def test_of_several_values_those_that_stand_stay(house: House, odd: Any) -> None:
    assert changed(house, odd, {"phones": "022-077-3927、０９０ー１２３、090-1234-5678"}) == ["phones"]
    assert stored(house, odd)["phones"] == ["022-077-3927", "０９０ー１２３", "090-1234-5678"]


def test_ends_of_lines_alone_are_an_alteration_of_a_note(house: House, odd: Any) -> None:
    house.permit(house.dpo, Action.PROFILE_READ, odd)
    assert not fields.is_unaltered("note", "一行目二行目", ODD["note"])
    assert fields.is_unaltered("note", "一行目\r\n二行目", "一行目\n二行目")
    assert fields.is_unaltered("street", "国分町3−7−1", ODD["street"])


def test_the_comparison_is_no_reading(house: House, odd: Any) -> None:
    permit = house.permit(house.steward, Action.PROFILE_CHANGE, odd)
    permit.ledger.touch(odd, Mode.CHANGED, Category.BASIC)
    with permit.ledger.unseen():
        permit.ledger.touch(odd, Mode.CLEAR, Category.BASIC)
    assert set(permit.ledger.touches) == {(odd, Mode.CHANGED)}


def test_the_page_says_that_nothing_was_changed(house: House, odd: Any) -> None:
    client = enter(house.steward)
    address = f"/customers/{odd}/change/"
    answer = client.post(address, {"for": "data-care", "postcode": ODD["postcode"]}, follow=True)
    assert "変更はありません" in answer.content.decode() or "Nothing was changed" in answer.content.decode()
