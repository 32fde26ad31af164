"""The stand-alone verifier sees the same, without Toride."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from toride.audit import checkpoints, proofs, record
from toride.audit.events import decode
from toride.audit.sequencer import settle
from toride.audit.tests.acts import event
from toride.audit.tests.trails import SIZE, entry, fill, forged, private
from toride.audit.verifier import toride_verify
from toride.vault import signing


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
        whole = tile.read_bytes()
        tile.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
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
