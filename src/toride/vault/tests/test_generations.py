"""Generations of keys: made once, opened for a limited time, destroyed with their root."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from toride.base import clock
from toride.base.errors import Conflict, Unavailable
from toride.vault import keyring, kms, records, rotation, subjects
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind
from toride.vault.keystore.models import Generation, State
from toride.vault.permit import Category
from toride.vault.records import Draft
from toride.vault.tests.permits import SATO, permit

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("K1")]


@pytest.fixture
def own_kms(settings, tmp_path):
    """A KMS file for this test alone, which may vanish."""
    tmp_path.chmod(0o700)
    settings.KMS = f"file:{tmp_path / 'root.json'}"
    return tmp_path / "root.json"


@pytest.fixture
def passing(monkeypatch):
    """Lets so many seconds pass for whoever holds opened keys; none pass by themselves."""
    passed = [0.0]
    monkeypatch.setattr(keyring, "time", SimpleNamespace(clock_gettime=lambda _clock: sum(passed)))
    return passed.append


@pytest.fixture
def month(monkeypatch):
    """Sets the calendar."""

    def turn(year, month):
        monkeypatch.setattr(clock, "now", lambda: datetime(year, month, 3, tzinfo=UTC))

    return turn


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
    assert keyring.secret(Kind.INDEX, first.number) == first.secret
    keyring.destroy(Kind.INDEX, first.number)
    keyring.destroy(Kind.INDEX, first.number)
    assert roots[first.number] not in kms.provider().versions()
    assert roots[second.number] in kms.provider().versions()
    with pytest.raises(Unopenable):
        keyring.secret(Kind.INDEX, first.number)
    assert keyring.secret(Kind.INDEX, second.number) == second.secret
    row = Generation.objects.get(kind=Kind.INDEX, number=first.number)
    assert (row.state, bytes(row.wrapped)) == (State.DESTROYED, b"")


def test_unknown_generation_does_not_open():
    with pytest.raises(Unopenable):
        keyring.secret(Kind.INDEX, 99)


def test_opened_key_lives_its_time_and_then_the_kms_must_answer(settings, own_kms, passing):
    settings.KEY_LIFETIME = timedelta(seconds=60)
    (subject,) = subjects.create()
    records.write([Draft(subject=subject, category=Category.BASIC, kind="person", data=SATO)])
    away = own_kms.rename(own_kms.with_suffix(".away"))
    assert records.read(permit(), [subject], kinds=["person"])[subject]
    passing(59)
    assert records.read(permit(), [subject], kinds=["person"])[subject]
    passing(1)
    with pytest.raises(Unavailable):
        records.read(permit(), [subject], kinds=["person"])
    with pytest.raises(Unavailable):
        subjects.create()
    away.rename(own_kms)
    assert records.read(permit(), [subject], kinds=["person"])[subject]


def test_generation_destroyed_elsewhere_closes_here_within_the_lifetime(settings, passing):
    settings.KEY_LIFETIME = timedelta(seconds=60)
    key = keyring.create(Kind.FILES)
    row = Generation.objects.get(kind=Kind.FILES, number=key.number)
    kms.provider().destroy(row.root_version)
    Generation.objects.filter(pk=row.pk).update(state=State.DESTROYED, wrapped=b"")
    passing(60)
    with pytest.raises(Unopenable):
        keyring.secret(Kind.FILES, key.number)


def test_lifetime_is_not_stretched_by_use(settings, own_kms, passing):
    settings.KEY_LIFETIME = timedelta(seconds=60)
    key = keyring.create(Kind.FILES)
    own_kms.unlink()
    for _ in range(59):
        passing(1)
        assert keyring.secret(Kind.FILES, key.number) == key.secret
    passing(1)
    with pytest.raises(Unavailable):
        keyring.secret(Kind.FILES, key.number)


def test_kms_without_the_root_in_use_makes_no_new_one(own_kms):
    keyring.create(Kind.FILES)
    own_kms.unlink()
    with pytest.raises(Unavailable, match="restore"):
        keyring.create(Kind.FILES)
    assert not own_kms.exists()


def test_search_terms_have_a_key_for_each_month_and_end_with_it(month):
    month(2026, 10)
    october = keyring.current(Kind.TERMS)
    sealed = records.seal_with(Kind.TERMS, {"terms": "佐藤 1990"}, b"act")
    assert october.number == 202610
    assert keyring.current(Kind.TERMS) == october
    with pytest.raises(Conflict):
        keyring.create(Kind.TERMS)
    month(2026, 12)
    december = keyring.current(Kind.TERMS)
    assert december.number == 202612
    asked = permit(minutes=10**7)
    assert records.open_with(asked, Kind.TERMS, sealed, b"act") == {"terms": "佐藤 1990"}
    for kind, context in ((Kind.TERMS, b"other"), (Kind.FILES, b"act")):
        with pytest.raises(Unopenable):
            records.open_with(asked, kind, sealed, context)
    month(2027, 11)
    assert rotation.terms_due() == []
    month(2027, 12)
    assert rotation.terms_due() == [202610]
    month(2026, 12)
    rotation.end(Kind.TERMS, 202610)
    with pytest.raises(Unopenable):
        records.open_with(asked, Kind.TERMS, sealed, b"act")
    assert keyring.current(Kind.TERMS) == december


def test_month_begun_by_a_process_that_died_is_skipped(month):
    month(2026, 10)
    keyring.prepare(Kind.TERMS)
    month(2026, 11)
    assert keyring.current(Kind.TERMS).number == 202611
