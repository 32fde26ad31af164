"""The KMS file: private, elsewhere, whole after any crash, and without what was destroyed."""

import multiprocessing
import os
import subprocess
import sys

import orjson
import pytest

from toride.base.errors import ConfigurationError, Unavailable
from toride.vault import kms
from toride.vault.aead import Unopenable
from toride.vault.kms.file import File, connect

pytestmark = pytest.mark.requirement("K1")
PASSPHRASE = "TORIDE_KMS_PASSPHRASE"


@pytest.fixture
def roots(tmp_path):
    tmp_path.chmod(0o700)
    return File(tmp_path / "root.json")


def test_root_wraps_in_its_context_until_it_is_destroyed(roots):
    one, other = roots.create(), roots.create()
    blob = roots.wrap(one, b"secret", "subjects", 1)
    assert roots.unwrap(one, blob, "subjects", 1) == b"secret"
    for version, context in (
        (other, ("subjects", 1)),
        (one, ("subjects", 2)),
        (one, ("index", 1)),
        ("none", ("subjects", 1)),
    ):
        with pytest.raises(Unopenable):
            roots.unwrap(version, blob, *context)
    roots.destroy(one)
    roots.destroy(one)
    assert roots.versions() == {other}
    with pytest.raises(Unopenable):
        roots.unwrap(one, blob, "subjects", 1)


def test_destroyed_root_is_overwritten_also_in_the_former_copy(roots):
    doomed = roots.create()
    key = orjson.loads(roots.path.read_bytes())["roots"][doomed].encode()
    os.link(roots.path, roots.path.with_name("former"))
    roots.destroy(doomed)
    assert all(key not in path.read_bytes() for path in roots.path.parent.iterdir())
    assert not roots.path.with_name("root.json.new").exists()


def test_file_that_others_can_reach_is_refused(roots):
    version = roots.create()
    assert roots.path.stat().st_mode & 0o777 == 0o600
    for path, mode in ((roots.path, 0o640), (roots.path, 0o604), (roots.path.parent, 0o750)):
        before = path.stat().st_mode
        path.chmod(mode)
        with pytest.raises(ConfigurationError, match="chmod"):
            roots.versions()
        with pytest.raises(ConfigurationError):
            roots.create()
        path.chmod(before)
    assert roots.versions() == {version}
    moved = roots.path.rename(roots.path.with_name("elsewhere.json"))
    roots.path.symlink_to(moved)
    with pytest.raises(ConfigurationError, match="link"):
        roots.versions()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_file_of_another_user_is_refused(roots):
    roots.create()
    os.chown(roots.path, 65534, 65534)
    with pytest.raises(ConfigurationError, match="chown"):
        roots.versions()


@pytest.mark.parametrize("folder", ["data", "keys", "audit", "backup"])
def test_file_beside_what_it_protects_is_refused(settings, folder, tmp_path):
    with pytest.raises(ConfigurationError, match="beside"):
        File(settings.HOME / folder / "root.json").create()
    link = tmp_path / "innocent"
    link.symlink_to(settings.HOME / folder)
    with pytest.raises(ConfigurationError, match="beside"):
        File(link / "root.json").create()


def test_address_must_be_known_and_absolute(settings):
    for address in ("paper:/wallet", "file:", "root.json", ""):
        settings.KMS = address
        with pytest.raises(ConfigurationError):
            kms.provider()
    with pytest.raises(ConfigurationError):
        connect("relative/root.json")


def test_missing_or_damaged_file_is_unavailable_and_never_replaced(roots):
    version = roots.create()
    whole = roots.path.read_bytes()
    for content in (
        b"",
        whole[:-5],
        b"[]",
        b'{"format":1}',
        b'{"format":9,"kdf":null,"roots":{}}',
        b'{"format":1,"kdf":3,"roots":3}',
    ):
        roots.path.write_bytes(content)
        for act in (roots.versions, roots.create, lambda: roots.destroy(version), lambda: roots.wrap(version, b"x")):
            with pytest.raises(Unavailable):
                act()
        assert roots.path.read_bytes() == content
    roots.path.unlink()
    with pytest.raises(Unavailable):
        roots.unwrap(version, b"")
    assert roots.versions() == frozenset()


def test_passphrase_seals_the_file(roots, monkeypatch, tmp_path):
    monkeypatch.setenv(PASSPHRASE, "三十六計逃げるに如かず")
    version = roots.create()
    blob = roots.wrap(version, b"secret")
    document = orjson.loads(roots.path.read_bytes())
    assert document["kdf"]["name"] == "argon2id"
    assert version not in document["roots"]
    monkeypatch.setenv(PASSPHRASE, "三十六計逃げるに如かず。")
    with pytest.raises(ConfigurationError, match="does not open"):
        roots.unwrap(version, blob)
    monkeypatch.delenv(PASSPHRASE)
    with pytest.raises(ConfigurationError, match="set TORIDE_KMS_PASSPHRASE"):
        roots.unwrap(version, blob)
    (tmp_path / "passphrase").write_text("三十六計逃げるに如かず\n", encoding="utf-8")
    monkeypatch.setenv(f"{PASSPHRASE}_FILE", str(tmp_path / "passphrase"))
    assert roots.unwrap(version, blob) == b"secret"


def test_passphrase_is_added_and_changed_by_an_act_of_its_own(roots, monkeypatch):
    version = roots.create()
    blob = roots.wrap(version, b"secret")
    monkeypatch.setenv(PASSPHRASE, "first")
    with pytest.raises(ConfigurationError, match="keys protect"):
        roots.unwrap(version, blob)
    roots.protect(None)
    assert roots.unwrap(version, blob) == b"secret"
    monkeypatch.setenv(PASSPHRASE, "second")
    with pytest.raises(ConfigurationError):
        roots.protect("wrong")
    roots.protect("first")
    assert roots.unwrap(version, blob) == b"secret"


def _create_many(path, count):
    for _ in range(count):
        File(path).create()


def test_processes_that_create_at_once_lose_nothing(roots):
    workers = [
        multiprocessing.get_context("fork").Process(target=_create_many, args=(roots.path, 10)) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert len(roots.versions()) == 40


def test_file_is_whole_wherever_a_writer_is_killed(roots):
    kept = roots.create()
    code = (
        "import sys, django; from pathlib import Path; django.setup();"
        "from toride.vault.kms.file import File; file = File(Path(sys.argv[1])); print('ready', flush=True)\n"
        "while True: file.destroy(file.create())"
    )
    for pause in (0.0, 0.003, 0.011, 0.02, 0.037):
        worker = subprocess.Popen([sys.executable, "-c", code, str(roots.path)], stdout=subprocess.PIPE)
        worker.stdout.readline()
        try:
            worker.wait(pause)
        except subprocess.TimeoutExpired:
            worker.kill()
        worker.wait()
        worker.stdout.close()
        assert kept in roots.versions()
