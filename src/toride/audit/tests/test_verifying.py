"""Whoever has the database can change the trail; whoever verifies it is told which entry, and how."""

import pytest
from django.db import transaction

from toride.audit import proofs, record, stage, store
from toride.audit.events import decode
from toride.audit.projections import differences
from toride.audit.sequencer import Sequencer, settle
from toride.audit.store import Trail
from toride.audit.tests.acts import TARO, event
from toride.audit.tests.trails import ROUNDS, SIZE, change, entry, fill, forged, private
from toride.audit.tree import Edge
from toride.audit.verifier import toride_verify
from toride.audit.verifier.toride_verify import Head, leaf_hash
from toride.base.errors import Unavailable
from toride.vault import signing


def findings(since=None, deep=True):
    return {(one.kind, one.index, one.event) for one in proofs.check(since, signatures=deep).findings}


def swap_bytes(one, other):
    first, second = entry(one), entry(other)
    return [
        ("UPDATE audit_entry SET bytes = %s WHERE idx = %s", second, one),
        ("UPDATE audit_entry SET bytes = %s WHERE idx = %s", first, other),
    ]


@pytest.mark.requirement("T2")
def test_untouched_trail_is_as_sealed(stores):
    fill()
    report = proofs.check(None, signatures=True)
    assert (report.findings, report.size, report.entries) == ([], SIZE, SIZE)
    assert report.heads >= len(ROUNDS)


@pytest.mark.requirement("T2")
@pytest.mark.parametrize("index", [0, 5, 255, 256, 280, SIZE - 1])
def test_altered_entry_is_named(stores, owner, index):
    ids = fill()
    altered = entry(index).replace(b'"outcome":"ok"', b'"outcome":"no"')
    change(owner, ("UPDATE audit_entry SET bytes = %s WHERE idx = %s", altered, index))
    assert findings() == {("altered", index, ids[index])}


@pytest.mark.requirement("T2")
@pytest.mark.parametrize("index", [0, 5, 256, SIZE - 2])
def test_removed_entry_is_named(stores, owner, index):
    ids = fill()
    writer = decode(entry(1))[1].writer
    change(owner, ("DELETE FROM audit_entry WHERE idx = %s", index))
    report = proofs.check(None, signatures=True)
    assert {(one.kind, one.index, one.event) for one in report.findings if one.index is not None} == {
        ("removed", index, ids[index])
    }
    assert any(one.kind == "gap" and writer in one.text for one in report.findings)


@pytest.mark.requirement("T2")
def test_removed_entry_is_named_when_the_rest_closed_up(stores, owner):
    fill()
    change(owner, "DELETE FROM audit_entry WHERE idx = 300")
    for index in range(301, SIZE):
        change(owner, ("UPDATE audit_entry SET idx = %s WHERE idx = %s", index - 1, index))
    found = findings()
    assert {one for one in found if one[0] == "removed"} == {("removed", 300, found_name(found, 300))}
    assert {one[1] for one in found if one[0] == "moved"} == set(range(300, SIZE - 1))


def found_name(found, index):
    return next(event_id for kind, at, event_id in found if (kind, at) == ("removed", index))


@pytest.mark.requirement("T2")
@pytest.mark.parametrize(("one", "other"), [(2, 6), (10, 11), (4, 300)])
def test_reordered_entries_are_named(stores, owner, one, other):
    ids = fill()
    change(owner, *swap_bytes(one, other))
    assert findings() == {("moved", one, ids[other]), ("moved", other, ids[one])}


@pytest.mark.requirement("T2")
def test_truncated_trail_is_named(stores, owner):
    ids = fill()
    change(owner, ("DELETE FROM audit_entry WHERE idx >= %s", SIZE - 2))
    assert findings() == {("truncated", index, ids[index]) for index in (SIZE - 2, SIZE - 1)}


@pytest.mark.requirement("T2")
def test_forged_entry_is_named(stores, owner):
    fill()
    data = forged()
    identity = decode(data)[0].id
    change(owner, ("INSERT INTO audit_entry (idx, event, bytes) VALUES (%s, %s, %s)", SIZE, identity.bytes, data))
    assert findings() == {("forged", SIZE, str(identity))}


@pytest.mark.requirement("T2")
def test_forged_entry_in_between_is_named(stores, owner):
    fill()
    data = forged()
    for index in range(SIZE - 1, SIZE - 4, -1):
        change(owner, ("UPDATE audit_entry SET idx = %s WHERE idx = %s", index + 1, index))
    identity = decode(data)[0].id
    change(owner, ("INSERT INTO audit_entry (idx, event, bytes) VALUES (%s, %s, %s)", SIZE - 3, identity.bytes, data))
    found = findings()
    assert {one for one in found if one[0] != "moved"} == {("forged", SIZE - 3, str(identity))}
    assert {one[1] for one in found if one[0] == "moved"} == {SIZE - 2, SIZE - 1, SIZE}


@pytest.mark.requirement("T2")
@pytest.mark.parametrize(("level", "n", "at"), [(0, 0, 0), (0, 0, 200), (0, 1, 3), (1, 0, 0)])
def test_altered_tile_is_named(stores, owner, level, n, at):
    fill()
    tile = bytearray(Trail().tile(level, n))
    tile[at * 32] ^= 1
    change(owner, ("UPDATE audit_tile SET bytes = %s WHERE level = %s AND n = %s", bytes(tile), level, n))
    report = proofs.check(None, signatures=True)
    assert {one.text for one in report.findings} == {f"tile {level}/{n} is altered"}


@pytest.mark.requirement("T2")
def test_removed_tile_is_named(stores, owner):
    fill()
    change(owner, "DELETE FROM audit_tile WHERE level = 0 AND n = 0")
    assert {one.text for one in proofs.check(None, signatures=True).findings} == {"tile 0/0 is altered"}


@pytest.mark.requirement("T2")
def test_entry_altered_together_with_its_tiles_is_found_between_two_checkpoints(stores, owner):
    fill()
    altered = entry(6).replace(b'"outcome":"ok"', b'"outcome":"no"')
    change(owner, ("UPDATE audit_entry SET bytes = %s WHERE idx = 6", altered))
    rebuilt = Edge(0, lambda *_: b"")
    for index in range(SIZE):
        rebuilt.append(leaf_hash(entry(index)))
    for level, n, data in rebuilt.changed():
        change(owner, ("UPDATE audit_tile SET bytes = %s WHERE level = %s AND n = %s", data, level, n))
    (found,) = proofs.check(None, signatures=True).findings
    assert (found.kind, found.index) == ("altered", 4)
    assert "entries 4 to 7" in found.text


@pytest.mark.requirement("T2")
@pytest.mark.parametrize("damage", ["root", "size", "origin", "signature", "key", "nonsense"])
def test_forged_checkpoint_is_named(stores, owner, tmp_path, damage):
    fill()
    note = Trail().newest()
    origin, size, root, _, last = note.rstrip("\n").split("\n")
    if damage == "key":
        thief = toride_verify.Key(origin, signing.generate(private(tmp_path) / "thief.key").public)
        body = f"{origin}\n{size}\n{root}\n"
        raw = thief.id + signing.load(tmp_path / "private" / "thief.key").sign(body.encode())
        last = f"— {origin} {toride_verify.base64.b64encode(raw).decode()}"
    changed = {
        "root": (origin, size, toride_verify.base64.b64encode(b"r" * 32).decode(), "", last),
        "size": (origin, str(int(size) - 1), root, "", last),
        "origin": ("elsewhere", size, root, "", last),
        "signature": (origin, size, root, "", last[:-8] + "AAAAAAA="),
        "key": (origin, size, root, "", last),
        "nonsense": ("nonsense",),
    }[damage]
    change(owner, ("UPDATE audit_checkpoint SET note = %s WHERE size = %s", "\n".join(changed) + "\n", SIZE))
    for deep in (True, False):
        kinds = {kind for kind, _, _ in findings(deep=deep)}
        assert "checkpoint" in kinds
        assert kinds <= {"checkpoint", "forged"}


@pytest.mark.requirement("T2")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_listed SET outcome = 'refused' WHERE idx = 5",
        "UPDATE audit_listed SET did = 'change' WHERE idx = 5",
        "DELETE FROM audit_listed WHERE idx = 5",
        "UPDATE audit_touched SET mask = 0 WHERE idx = 5",
        "DELETE FROM audit_touched WHERE idx = 5",
        "UPDATE audit_touched SET idx = 5, mode = 'masked' WHERE idx = 6 AND mode = 'clear'",
    ],
)
def test_altered_projection_is_named(stores, owner, statement):
    for _ in range(2):
        record([event(subjects=((TARO.id, "clear", 2), (WEB_ID, "listed", 2))) for _ in range(4)])
        assert settle()
    change(owner, statement)
    found = list(differences(store.connections["audit"]))
    assert found
    assert {one.kind for one in found} == {"projection"}
    assert {one.index for one in found} <= {5, 6}
    assert 5 in {one.index for one in found}
    assert next(one.event for one in found if one.index == 5) == Trail().name(5)
    assert findings() == set()


WEB_ID = TARO.id.__class__(int=7)


@pytest.mark.requirement("T2")
def test_event_removed_before_it_was_sealed_leaves_a_gap(stores, owner):
    record([event()])
    record([event()])
    record([event()])
    change(owner, "DELETE FROM audit_inbox WHERE id = (SELECT MIN(id) + 2 FROM audit_inbox)")
    assert settle()
    (found,) = proofs.check(None, signatures=True).findings
    assert found.kind == "gap"
    assert "number 2" in found.text


@pytest.mark.requirement("T2")
def test_staged_event_removed_before_it_was_moved_leaves_a_gap(stores, owner):
    for _ in range(2):
        with transaction.atomic():
            stage([event("customers:phone:change")])
    with owner["default"].cursor() as cursor:
        cursor.execute("DELETE FROM audit_outbox WHERE id = (SELECT MIN(id) FROM audit_outbox)")
    record([event()])
    assert settle()
    found = proofs.check(None, signatures=True).findings
    assert {one.kind for one in found} == {"gap"}
    assert "1 staged events" in found[0].text


@pytest.mark.requirement("T2")
def test_rollback_to_an_older_copy_is_noticed_with_the_checkpoint_kept_outside(stores, owner):
    fill()
    kept = Head.read(proofs.witness())
    record([event()])
    assert settle()
    assert findings(kept) == set()
    newer = Head.read(proofs.witness())
    change(
        owner,
        ("DELETE FROM audit_entry WHERE idx >= %s", kept.size),
        ("DELETE FROM audit_checkpoint WHERE size > %s", kept.size),
        ("UPDATE audit_tile SET width = width - 1 WHERE level = 0 AND n = 1",),
    )
    assert findings() == set()
    assert {kind for kind, _, _ in findings(newer)} == {"rollback"}


@pytest.mark.requirement("T2")
def test_trail_rewritten_by_the_holder_of_the_key_is_noticed_with_the_checkpoint_kept_outside(stores, owner):
    fill()
    kept = Head.read(proofs.witness())
    for table in ("entry", "tile", "checkpoint", "listed", "touched", "projected"):
        change(owner, f"DELETE FROM audit_{table}")
    record([event() for _ in range(SIZE + 5)])
    assert settle()
    assert {kind for kind, _, _ in findings(kept)} == {"rollback", "gap"}


@pytest.mark.requirement("T2")
def test_nothing_is_sealed_on_top_of_an_altered_tree(stores, owner):
    fill()
    tile = bytearray(Trail().tile(0, 1))
    tile[0] ^= 1
    change(owner, ("UPDATE audit_tile SET bytes = %s WHERE level = 0 AND n = 1", bytes(tile)))
    record([event()])
    with pytest.raises(Unavailable):
        Sequencer().tick()
    assert Trail().size == SIZE
