"""Fixtures of the vault's tests."""

from collections.abc import Iterator

import pytest

from toride.vault import keyring


@pytest.fixture(autouse=True)
def _forgotten_keys() -> Iterator[None]:
    """Each test begins with empty stores, and so must the memory of opened keys."""
    keyring.forget()
    yield
    keyring.forget()
