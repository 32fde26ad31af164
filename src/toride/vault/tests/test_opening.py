"""Records open as far as the permit says, and the ledger says how far that was."""

import pickle
from uuid import uuid4

import orjson
import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from toride.base.errors import Conflict, Hidden, Invalid, Refused
from toride.vault import _sealed, aead, records, subjects
from toride.vault.keyring import Kind
from toride.vault.models import SealedRecord
from toride.vault.permit import Category, Mode, Opening
from toride.vault.records import Draft
from toride.vault.tests.permits import SATO, TANIGUCHI, permit
from toride.vault.values import Closed, Masked, Opened

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.requirement("K1")]
BASIC, SENSITIVE = Category.BASIC, Category.SENSITIVE


def keep(subject, data=SATO, category=BASIC, kind="person"):
    return records.write([Draft(subject=subject, category=category, kind=kind, data=data)])[0]


def test_what_was_written_opens_to_a_permit():
    (subject,) = subjects.create()
    keep(subject)
    asked = permit(subject=subject)
    (found,) = records.read(asked, [subject], kinds=["person"])[subject]
    assert {name: value.content for name, value in found.values.items()} == SATO
    assert found.revision == 1
    assert isinstance(found.values["fax"], Opened)
    assert found.values["fax"].content is None
    assert asked.ledger.touches == {(subject, Mode.CLEAR): 1 << BASIC}
    assert "佐藤" not in repr(found) + str(found.values)
    with pytest.raises(TypeError):
        pickle.dumps(found)


def test_closed_category_is_not_fetched_and_masked_not_decrypted():
    (subject,) = subjects.create()
    keep(subject)
    keep(subject, {"illness": "喘息"}, SENSITIVE)
    asked = permit({BASIC: Opening.MASKED})
    with CaptureQueriesContext(connections["default"]) as data, CaptureQueriesContext(connections["keys"]) as keys:
        (found,) = records.read(asked, [subject], kinds=["person"], fields={BASIC: ["name"]})[subject]
    assert (len(data), len(keys)) == (1, 0)
    assert found.category is BASIC
    assert isinstance(found.values["name"], Masked)
    assert isinstance(found.values["phone"], Masked)
    assert asked.ledger.touches == {(subject, Mode.MASKED): 1 << BASIC}


def test_single_fields_open_otherwise_than_their_category():
    (subject,) = subjects.create()
    keep(subject, kind="profile")
    asked = permit({BASIC: Opening.MASKED}, {(BASIC, "name"): Opening.CLEAR, (BASIC, "note"): Opening.CLOSED})
    (found,) = records.read(asked, [subject], kinds=["profile"])[subject]
    assert found.values["name"].content == SATO["name"]
    assert isinstance(found.values["phone"], Masked)
    assert "note" not in found.values
    assert isinstance(found.values["note"], Closed)


def test_permit_of_another_customer_or_of_yesterday_opens_nothing():
    sato, taniguchi = subjects.create(2)
    keep(sato)
    for asked in (permit(subject=taniguchi), permit(minutes=-1)):
        with pytest.raises(Refused):
            records.read(asked, [sato], kinds=["person"])
        assert asked.ledger.touches == {}


def test_queries_are_as_many_for_fifty_customers_as_for_one():
    made = subjects.create(50)
    records.write([Draft(subject=one, category=BASIC, kind="person", data=TANIGUCHI) for one in made])
    counts = []
    for asked in (made[:1], made):
        with CaptureQueriesContext(connections["default"]) as data, CaptureQueriesContext(connections["keys"]) as keys:
            found = records.read(permit(), asked, kinds=["person"])
        assert [len(found[one]) for one in asked] == [1] * len(asked)
        counts.append((len(data), len(keys)))
    assert counts == [(1, 1), (1, 1)]


def test_writer_who_read_an_older_revision_is_told():
    (subject,) = subjects.create()
    record = keep(subject)
    draft = Draft(subject=subject, category=BASIC, kind="person", data=TANIGUCHI, record=record, revision=1)
    records.write([draft])
    with pytest.raises(Conflict):
        records.write([draft, Draft(subject=subject, category=BASIC, kind="memo", data={"text": "lost"})])
    found = records.read(permit(), [subject], kinds=["person", "memo"])[subject]
    assert [(one.kind, one.revision, one.values["name"].content) for one in found] == [("person", 2, "谷口 すず")]
    with pytest.raises(Conflict):
        records.write([Draft(subject=subject, category=BASIC, kind="person", data=SATO, record=record)])


def test_nothing_is_sealed_for_an_unknown_customer_nor_beyond_the_limit():
    with pytest.raises(Hidden):
        keep(uuid4())
    (subject,) = subjects.create()
    room = _sealed.MAX_BYTES - 1 - len(orjson.dumps({"text": ""}))
    keep(subject, {"text": "x" * room})
    with pytest.raises(Invalid):
        keep(subject, {"text": "x" * (room + 1)})


def test_details_open_only_where_they_belong():
    sato, taniguchi = subjects.create(2)
    items = [(sato, BASIC, {"before": SATO["phone"]}), (taniguchi, SENSITIVE, {"before": "喘息"})]
    first, second = records.seal_for(items, b"act 1")
    asked = permit()
    assert records.open_for(asked, sato, BASIC, first, b"act 1") == items[0][2]
    assert asked.ledger.touches == {(sato, Mode.CLEAR): 1 << BASIC}
    for subject, category, blob, context in (
        (taniguchi, BASIC, first, b"act 1"),
        (sato, SENSITIVE, first, b"act 1"),
        (sato, BASIC, first, b"act 2"),
        (sato, BASIC, second, b"act 1"),
        (sato, BASIC, first[:-1], b"act 1"),
    ):
        with pytest.raises(records.Unopenable):
            records.open_for(permit(), subject, category, blob, context)
    with pytest.raises(Refused):
        records.open_for(permit({BASIC: Opening.MASKED}), sato, BASIC, first, b"act 1")


def test_length_of_what_is_kept_says_little():
    (subject,) = subjects.create()
    kept = [keep(subject, {"text": "x" * length}) for length in range(200)]
    lengths = [len(SealedRecord.objects.get(pk=one).blob) for one in kept]
    assert {length - aead.OVERHEAD - 1 for length in lengths} == {64, 128, 192, 256}
    details = records.seal_for([(subject, BASIC, {"text": "x" * length}) for length in range(200)], b"act")
    terms = [records.seal_with(Kind.TERMS, {"text": "x" * length}, b"act") for length in range(200)]
    assert {len(blob) - aead.OVERHEAD for blob in details + terms} == {64, 128, 192, 256}
