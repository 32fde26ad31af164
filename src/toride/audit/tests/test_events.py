"""An event is the same bytes wherever it is written, fits an entry, and shows no personal detail."""

from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toride.audit.events import ENTRY_BYTES, TOUCHES, Event, Stamp, decode, encode, from_permit
from toride.audit.sealing import Sealed, open_details, open_terms
from toride.audit.tests.acts import HANAKO, WEB, permit
from toride.base.errors import Invalid
from toride.vault import subjects
from toride.vault.permit import Category, Door, Mode, Opening

ID = UUID("0193b2c0-0000-7000-8000-000000000001")
STAMP = Stamp("abcdef0123456789", 7, 2)


@pytest.mark.requirement("T1")
def test_canonical_bytes_are_known():
    found = Event(
        id=ID, act=ID, at=1_763_731_200_000_000, action="customers:profile:read", actor=HANAKO, door=WEB,
        purpose="service", policy="p1", subjects=((ID, Mode.CLEAR, 6),), facts={"rows": 1}, terms=b"\x00\x01",
    )  # fmt: skip
    assert (
        encode(found, STAMP)
        == (
            '{"act":"0193b2c0-0000-7000-8000-000000000001","action":"customers:profile:read",'
            '"actor":["11111111-1111-4111-8111-111111111111","hanako.sato","佐藤 花子"],"at":1763731200000000,'
            '"door":["web","10.1.2.3","s-1","Firefox","r-1"],"facts":{"rows":1},'
            '"id":"0193b2c0-0000-7000-8000-000000000001","outcome":"ok","policy":"p1","purpose":"service",'
            '"subjects":[["0193b2c0-0000-7000-8000-000000000001","clear",6]],"terms":"AAE=","v":1,'
            '"writer":["abcdef0123456789",7,2]}'
        ).encode()
    )


@pytest.mark.requirement("T1")
@given(
    st.lists(st.tuples(st.uuids(), st.sampled_from(Mode), st.integers(0, 62)), max_size=5),
    st.dictionaries(st.text(max_size=8), st.integers(-(2**40), 2**40) | st.text(max_size=8), max_size=5),
    st.binary(max_size=40),
    st.sampled_from(["ok", "refused", "failed"]),
)
def test_event_survives_its_bytes(touches, facts, blob, outcome):
    sealed = tuple(Sealed(subject, 2, blob) for subject, _, _ in touches)
    event = Event(
        action="a:b:c", door=WEB, actor=HANAKO, subjects=tuple(touches), facts=facts, sealed=sealed, outcome=outcome
    )
    data = encode(event, STAMP)
    assert decode(data) == (event, STAMP)
    assert encode(*decode(data)) == data


@pytest.mark.requirement("T1")
@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b'{"v":2}', b'{"v":1,"id":"x"}', b"\xff" * 20, b"[" * 90_000]
)
def test_other_bytes_are_no_event(data):
    with pytest.raises(Invalid):
        decode(data)


@pytest.mark.requirement("T1")
def test_act_on_2500_subjects_is_three_events_of_one_act():
    given_permit = permit("customers:list:read")
    touched = [uuid4() for _ in range(2_500)]
    for subject in touched:
        given_permit.ledger.touch(subject, Mode.REVEALED, *Category)
    given_permit.ledger.facts["rows"] = 2_500
    found = from_permit(given_permit)
    assert [len(event.subjects) for event in found] == [TOUCHES, TOUCHES, 500]
    assert len({event.act for event in found}) == 1
    assert len({event.id for event in found}) == 3
    assert [subject for event in found for subject, _, _ in event.subjects] == touched
    assert [dict(event.facts) for event in found] == [
        {"part": 0, "parts": 3, "rows": 2_500}, {"part": 1, "parts": 3}, {"part": 2, "parts": 3},
    ]  # fmt: skip


@pytest.mark.requirement("T1")
def test_widest_event_fits_an_entry():
    given_permit = permit("customers:list:read" + "x" * 41, purpose="p" * 60, policy="v" * 60)
    for _ in range(TOUCHES):
        given_permit.ledger.touch(uuid4(), Mode.REVEALED, *Category)
    given_permit.ledger.facts["x"] = "y" * 2_900
    wide = Door("system", "a" * 200, "s" * 200, "\x01" * 200, "r" * 200)
    (event,) = from_permit(given_permit, reason="漢" * 200)
    full = Event(
        **{
            name: getattr(event, name)
            for name in ("action", "reason", "actor", "purpose", "policy", "subjects", "facts")
        },
        door=wide,
        terms=b"t" * 1_650,
    )
    assert 60_000 < len(encode(full, Stamp("f" * 16, 2**40, 2**40))) <= ENTRY_BYTES


@pytest.mark.requirement("T1")
def test_event_that_fits_no_entry_is_refused():
    with pytest.raises(Invalid):
        encode(Event(action="a:b:c", door=WEB, terms=b"x" * 50_000), STAMP)
    given_permit = permit("a:b:c")
    given_permit.ledger.facts["x"] = "y" * 3_001
    with pytest.raises(Invalid):
        from_permit(given_permit)


@pytest.mark.requirement("T1")
def test_details_are_sealed_in_pieces_and_open_to_a_permit(stores):
    (subject,) = subjects.create(1)
    given_permit = permit("customers:memo:change", subject=subject)
    given_permit.ledger.touch(subject, Mode.CHANGED, Category.BASIC, Category.SENSITIVE)
    details = {f"memo{at}": ["旧" * 2_000, "新" * 9_000] for at in range(6)}
    given_permit.ledger.sealed[subject] = details | {"phone": ["090-1234-5678", "080-0000-1111"]}
    found = from_permit(given_permit)
    assert len(found) > 1
    for event in found:
        written = encode(event, STAMP)
        assert "090-1234-5678" not in written.decode()
        assert "旧" not in written.decode()
    opened = {}
    for event in found:
        for one, data in open_details(given_permit, event.sealed, event.act).items():
            assert one.category == Category.SENSITIVE
            opened |= data
    assert opened["phone"] == ["090-1234-5678", "080-0000-1111"]
    assert opened["memo5"][1]["length"] == 9_000
    assert opened["memo5"][0] == "旧" * 2_000
    closed = permit("audit:trail:read", openings={Category.BASIC: Opening.CLEAR})
    assert open_details(closed, found[0].sealed, found[0].act) == {}
    other = UUID(int=1)
    assert open_details(given_permit, found[0].sealed, other) == {}


@pytest.mark.requirement("T1")
def test_terms_are_sealed_and_open_to_a_permit(stores):
    given_permit = permit("customers:list:read")
    given_permit.ledger.terms = "山田太郎"
    (event,) = from_permit(given_permit)
    assert "山田" not in encode(event, STAMP).decode()
    assert orjson.loads(encode(event, STAMP))["terms"]
    assert open_terms(given_permit, event.terms, event.act) == "山田太郎"
    masked = permit("audit:trail:read", openings={Category.BASIC: Opening.MASKED})
    assert open_terms(masked, event.terms, event.act) is None
