"""Whoever has the database can change the trail; whoever verifies it is told which entry, and how."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from toride.audit import checkpoints, proofs, record, stage, store
from toride.audit.events import Event, Stamp, decode, encode
from toride.audit.projections import differences
from toride.audit.sequencer import Sequencer, settle
from toride.audit.store import Trail
from toride.audit.tests.acts import TARO, WEB, event
from toride.audit.tree import Edge
from toride.audit.verifier import toride_verify
from toride.audit.verifier.toride_verify import Head, leaf_hash
from toride.base.errors import Unavailable
from toride.vault import signing

ROUNDS = (3, 4, 300, 1, 2)
SIZE = sum(ROUNDS) + 1  # the writer's opening


def fill():
    """A trail under several checkpoints; the ids of its events by place."""
    for count in ROUNDS:
        record([event() for _ in range(count)])
        assert settle()
    trail = Trail()
    assert trail.length() == SIZE
    return [trail.name(index) for index in range(SIZE)]


def change(owner, *statements):
    for statement in statements:
        text, *values = [statement] if isinstance(statement, str) else statement
        with owner["audit"].cursor() as cursor:
            cursor.execute(text, values)


def entry(index):
    return next(data for at, data in Trail().entries(index // 256) if at == index)


def findings(since=None, deep=True):
    return {(one.kind, one.index, one.event) for one in proofs.check(since, signatures=deep).findings}


def forged(**more):
    return encode(Event(action="customers:profile:read", door=WEB, actor=TARO, **more), Stamp("0" * 16, 0))


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


def private(folder: Path) -> Path:
    (folder / "private").mkdir(mode=0o700)
    return folder / "private"


@pytest.mark.requirement("T2")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_listed SET outcome = 'refused' WHERE idx = 5",
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


# The stand-alone verifier sees the same, without Toride.


def alone(folder, *arguments):
    command = [sys.executable, "-I", "-W", "error", str(folder / "toride_verify.py"), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


@pytest.mark.requirement("T2")
def test_export_verifies_without_toride(stores, tmp_path):
    ids = fill()
    assert proofs.export(tmp_path / "out") == SIZE
    key, witness = checkpoints.key().text, tmp_path / "witness"
    witness.write_text(proofs.witness())
    proof = tmp_path / "one.tlog-proof"
    proof.write_text(proofs.proof(decode(entry(280))[0].id))
    status, report = alone(
        tmp_path / "out", str(tmp_path / "out"), "--key", key, "--since", str(witness), "--proof", str(proof)
    )
    assert (status, report["findings"], report["size"]) == (0, [], SIZE)
    assert alone(tmp_path / "out", "--key", key, "--proof", str(proof))[0] == 0
    assert decode(toride_verify.proven(proof.read_text()))[0].id.hex == ids[280].replace("-", "")
    wrong = proof.read_text().replace("index 280", "index 281")
    proof.write_text(wrong)
    status, report = alone(tmp_path / "out", "--key", key, "--proof", str(proof))
    assert (status, report["findings"][0]["kind"]) == (1, "proof")


def bundle(folder: Path, n: int) -> Path:
    return (
        next((folder / "tile" / "entries").glob(f"{n:03d}*"))
        if n == 0
        else next((folder / "tile" / "entries" / "001.p").iterdir())
    )


def split(data: bytes) -> list[bytes]:
    found = []
    while data:
        length = int.from_bytes(data[:2])
        found.append(data[2 : 2 + length])
        data = data[2 + length :]
    return found


def join(rows: list[bytes]) -> bytes:
    return b"".join(len(one).to_bytes(2) + one for one in rows)


@pytest.mark.requirement("T2")
@pytest.mark.parametrize(
    "attack", ["altered", "removed", "moved", "truncated", "forged", "tile", "checkpoint", "rollback", "key"]
)
def test_attacked_export_is_named_without_toride(stores, tmp_path, attack):
    ids = fill()
    folder = tmp_path / "out"
    proofs.export(folder)
    key, arguments = checkpoints.key().text, []
    path = bundle(folder, 1)
    rows = split(path.read_bytes())
    expected = (attack, 260, ids[260])
    if attack == "altered":
        rows[4] = rows[4].replace(b'"ok"', b'"no"')
    elif attack == "removed":
        del rows[4]
    elif attack == "moved":
        rows[4], rows[5] = rows[5], rows[4]
        expected = (attack, 260, ids[261])
    elif attack == "truncated":
        rows = rows[:-1]
        expected = (attack, SIZE - 1, ids[SIZE - 1])
    elif attack == "forged":
        rows.append(forged())
        expected = (attack, SIZE, str(decode(rows[-1])[0].id))
    path.write_bytes(join(rows))
    if attack == "tile":
        tile = folder / "tile" / "0" / "000"
        tile.write_bytes(tile.read_bytes()[:-1] + b"?")
        expected = (attack, None, None)
    elif attack == "checkpoint":
        head = folder / "checkpoint"
        head.write_text(head.read_text().replace(f"\n{SIZE}\n", f"\n{SIZE + 1}\n"))
        expected = (attack, None, None)
    elif attack == "rollback":
        newer = tmp_path / "newer"
        record([event()])
        assert settle()
        newer.write_text(proofs.witness())
        arguments = ["--since", str(newer)]
        expected = (attack, None, None)
    elif attack == "key":
        shutil.copy(folder / "key", tmp_path / "key")
        stranger = toride_verify.Key(checkpoints.key().name, signing.generate(private(tmp_path) / "k").public)
        key, expected = stranger.text, ("checkpoint", None, None)
    status, report = alone(folder, str(folder), "--key", key, *arguments)
    assert status == 1
    assert expected in {(one["kind"], one["index"], one["event"]) for one in report["findings"]}


@pytest.mark.requirement("T2")
def test_what_is_no_export_is_not_usable(tmp_path):
    shutil.copy(toride_verify.__file__, tmp_path)
    status, said = alone(tmp_path, str(tmp_path), "--key", "x")
    assert status == 2
    assert "not usable" in said
