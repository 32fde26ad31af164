"""Fixtures of the vault's tests."""

from collections.abc import Iterator

import pytest
import pytest_django
from django.apps import apps
from django.db import connections, router

from toride.vault import keyring


@pytest.fixture(autouse=True)
def _forgotten_keys() -> Iterator[None]:
    """Each test begins with empty stores, and so must the memory of opened keys."""
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture
def real_commits(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
) -> Iterator[None]:
    """For several processes: commits are real, and the tables are emptied afterwards as the app role may."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            for label in ("vault", "keystore"):
                for model in reversed(list(apps.get_app_config(label).get_models())):
                    store = connections[router.db_for_write(model)]
                    with store.cursor() as cursor:
                        cursor.execute(f"DELETE FROM {store.ops.quote_name(model._meta.db_table)}")  # noqa: S608, SLF001
            connections.close_all()
