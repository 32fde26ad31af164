"""Every action × every role × every address: what opens, what is refused, what looks as if it did not exist."""

from uuid import uuid4

import pytest

from tests.addresses import ROLES
from tests.kit import answer, enter
from tests.people import House, become
from toride.access.roles import SHIPPED
from toride.base import actions
from toride.base.errors import Hidden, Refused

pytestmark = pytest.mark.requirement("A1")


def test_every_action_for_every_role_decides_as_the_page_of_roles_says(house: House) -> None:
    from tests.people import DOOR

    here, elsewhere = house.customer("1"), house.customer("2", branch=house.wakaba)
    checked = 0
    for role in ROLES:
        person = getattr(house, role)
        for action in actions.declared():
            grants = [grant for grant in SHIPPED[role].grants if action in grant.actions and person.rank >= grant.rank]
            for subject in (None, here, elsewhere, uuid4()):
                outcome = answer(person, action, subject, DOOR)
                checked += 1
                if not grants:
                    assert outcome == "refused", (role, action)
                elif subject is None:
                    assert outcome == "permit", (role, action)
                else:
                    reaches = {grant.reach.value for grant in grants if grants[0].purposes[0] in grant.purposes}
                    known = subject in (here, elsewhere)
                    fits = known and ("all" in reaches or ("branch" in reaches and subject == here))
                    assert outcome == ("permit" if fits else "hidden"), (role, action, subject)
    assert checked > 900


def test_department_scope_reaches_colleagues_customers_only(house: House) -> None:
    from toride.access.people import registry

    colleague = registry.add(
        "colleague", "同僚", roles=["corporate"], branch=house.head, department=house.corporate_department
    )
    mine, theirs = house.customer("1", owner=colleague), house.customer("2", owner=house.sales)
    permit = house.permit(house.corporate, "customers:profile:read", mine)
    assert permit.subject == mine
    with pytest.raises(Hidden):
        house.permit(house.corporate, "customers:profile:read", theirs)


def test_rank_opens_what_a_lower_rank_may_not(house: House) -> None:
    emiko = house.customer()
    assert house.permit(house.manager, "audit:subject:read", emiko)
    become(house.manager, rank=4)
    house.manager.refresh_from_db()
    with pytest.raises(Refused):
        house.permit(house.manager, "audit:subject:read", emiko)


def test_disabled_person_gets_nothing(house: House) -> None:
    client = enter(house.steward)
    assert client.get("/customers/").status_code == 200
    house.steward.is_active = False
    house.steward.save()
    answer = client.get("/customers/")
    assert answer.status_code in (302, 403)
    with pytest.raises(Refused):
        house.permit(house.steward, "customers:list:search")


def test_two_roles_on_a_list_open_only_what_both_open(house: House) -> None:
    from toride.vault.permit import Category, Opening

    become(house.teller, roles=["teller", "manager"])
    house.teller.refresh_from_db()
    permit = house.permit(house.teller, "customers:list:search")
    assert permit.opening(Category.BASIC, "birth_date") == Opening.MASKED
    assert permit.opening(Category.DERIVED) == Opening.MASKED
    emiko = house.customer()
    single = house.permit(house.teller, "customers:profile:read", emiko)
    assert single.opening(Category.DERIVED) == Opening.CLEAR
