"""The person of a session is the one in the store, whole; nobody, where they are unknown or no longer active."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest
from django.forms.models import model_to_dict

from tests.people import House
from toride.access.signin.backends import Backend


@pytest.mark.requirement("T1")
def test_the_person_of_a_session_is_whole(
    house: House, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for person in (house.teller, house.corporate, house.admin):
        person.refresh_from_db()
        with django_assert_num_queries(1):
            found = Backend().get_user(person.id)
            belongs = (found.branch.name, found.department.name if found.department else "")
        assert belongs == (person.branch.name, person.department.name if person.department else "")
        assert model_to_dict(found) == model_to_dict(person)
        assert (found.id, found.roles, found.created) == (person.id, person.roles, person.created)
        assert (found.branch, found.department) == (person.branch, person.department)
        assert found.get_session_auth_hash() == person.get_session_auth_hash()


@pytest.mark.requirement("T1")
def test_nobody_stands_for_an_unknown_or_inactive_person(house: House) -> None:
    assert Backend().get_user(uuid4()) is None
    house.teller.is_active = False
    house.teller.save()
    assert Backend().get_user(house.teller.id) is None


def test_a_person_without_a_branch_is_found(house: House) -> None:
    house.teller.branch = None
    house.teller.save()
    assert Backend().get_user(house.teller.id).branch is None
