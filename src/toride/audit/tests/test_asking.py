"""Who saw whom, whom somebody saw, and what an event says: no more than the permit allows, and asking is in the trail."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import translation

from toride.audit import labels, proofs, queries, reading, record, refuse
from toride.audit.actions import Action, System
from toride.audit.events import SYSTEM, Event, decode, from_permit
from toride.audit.projections import clear
from toride.audit.queries import Filters
from toride.audit.sequencer import Sequencer, settle
from toride.audit.store import Trail, transaction
from toride.audit.tests.acts import HANAKO, TARO, WEB, permit
from toride.base import clock
from toride.base.errors import Hidden, Refused
from toride.vault import subjects
from toride.vault.permit import Category, Mode, Opening, Rows

YAMADA, ITO = UUID(int=0xA), UUID(int=0xB)
READ = "customers:profile:read"


def visit(actor, *touched, action=READ, mode=Mode.CLEAR, categories=(Category.BASIC,)):
    with reading(permit(action, actor=actor)) as given:
        for subject in touched:
            given.ledger.touch(subject, mode, *categories)


def everything():
    return clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)


@pytest.fixture
def trail(stores):
    visit(HANAKO, YAMADA)
    visit(TARO, YAMADA, ITO, action="customers:list:read", mode=Mode.LISTED)
    visit(TARO, ITO, categories=(Category.BASIC, Category.SENSITIVE))
    refuse(TARO, WEB, "customers:phone:reveal", reason="category", subject=YAMADA)
    assert settle()


@pytest.mark.requirement("T3")
def test_who_saw_names_every_touch_and_every_refused_attempt(trail):
    asking = permit(Action.SUBJECT_READ, subject=YAMADA)
    page = queries.who_saw(asking, YAMADA)
    assert [(line.event.actor, line.event.action, line.event.outcome) for line in page.lines] == [
        (TARO, "customers:phone:reveal", "refused"),
        (TARO, "customers:list:read", "ok"),
        (HANAKO, READ, "ok"),
    ]
    assert (page.after, page.lag.entries, page.lag.waiting) == (None, 0, 0)
    assert list(asking.ledger.touches) == [(YAMADA, Mode.LISTED)]


@pytest.mark.requirement("T3")
def test_who_saw_keeps_to_its_time_and_its_pages(trail, monkeypatch):
    start, end = everything()
    asking = permit(Action.SUBJECT_READ, subject=YAMADA)
    assert queries.who_saw(asking, YAMADA, end).lines == []
    assert queries.who_saw(asking, YAMADA, None, start).lines == []
    monkeypatch.setattr(queries, "MOST_LINES", 2)
    first = queries.who_saw(asking, YAMADA, start, end)
    second = queries.who_saw(asking, YAMADA, start, end, first.after)
    assert (len(first.lines), len(second.lines), second.after) == (2, 1, None)


@pytest.mark.requirement("T3")
def test_saw_adds_up_what_a_person_touched(trail):
    asking = permit(Action.PERSON_READ)
    found = {one.subject: one for one in queries.saw(asking, TARO.id, *everything()).found}
    assert set(found) == {YAMADA, ITO}
    ito, yamada = found[ITO], found[YAMADA]
    assert (ito.times, ito.mask, ito.modes, ito.refused) == (2, 0b100010, {Mode.LISTED, Mode.CLEAR}, 0)
    assert (yamada.times, yamada.modes, yamada.refused) == (1, {Mode.LISTED}, 1)
    assert asking.ledger.facts == {"person": str(TARO.id), "subjects": 2}
    assert queries.saw(asking, TARO.id, everything()[1], everything()[1]).found == []


@pytest.mark.requirement("T3")
def test_saw_says_when_there_was_more(trail, monkeypatch):
    monkeypatch.setattr(queries, "MOST_GROUPS", 1)
    assert queries.saw(permit(Action.PERSON_READ), TARO.id, *everything()).more


@pytest.mark.requirement("T3")
def test_person_out_of_rows_is_hidden(trail):
    own = permit(Action.PERSON_READ, rows=Rows(owners=frozenset({HANAKO.id})))
    assert len(queries.saw(own, HANAKO.id, *everything()).found) == 1
    with pytest.raises(Hidden):
        queries.saw(own, TARO.id, *everything())


@pytest.mark.requirement("T3")
@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(action=READ), 2),
        (Filters(action="customers:"), 4),
        (Filters(action="customers:list:"), 1),
        (Filters(actor=TARO.id), 3),
        (Filters(outcome="refused"), 1),
        (Filters(actor=HANAKO.id, action="customers:phone:reveal"), 0),
        (Filters(until=clock.now() - timedelta(days=1)), 0),
        (Filters(), 5),
    ],
)
def test_trail_is_listed_as_filtered(trail, filters, count):
    assert len(queries.entries(permit(Action.TRAIL_READ), filters).lines) == count


@pytest.mark.requirement("T3")
def test_the_systems_pulse_can_be_left_out_and_nothing_else(trail):
    record([Event(action=action, door=SYSTEM) for action in (System.TRAIL_BEAT, System.WRITER_OPEN, System.ROW_REFUSE)])
    assert settle()
    shown = {line.event.action for line in queries.entries(permit(Action.TRAIL_READ), Filters(routine=False)).lines}
    assert shown.isdisjoint(queries.ROUTINE)
    assert System.ROW_REFUSE in shown
    whole = {line.event.action for line in queries.entries(permit(Action.TRAIL_READ), Filters()).lines}
    assert whole - shown == {System.TRAIL_BEAT, System.WRITER_OPEN}


@pytest.mark.requirement("T3")
def test_trail_of_a_branch_lists_its_people_only(trail):
    own = permit(Action.TRAIL_READ, rows=Rows(owners=frozenset({HANAKO.id})))
    assert {line.event.actor for line in queries.entries(own, Filters()).lines} == {HANAKO}
    nobody = permit(Action.TRAIL_READ, rows=Rows(branches=frozenset({"001"})))
    assert queries.entries(nobody, Filters()).lines == []
    other = queries.entries(permit(Action.TRAIL_READ), Filters(actor=TARO.id)).lines[0].event.id
    with pytest.raises(Hidden):
        queries.entry(own, other)
    with pytest.raises(Hidden):
        queries.entry(own, uuid4())


@pytest.mark.requirement("T3")
def test_list_is_paged_newest_first(stores, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 3)
    for _ in range(6):
        visit(HANAKO, YAMADA)
    assert settle()
    asking = permit(Action.TRAIL_READ)
    first = queries.entries(asking, Filters(action=READ))
    second = queries.entries(asking, Filters(action=READ), first.after)
    assert [line.index for line in (*first.lines, *second.lines)] == [6, 5, 4, 3, 2, 1]
    assert second.after is None


@pytest.mark.requirement("T3")
@pytest.mark.parametrize(
    "ask",
    [
        lambda given: queries.who_saw(given, YAMADA),
        lambda given: queries.saw(given, TARO.id, *everything()),
        lambda given: queries.entries(given, Filters()),
        lambda given: queries.entry(given, YAMADA),
    ],
)
def test_asking_needs_its_own_permit(trail, ask):
    with pytest.raises(Refused):
        ask(permit("customers:profile:read"))


@pytest.mark.requirement("T3")
def test_who_saw_another_subject_is_refused(trail):
    with pytest.raises(Refused):
        queries.who_saw(permit(Action.SUBJECT_READ, subject=ITO), YAMADA)


@pytest.mark.requirement("T3")
def test_asking_is_itself_in_the_trail(trail):
    with reading(permit(Action.SUBJECT_READ, actor=HANAKO, subject=YAMADA)) as given:
        queries.who_saw(given, YAMADA)
    assert settle()
    page = queries.who_saw(permit(Action.SUBJECT_READ, subject=YAMADA), YAMADA)
    assert (page.lines[0].event.action, page.lines[0].event.actor) == (Action.SUBJECT_READ, HANAKO)


@pytest.mark.requirement("T3")
def test_event_is_committed_then_sealed(stores):
    asking = permit(Action.TRAIL_READ)
    (given,) = from_permit(permit(READ))
    record([given])
    waiting = queries.entry(asking, given.id)
    assert (waiting.status, waiting.index) == ("committed", None)
    assert queries.entries(asking, Filters()).lag.waiting == 2
    assert settle()
    sealed = queries.entry(asking, given.id)
    assert (sealed.status, sealed.index, sealed.size) == ("sealed", 1, 2)


@pytest.mark.requirement("T3")
def test_details_open_as_far_as_the_permit_and_end_with_the_subjects_key(stores):
    (kept, erased) = subjects.create(2)
    acting = permit("customers:phone:change")
    for subject, phone in ((kept, "090-1111-2222"), (erased, "090-3333-4444")):
        acting.ledger.touch(subject, Mode.CHANGED, Category.BASIC)
        acting.ledger.sealed[subject] = {"phone": phone}
    acting.ledger.terms = "090-"
    (given,) = from_permit(acting)
    record([given])
    assert settle()
    before = proofs.proof(given.id)
    full = permit(Action.TRAIL_READ)
    found = queries.entry(full, given.id)
    assert {one.subject: data for one, data in found.details.items()} == {
        kept: {"phone": "090-1111-2222"},
        erased: {"phone": "090-3333-4444"},
    }
    assert found.terms == "090-"
    masked = queries.entry(permit(Action.TRAIL_READ, openings={Category.BASIC: Opening.MASKED}), given.id)
    assert (masked.details, masked.terms) == ({}, None)
    subjects.erase([erased])
    after = queries.entry(full, given.id)
    assert {one.subject for one in after.details} == {kept}
    assert proofs.proof(given.id) == before
    assert proofs.check(None, signatures=True).findings == []


@pytest.mark.requirement("T3")
def test_index_that_lags_says_so_and_is_rebuilt_from_the_entries(trail):
    asking = permit(Action.SUBJECT_READ, subject=YAMADA)
    sequencer = Sequencer()
    before = [line.index for line in queries.who_saw(asking, YAMADA).lines]
    with transaction(sequencer.audit):
        clear(sequencer.audit)
    page = queries.who_saw(asking, YAMADA)
    assert (page.lines, page.lag.entries) == ([], 5)
    sequencer.tick()
    assert [line.index for line in queries.who_saw(asking, YAMADA).lines] == before
    assert queries.who_saw(asking, YAMADA).lag.entries == 0


@pytest.mark.requirement("T3")
def test_entries_hold_no_personal_detail_in_clear(stores):
    (subject,) = subjects.create(1)
    acting = permit("customers:name:change", subject=subject)
    acting.ledger.touch(subject, Mode.CHANGED, Category.BASIC)
    acting.ledger.sealed[subject] = {"name": ["山田 太郎", "山田 次郎"]}
    acting.ledger.terms = "ヤマダ"
    record(from_permit(acting))
    assert settle()
    for _, data in Trail().entries(0):
        assert decode(data)
        assert "山田".encode() not in data
        assert "ヤマダ".encode() not in data
    tables = connections["audit"].introspection.table_names()
    for table in [one for one in tables if one.startswith("audit_")]:
        with connections["audit"].cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert "山田".encode() not in raw


@pytest.mark.requirement("T3")
def test_an_events_page_says_in_words_what_it_knows_and_the_rest_as_written():
    with translation.override("ja"):
        told = {str(name): str(value) for name, value in labels.facts({"found": 9, "more": True, "x": "y"})}
        assert told == {"見つかったお客さまの数": "9", "続きの有無": "はい", "x": "y"}
        assert labels.reason("temporary") == "一時閲覧を申請できなかった"
        assert labels.reason("sign-on:late") == "sign-on:late"


@pytest.mark.requirement("T1")
def test_what_was_only_looked_at_can_be_left_out(stores):
    """What somebody did, what was refused, and older entries that may have been either remain."""
    visit(TARO, YAMADA)
    visit(TARO, YAMADA, action="customers:profile:change")
    change = Event(action="customers:profile:change", door=WEB, actor=TARO, did="change")
    older = Event(action="customers:profile:change", door=WEB, actor=TARO)
    record([change, older])
    refuse(TARO, WEB, "customers:profile:change", reason="duty")
    assert settle()
    asking = permit(Action.TRAIL_READ)
    found = queries.entries(asking, Filters(actor=TARO.id, views=False))
    assert [(line.event.did, line.event.outcome) for line in found.lines] == [
        ("", "refused"), ("", "ok"), ("change", "ok")
    ]  # fmt: skip
    assert len(queries.entries(asking, Filters(actor=TARO.id)).lines) == len(found.lines) + 2
