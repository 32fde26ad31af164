"""Generations of keys: made once, opened for a limited time, destroyed with their root."""

import pytest

from toride.vault import keyring, kms
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("K1")]


def test_current_is_made_once_and_found_again():
    first = keyring.current(Kind.FILES)
    keyring.forget()
    assert keyring.current(Kind.FILES) == first
    assert len(first.secret) == 32
    assert repr(first.secret) not in repr(first)


def test_each_generation_has_its_own_root_that_dies_with_it():
    first, second = keyring.create(Kind.INDEX), keyring.create(Kind.INDEX)
    assert (second.number, keyring.current(Kind.INDEX)) == (first.number + 1, second)
    roots = {row.number: row.root_version for row in keyring.generations(Kind.INDEX)}
    assert len(set(roots.values())) == 2
    keyring.destroy(Kind.INDEX, first.number)
    assert roots[first.number] not in kms.provider().versions()
    assert roots[second.number] in kms.provider().versions()
    with pytest.raises(Unopenable):
        keyring.secret(Kind.INDEX, first.number)
    assert keyring.secret(Kind.INDEX, second.number) == second.secret
