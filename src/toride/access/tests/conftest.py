"""What several tests of access share."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.people import House
from toride.access.models import Approval, Person
from toride.access.tests.signing import give_passwords
from toride.audit.models import Outbox
from toride.vault import keyring


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: object) -> Iterator[House]:
    """A house that other connections see; what it left is removed."""
    from django.db import connections

    from toride.access.models import Branch, Department

    with django_db_blocker.unblock():
        before = {(one.kind, one.number) for one in keyring.generations()}
        try:
            yield House()
        finally:
            for model in (Approval, Person, Branch, Department, Outbox):
                model.objects.all().delete()
            made = {(one.kind, one.number) for one in keyring.generations()} - before
            with connections["keys"].cursor() as cursor:
                cursor.executemany("DELETE FROM keystore_generation WHERE kind = %s AND number = %s", sorted(made))
            keyring.forget()
            connections.close_all()


@pytest.fixture
def front(house: House) -> Client:
    """A browser before which teller and administrator have passwords."""
    give_passwords(house)
    return Client()
