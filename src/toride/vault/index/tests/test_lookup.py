"""A unique value belongs to one subject."""

from uuid import uuid4

import pytest
from django.db import transaction

from toride.base.errors import Conflict
from toride.vault.index import lookup
from toride.vault.index.models import LookupToken
from toride.vault.index.tests.conftest import ids
from toride.vault.index.tests.workers import Worker

pytestmark = [pytest.mark.usefixtures("stores"), pytest.mark.store, pytest.mark.requirement("C9")]


def test_claimed_value_is_found_and_refused_to_another():
    her, him = ids(2)
    lookup.claim("number", "A-001", her)
    lookup.claim("number", "A-001", her)
    with pytest.raises(Conflict) as refusal:
        lookup.claim("number", "A-001", him)
    assert str(refusal.value) == "this number is not available"
    lookup.claim("email", "A-001", him)
    assert lookup.find("number", ["A-001", "A-002"]) == {"A-001": her}
    assert lookup.find("email", ["A-001"]) == {"A-001": him}


def test_released_values_are_free_again():
    her, him = ids(2)
    lookup.claim_many("number", [("1", her), ("2", her), ("3", him)])
    lookup.claim("email", "hanako@example.com", her)
    lookup.release("number", "1", him)
    assert lookup.find("number", "123") == {"1": her, "2": her, "3": him}
    lookup.release("number", "1", her)
    assert lookup.find("number", "123") == {"2": her, "3": him}
    lookup.release_subject("number", her)
    assert lookup.find("number", "123") == {"3": him}
    assert lookup.find("email", ["hanako@example.com"]) == {"hanako@example.com": her}
    lookup.release_all([her, him])
    assert LookupToken.objects.count() == 0


def test_many_are_claimed_together_or_not_at_all():
    her, him = ids(2)
    lookup.claim("number", "7", her)
    with pytest.raises(Conflict):
        lookup.claim_many("number", [(str(number), him) for number in range(10)])
    with pytest.raises(Conflict):
        lookup.claim_many("number", [("x", her), ("x", him)])
    assert LookupToken.objects.count() == 1


def test_ten_thousand_values_are_claimed_and_found_at_once():
    people = {f"C{number:05}": uuid4() for number in range(10_000)}
    lookup.claim_many("number", people.items())
    assert lookup.find("number", [*people, "C99999"]) == people


def test_of_two_processes_that_claim_one_value_one_wins():
    def claiming():
        for number in range(40):
            subject = uuid4()
            try:
                with transaction.atomic():
                    lookup.claim("number", str(number), subject)
                yield number, subject
            except Conflict:
                yield number, None

    lookup.claim("number", "first", uuid4())
    outcomes = [Worker(claiming) for _ in range(2)]
    winners: dict[int, list] = {number: [] for number in range(40)}
    for worker in outcomes:
        for number, subject in worker.rest():
            if subject is not None:
                winners[number].append(subject)
    assert all(len(subjects) == 1 for subjects in winners.values())
    assert lookup.find("number", map(str, range(40))) == {str(n): subjects[0] for n, subjects in winners.items()}


def test_rolled_back_claim_leaves_the_value_free():
    her, him = ids(2)
    with transaction.atomic():
        lookup.claim("number", "1", her)
        transaction.set_rollback(True)
    lookup.claim("number", "1", him)
    assert lookup.find("number", ["1"]) == {"1": him}


def test_stored_token_tells_nothing_of_its_value():
    lookup.claim("email", "morichika@example.com", uuid4())
    row = LookupToken.objects.get()
    assert len(row.token) == 16
    assert b"morichika" not in bytes(row.token) + bytes(row.blob)
