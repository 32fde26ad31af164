"""Without the key store nothing opens and nothing is sealed, and the error tells nothing of where it stands."""

from contextlib import contextmanager

import pytest
from django.db import connections

from toride.base import stores
from toride.base.errors import Unavailable
from toride.vault import keyring, records, rotation, subjects
from toride.vault.keyring import Kind
from toride.vault.models import SealedRecord, Subject
from toride.vault.permit import Category
from toride.vault.records import Draft
from toride.vault.tests.permits import SATO, permit

pytestmark = [pytest.mark.usefixtures("stores"), pytest.mark.store, pytest.mark.requirement("K1")]


@pytest.fixture
def outage():
    """The key store goes away, as a server or as a file, until the block ends."""

    @contextmanager
    def away():
        keys = connections["keys"]
        broken = {"PORT": "1"} if stores.is_server("keys") else {"NAME": "/nowhere/keys.db"}
        kept = {name: keys.settings_dict[name] for name in broken}
        keys.close()
        keys.settings_dict.update(broken)
        try:
            yield
        finally:
            keys.close()
            keys.settings_dict.update(kept)

    return away


def test_key_store_that_is_away_makes_everything_unavailable(outage):
    (subject,) = subjects.create()
    draft = Draft(subject=subject, category=Category.BASIC, kind="person", data=SATO)
    records.write([draft])
    before = Subject.objects.count(), SealedRecord.objects.count()
    number = keyring.create(Kind.FILES).number
    for act in (
        lambda: keyring.current(Kind.FILES),
        lambda: keyring.create(Kind.FILES),
        lambda: keyring.destroy(Kind.FILES, number),
        keyring.generations,
        subjects.create,
        rotation.rotate_subjects,
        lambda: records.write([draft]),
        lambda: records.read(permit(), [subject], kinds=["person"]),
        lambda: records.seal_with(Kind.FILES, {}, b""),
        lambda: subjects.erase_category(subject, Category.BASIC),
    ):
        with outage(), pytest.raises(Unavailable) as refused:
            act()
        assert "nowhere" not in str(refused.value)
        assert "127.0.0.1" not in str(refused.value)
    keyring.forget()
    with outage(), pytest.raises(Unavailable):
        keyring.secret(Kind.FILES, number)
    assert (Subject.objects.count(), SealedRecord.objects.count()) == before


def test_erasure_during_an_outage_is_finished_after_it(outage):
    (subject,) = subjects.create()
    records.write([Draft(subject=subject, category=Category.BASIC, kind="person", data=SATO)])
    with outage(), pytest.raises(Unavailable):
        subjects.erase([subject])
    assert not subjects.exists(subject)
    assert records.bundles.load([subject])
    rotation.finish()
    assert records.bundles.load([subject]) == {}
