"""Registration: what one may not read may be written, somebody is in charge, and who is known already is shown while typing."""

from typing import Any
from uuid import UUID

import pytest

from tests.kit import enter, events
from tests.people import House
from toride.access.models import Person
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.models import Customer
from toride.vault.values import Masked

pytestmark = pytest.mark.requirement("C3", "A1")
NEW = {"number": "0777-1", "name": "工藤 葵", "kana": "クドウ アオイ", "branch": "002", "birth_date": "S60.4.1"}


def register(house: House, person: Person, **changed: str) -> Any:
    return enter(person).post("/customers/new/", NEW | changed)


def only() -> UUID:
    return Customer.objects.get().subject_id


def test_a_birth_date_is_written_by_who_may_not_read_it(house: House) -> None:
    assert 'name="birth_date"' in enter(house.teller).get("/customers/new/").content.decode()
    assert register(house, house.teller).status_code == 302
    permit = house.permit(house.teller, Action.PROFILE_READ, only())
    assert isinstance(queries.profile(permit, only()).values["birth_date"], Masked)
    whole = queries.profile(house.permit(house.steward, Action.PROFILE_READ, only()), only())
    assert whole.values["birth_date"].content == "1985-04-01"


def test_a_closed_field_is_neither_shown_nor_written(house: House) -> None:
    assert 'name="health"' not in enter(house.teller).get("/customers/new/").content.decode()
    register(house, house.teller, health="糖尿病")
    whole = queries.profile(house.permit(house.dpo, Action.PROFILE_READ, only()), only())
    assert getattr(whole.values["health"], "content", None) is None


def test_somebody_of_the_branch_is_in_charge(house: House) -> None:
    page = enter(house.teller).post("/customers/new/owners/", {"branch": "002"}).content.decode()
    assert "佐伯 悠真" in page
    assert "東海林 薫" not in page
    assert register(house, house.teller, owner=str(house.sales.pk)).status_code == 302
    assert Customer.objects.get().owner_id == house.sales.pk


@pytest.mark.parametrize("owner", ["other_teller", "gone", "nonsense"])
def test_nobody_else_is(house: House, owner: str) -> None:
    Person.objects.filter(pk=house.corporate.pk).update(is_active=False, branch="002")
    chosen = {"other_teller": str(house.other_teller.pk), "gone": str(house.corporate.pk), "nonsense": "x"}[owner]
    answer = register(house, house.teller, owner=chosen)
    assert answer.status_code == 422
    assert 'id="e-owner"' in answer.content.decode()
    assert not Customer.objects.exists()


def likely(person: Person, **typed: str) -> str:
    return enter(person).post("/customers/new/likely/", typed).content.decode()


def test_who_is_known_already_is_shown_within_reach_and_recorded(house: House) -> None:
    house.customer("100-1", name="齋藤 惠美子", phones=["090-3471-8826"], emails=["emiko.saito@example.jp"])
    house.customer("200-1", name="斎藤 恵美子", phones=["090-3471-8826"], branch=house.wakaba)
    assert "100-1" in likely(house.teller, name="斉藤恵美子")
    assert "200-1" not in likely(house.teller, name="斉藤恵美子")
    assert "100-1" in likely(house.teller, phones="０９０ ３４７１ ８８２６")
    assert "100-1" in likely(house.teller, name="別人", emails="EMIKO.saito@example.jp")
    assert "200-1" in likely(house.steward, phones="090-3471-8826")
    found = events()[0]
    assert (found.action, found.outcome) == (Action.SEARCH, "ok")
    assert len(found.subjects) == 2


@pytest.mark.parametrize(
    "typed", [{}, {"name": " "}, {"phones": "3471"}, {"emails": "@example.jp"}, {"name": "齋藤"}, {"kana": "サイトウ"}]
)
def test_part_of_what_is_typed_fishes_nobody(house: House, typed: dict[str, str]) -> None:
    house.customer("100-1", name="齋藤 惠美子", phones=["090-3471-8826"], emails=["emiko.saito@example.jp"])
    assert likely(house.steward, **typed).strip() == ""


def test_who_may_not_search_is_shown_nobody(house: House) -> None:
    house.customer("100-1", name="齋藤 惠美子")
    assert enter(house.auditor).post("/customers/new/likely/", {"name": "齋藤 惠美子"}).status_code == 403
