"""A service's event lives and dies with its transaction; a refusal, and what was read, stay."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections, transaction

from toride.audit import commit, note, reading, record, recorded, refuse, stage, writer
from toride.audit.events import decode
from toride.audit.sequencer import settle
from toride.audit.store import Trail
from toride.audit.tests.acts import HANAKO, WEB, event, permit
from toride.base import clock
from toride.base.errors import Refused, Unavailable
from toride.vault.permit import Mode

ACTION = "customers:phone:change"


@recorded(ACTION)
def change_phone(given, subject, phone):
    given.ledger.touch(subject, Mode.CHANGED)
    return len(phone)


@recorded(ACTION)
def change_phone_and_fail(given, subject, error):
    given.ledger.touch(subject, Mode.CHANGED)
    refuse(HANAKO, WEB, "customers:phone:reveal", reason="inside", subject=subject)
    raise error


@recorded("customers:import:run")
def run_import(given, lines):
    given.ledger.facts["lines"] = lines


def told():
    """(action, outcome, number of subjects) of everything people did, in order."""
    assert settle()
    trail = Trail()
    events = [decode(data)[0] for n in range(trail.length() // 256 + 1) for _, data in trail.entries(n)]
    return [(one.action, one.outcome, len(one.subjects)) for one in events if one.door.kind != "system"]


@pytest.mark.requirement("T1")
def test_service_is_one_event_in_its_own_transaction(stores):
    subject = uuid4()
    given = permit(ACTION, subject=subject)
    assert change_phone(given, subject, phone="03-1234-5678") == 12
    commit(given)
    assert told() == [(ACTION, "ok", 1)]
    assert change_phone.recorded == ACTION


@pytest.mark.requirement("T1")
def test_two_services_under_one_permit_are_two_events(stores):
    given = permit("customers:import:run")
    run_import(given, 5)
    run_import(given, 7)
    assert told() == [("customers:import:run", "ok", 0)] * 2


@pytest.mark.requirement("T1")
@pytest.mark.parametrize("error", [Refused("no"), RuntimeError("bug")])
def test_rolled_back_service_leaves_no_event_and_the_refusal_inside_it_stays(stores, error):
    subject = uuid4()
    with pytest.raises(type(error)):
        change_phone_and_fail(permit(ACTION, subject=subject), subject, error)
    assert told() == [("customers:phone:reveal", "refused", 1)]


@pytest.mark.requirement("T1")
def test_event_of_an_outer_transaction_that_rolls_back_is_gone(stores):
    subject = uuid4()
    with transaction.atomic():
        change_phone(permit(ACTION, subject=subject), subject, "1")
        transaction.set_rollback(True)
    assert told() == []


@pytest.mark.requirement("T1")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"action": "customers:phone:read"}, "other-action"),
        ({"subject": uuid4()}, "other-subject"),
        ({"subject": None}, "other-subject"),
        ({"expires": clock.now() - timedelta(seconds=1)}, "expired"),
    ],
)
def test_service_is_refused_under_another_permit(stores, change, reason):
    subject = uuid4()
    with pytest.raises(Refused, match=reason):
        change_phone(permit(**({"action": ACTION, "subject": subject} | change)), subject, "1")
    assert told() == []


@pytest.mark.requirement("T1")
def test_reader_commits_one_event_of_what_was_opened(stores):
    with reading(permit("customers:profile:read")) as given:
        given.ledger.touch(uuid4(), Mode.CLEAR)
        given.ledger.touch(uuid4(), Mode.MASKED)
        assert told() == []
    assert told() == [("customers:profile:read", "ok", 2)]


@pytest.mark.requirement("T1")
def test_refused_reader_is_recorded_as_refused(stores):
    with pytest.raises(Refused), reading(permit("customers:profile:read")):
        raise Refused("category")
    assert told() == [("customers:profile:read", "refused", 0)]


@pytest.mark.requirement("T1")
def test_failed_act_after_a_service_is_recorded_too(stores):
    given = permit("customers:import:run")
    run_import(given, 5)
    commit(given, outcome="failed", reason="later")
    assert told() == [("customers:import:run", "ok", 0), ("customers:import:run", "failed", 0)]


@pytest.mark.requirement("T1")
def test_sign_in_is_noted_without_a_permit(stores):
    note(None, WEB, "auth:session:open", outcome="refused", reason="credentials")
    assert told() == [("auth:session:open", "refused", 0)]


@pytest.mark.requirement("T1")
def test_staging_needs_a_transaction(stores):
    with pytest.raises(transaction.TransactionManagementError):
        stage([event()])


@pytest.mark.requirement("T1")
def test_recording_inside_a_transaction_of_the_trail_is_refused(stores):
    with pytest.raises(RuntimeError), transaction.atomic(using="audit"):
        record([event()])


@pytest.mark.requirement("T1")
def test_act_fails_when_the_trail_cannot_be_written(stores, owner):
    with owner["audit"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_inbox RENAME TO audit_gone")
    try:
        with pytest.raises(Unavailable), reading(permit("customers:profile:read")):
            pass
    finally:
        with owner["audit"].cursor() as cursor:
            cursor.execute("ALTER TABLE audit_gone RENAME TO audit_inbox")
    record([event()])
    assert told() == [("customers:profile:read", "ok", 0)]


@pytest.mark.requirement("T1")
def test_service_fails_when_its_event_cannot_be_staged(stores, owner):
    with owner["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_outbox RENAME TO audit_gone")
    try:
        with pytest.raises(Unavailable):
            run_import(permit("customers:import:run"), 1)
    finally:
        connections["default"].close()
        with owner["default"].cursor() as cursor:
            cursor.execute("ALTER TABLE audit_gone RENAME TO audit_outbox")
    assert told() == []


@pytest.mark.requirement("T1")
def test_closing_a_writer_is_in_the_trail(stores):
    record([event()])
    writer.close()
    writer.close()
    assert settle()
    actions = [decode(data)[0].action for _, data in Trail().entries(0)]
    assert actions == ["system:writer:open", "customers:profile:read", "system:writer:close"]
